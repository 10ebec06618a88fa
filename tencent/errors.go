package tencent

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"syscall"
	"time"
)

// ErrClosed says that the Client was closed; nothing was sent.
var ErrClosed = errors.New("the Tencent client is closed")

// errOwnTimeout is the cause of a call's end when Settings.Timeout ran out, as against the caller's own deadline.
var errOwnTimeout = errors.New("the time for one call ran out")

// Reason is why a call did not complete, from a closed list.
type Reason string

// The reasons.
const (
	ReasonInput     Reason = "input"     // the client refused to build the call
	ReasonSlot      Reason = "slot"      // the slot was missing, used already or for another command
	ReasonClosed    Reason = "closed"    // the client was closed before the call
	ReasonTurn      Reason = "turn"      // no moment for it among the calls of all replicas
	ReasonDial      Reason = "dial"      // no connection: name, address or network
	ReasonTLS       Reason = "tls"       // no trusted connection
	ReasonTimeout   Reason = "timeout"   // no whole answer in time
	ReasonCancelled Reason = "cancelled" // the caller gave up
	ReasonReset     Reason = "reset"     // the connection broke before an answer began
	ReasonRedirect  Reason = "redirect"  // HTTP status 3xx, never followed
	ReasonStatus    Reason = "status"    // any other HTTP status that is not 200
	ReasonTruncated Reason = "truncated" // the answer broke off
	ReasonTooLarge  Reason = "too-large" // the answer exceeded its bound
	ReasonNotJSON   Reason = "not-json"  // the answer is not one JSON object
	ReasonNoCode    Reason = "no-code"   // the answer has no ErrorCode that is a whole number
	ReasonShape     Reason = "shape"     // success, but the data that was asked for cannot be read from it
)

// Reasons returns every Reason.
func Reasons() []Reason {
	return []Reason{
		ReasonInput, ReasonSlot, ReasonClosed, ReasonDial, ReasonTLS, ReasonTimeout, ReasonCancelled, ReasonReset,
		ReasonRedirect, ReasonStatus, ReasonTruncated, ReasonTooLarge, ReasonNotJSON, ReasonNoCode, ReasonShape,
	}
}

// Failure is why a call did not complete. It is made of our own words only: never of an address, of the
// signature in it, or of anything the other side wrote.
type Failure struct {
	Reason Reason
	Detail string // a few words more; may be empty

	cause error // a sentinel of the standard library or of this package; may be nil
}

// Error returns the reason in words.
func (f *Failure) Error() string {
	if f.Detail == "" {
		return "call to Tencent failed: " + string(f.Reason)
	}
	return "call to Tencent failed: " + string(f.Reason) + ": " + f.Detail
}

// Unwrap returns the sentinel behind the failure, such as context.DeadlineExceeded, or nil.
func (f *Failure) Unwrap() error { return f.cause }

// BusyError says that the limiter has no room in time. Nothing was sent and nothing will be.
type BusyError struct {
	Command Command
	Wait    time.Duration // how long a slot would have taken, as far as one can tell
	Full    bool          // the queue itself was full

	cause error
}

// Error says how long the wait would have been.
func (e *BusyError) Error() string {
	if e.Full {
		return fmt.Sprintf("%s: the queue is full (about %s long); nothing was sent", e.Command, e.Wait.Round(time.Millisecond))
	}
	return fmt.Sprintf("%s: the wait of about %s is too long; nothing was sent", e.Command, e.Wait.Round(time.Millisecond))
}

// Unwrap returns context.DeadlineExceeded if the deadline passed during the wait, else nil.
func (e *BusyError) Unwrap() error { return e.cause }

// CallError says that a read gave no data, and why.
type CallError struct {
	Command  Command
	Evidence Evidence
}

// Error names the command, the platform's code and text, and its request id.
func (e *CallError) Error() string {
	if e.Evidence.Err != nil {
		return fmt.Sprintf("%s: %v", e.Command, e.Evidence.Err)
	}
	return fmt.Sprintf("%s: Tencent answered %d %q (request %q)",
		e.Command, e.Evidence.Code, e.Evidence.Info, e.Evidence.RequestID)
}

// Unwrap returns why the call did not complete; nil if it did.
func (e *CallError) Unwrap() error { return e.Evidence.Err }

// explainTransport turns what went wrong below HTTP into a Failure. fallback is the reason of an error that says
// nothing by itself.
func explainTransport(ctx context.Context, err error, fallback Reason) *Failure {
	var known *Failure
	switch {
	case errors.As(err, &known):
		return known
	case errors.Is(context.Cause(ctx), errOwnTimeout):
		return &Failure{ReasonTimeout, "no whole answer within the time for one call", context.DeadlineExceeded}
	case errors.Is(ctx.Err(), context.DeadlineExceeded):
		return &Failure{ReasonTimeout, "the caller's deadline passed", context.DeadlineExceeded}
	case ctx.Err() != nil:
		return &Failure{ReasonCancelled, "the caller gave up", context.Canceled}
	case errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, io.EOF):
		return &Failure{fallback, "the connection was closed", io.ErrUnexpectedEOF}
	default:
		return &Failure{Reason: fallback, Detail: detail(err)}
	}
}

// detail finds a few safe words about a network error; empty if there are none.
func detail(err error) string {
	var (
		number syscall.Errno
		name   *net.DNSError
		dead   net.Error
	)
	switch {
	case errors.As(err, &number):
		return number.Error()
	case errors.As(err, &name) && name.IsNotFound:
		return "the host name is not known"
	case errors.As(err, &name):
		return "the host name could not be looked up"
	case errors.As(err, &dead) && dead.Timeout():
		return "no answer in time"
	default:
		return detailTLS(err)
	}
}

// detailTLS says what is wrong with a certificate.
func detailTLS(err error) string {
	var (
		host      x509.HostnameError
		authority x509.UnknownAuthorityError
		invalid   x509.CertificateInvalidError
		header    tls.RecordHeaderError
	)
	switch {
	case errors.As(err, &host):
		return "the certificate is for another name"
	case errors.As(err, &authority):
		return "the certificate is not from a trusted authority"
	case errors.As(err, &invalid):
		return "the certificate is not valid"
	case errors.As(err, &header):
		return "the other side does not speak TLS"
	default:
		return ""
	}
}

// The codes by which the platform says that there is no such battle, or not any more.
const (
	codeNoBattle   = 100411
	codeBattleOver = 100421
)

// Gone reports whether the platform answered that there is no such battle, or not any more. Any other refusal may pass.
func (e *CallError) Gone() bool {
	return e.Evidence.Complete && (e.Evidence.Code == codeNoBattle || e.Evidence.Code == codeBattleOver)
}
