package tencent

import "time"

// Evidence is what is known of one call, and all that an outcome may be decided from.
type Evidence struct {
	// Written reports whether a byte of the request may have left this machine. False is proof that
	// the call did nothing.
	Written bool
	// LastByte is the latest instant at which a byte of the request could have left; zero if !Written.
	LastByte time.Time
	// Complete reports whether a whole, well-formed envelope arrived: HTTP status 200, a JSON object
	// within the size bound, with an ErrorCode that is a whole number.
	Complete bool
	// HTTPStatus is the status of the reply; 0 when none arrived.
	HTTPStatus int
	// Code is the envelope's ErrorCode, meaningful only if Complete.
	Code int
	// Status is the envelope's ActionStatus ("OK" or "FAIL"), as sent.
	Status string
	// Info is the envelope's ErrorInfo, cut to a sensible length.
	Info string
	// RequestID is the vendor's id of the call, for support; may be empty.
	RequestID string
	// Err says why the call did not complete; nil if Complete. It holds no secret.
	Err error
	// Took is the time from the start of the send to the end of the reply or the failure.
	Took time.Duration
}

// RoomResult is the platform's word on one room of a call: the pair RoomId and ResultCode.
type RoomResult struct {
	Room    string
	Code    int    // meaningful only if HasCode
	HasCode bool   // false when ResultCode was missing or not a whole number
	Message string // ResultMessage; only creation has it
}
