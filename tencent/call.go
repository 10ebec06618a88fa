package tencent

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptrace"
	"time"

	"ringside/secret"
)

// maxReply bounds the body of a reply.
const maxReply = 1 << 20

// call makes exactly one attempt. The answer means something only if the evidence is complete with code 0.
func (c *Client) call(ctx context.Context, slot *Slot, command Command, payload any) (answer, Evidence) {
	start := time.Now()
	reply, evidence := c.attempt(ctx, slot, command, payload)
	evidence.Took = time.Since(start)
	return reply, evidence
}

func (c *Client) attempt(ctx context.Context, slot *Slot, command Command, payload any) (answer, Evidence) {
	if c.life.Err() != nil {
		return answer{}, Evidence{Err: &Failure{ReasonClosed, "", ErrClosed}}
	}
	body, err := encode(payload)
	if err != nil {
		return answer{}, Evidence{Err: err}
	}
	signature, err := c.signer.signature()
	if err != nil {
		return answer{}, Evidence{Err: &Failure{Reason: ReasonInput, Detail: "no signature could be made"}}
	}
	if !slot.begin(command) {
		return answer{}, Evidence{Err: &Failure{Reason: ReasonSlot, Detail: "the slot was used before or is for another command"}}
	}
	defer slot.end(true, errNoVerdict) // A panic on the way may not keep the slot's share for ever.
	begun := time.Now()
	ctx, cancel := context.WithTimeoutCause(ctx, c.settings.Timeout, errOwnTimeout)
	defer cancel()
	reply, evidence := c.send(ctx, slot, command, signature, body)
	slot.end(evidence.Written, evidence.verdict(time.Since(begun)))
	if evidence.Complete {
		c.learn(slot, command, signature, evidence.Code)
	}
	return reply, evidence
}

// encode returns payload as JSON, verbatim but for what JSON itself escapes.
func encode(payload any) ([]byte, error) {
	var out bytes.Buffer
	encoder := json.NewEncoder(&out)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(payload); err != nil {
		return nil, &Failure{Reason: ReasonInput, Detail: "the request cannot be encoded"}
	}
	if out.Len() > maxBody {
		return nil, &Failure{Reason: ReasonInput, Detail: "the request is too long"}
	}
	return bytes.TrimRight(out.Bytes(), "\n"), nil
}

// send sends one request and settles what became of it.
func (c *Client) send(
	ctx context.Context, slot *Slot, command Command, signature secret.Value, body []byte,
) (answer, Evidence) {
	trip := &trip{flight: &flight{slot: slot}, turn: func() (time.Time, error) { return c.sharing.await(ctx, command) }}
	request := c.request(httptrace.WithClientTrace(ctx, trip.trace()), command, signature, body)
	status, text, failure := c.exchange(request)
	evidence := Evidence{HTTPStatus: status}
	var reply answer
	if failure == nil {
		reply, failure = evidence.readEnvelope(text, signature)
	}
	if failure == nil && !trip.completed() {
		failure = &Failure{Reason: ReasonReset, Detail: "an answer came before the request was sent"}
	}
	if refused := trip.refused; refused != nil {
		failure = &Failure{ReasonTurn, refused.Error(), refused}
	}
	if failure != nil {
		evidence = Evidence{HTTPStatus: status, Err: failure, Written: trip.abandon()}
	} else {
		evidence.Complete, evidence.Written = true, true
	}
	if evidence.Written {
		evidence.LastByte = c.now()
	}
	return reply, evidence
}

// request builds the request by hand: without GetBody and without an Idempotency-Key the transport can never
// send it a second time by itself.
func (c *Client) request(ctx context.Context, command Command, signature secret.Value, body []byte) *http.Request {
	address := c.address(command, signature.Reveal())
	request := &http.Request{
		Method: http.MethodPost,
		URL:    address,
		Host:   address.Host,
		Header: http.Header{
			"Content-Type": {"application/json"},
			"Accept":       {"application/json"},
			"User-Agent":   {"ringside"},
		},
		Body:          io.NopCloser(bytes.NewReader(body)),
		ContentLength: int64(len(body)),
	}
	return request.WithContext(ctx)
}

// exchange does the round trip and reads the whole, bounded body of a reply with status 200. It goes to the transport
// and not through an http.Client, which would follow redirects and print addresses in its errors.
func (c *Client) exchange(request *http.Request) (status int, reply []byte, failure *Failure) {
	ctx := request.Context()
	response, err := c.transport.RoundTrip(request)
	if err != nil {
		return 0, nil, explainTransport(ctx, err, ReasonReset)
	}
	defer func() { _ = response.Body.Close() }()
	if failure := judgeStatus(response.StatusCode); failure != nil {
		return response.StatusCode, nil, failure
	}
	reply, err = io.ReadAll(io.LimitReader(response.Body, maxReply+1))
	if err != nil {
		return response.StatusCode, nil, explainTransport(ctx, err, ReasonTruncated)
	}
	if len(reply) > maxReply {
		return response.StatusCode, nil, &Failure{Reason: ReasonTooLarge}
	}
	return response.StatusCode, reply, nil
}

// judgeStatus accepts 200 only: the platform answers every call with it, refusals too.
func judgeStatus(status int) *Failure {
	switch {
	case status == http.StatusOK:
		return nil
	case status >= 300 && status < 400:
		return &Failure{Reason: ReasonRedirect, Detail: http.StatusText(status)}
	default:
		return &Failure{Reason: ReasonStatus, Detail: http.StatusText(status)}
	}
}

// learn draws the conclusions that concern the client itself.
func (c *Client) learn(slot *Slot, command Command, signature secret.Value, code int) {
	entry, known := Lookup(command, code)
	if known && entry.Resign() {
		c.signer.forget(signature)
	}
	if known && entry.SlowDown() {
		c.limiters[command].slowDown(slot)
	}
}

// trip follows one request through the transport.
type trip struct {
	flight  *flight
	conn    *conn
	turn    func() (by time.Time, err error) // waits for the call's moment, once its connection stands
	refused error
	lost    bool // on a connection that is not one of ours: then nothing can be proven
}

// trace watches for the moment a connection is handed to the request, which comes before any write of
// it, and the moment the transport takes the connection back.
func (t *trip) trace() *httptrace.ClientTrace {
	return &httptrace.ClientTrace{
		GotConn: func(info httptrace.GotConnInfo) {
			own, ok := info.Conn.(*conn)
			if !ok {
				t.lost = true
				return
			}
			t.conn = own
			t.flight.by, t.refused = t.turn()
			t.flight.closed = t.refused != nil
			own.board(t.flight)
		},
		PutIdleConn: func(err error) {
			if err == nil && t.conn != nil {
				t.conn.release(t.flight)
			}
		},
	}
}

// completed takes the answered request off its connection; false if the request had not been written yet.
func (t *trip) completed() bool {
	return t.lost || (t.conn != nil && t.conn.release(t.flight))
}

// abandon makes sure that no byte leaves any more and reports whether one may have left.
func (t *trip) abandon() bool {
	if t.conn == nil {
		return t.lost
	}
	return t.conn.seal(t.flight)
}

// mayRepeatRead reports whether a read is worth a second try: it reached nobody, the gateway failed, or it needs
// a new signature.
func (e Evidence) mayRepeatRead(command Command) bool {
	if e.Complete {
		entry, known := Lookup(command, e.Code)
		return known && entry.Resign()
	}
	var failure *Failure
	if !errors.As(e.Err, &failure) {
		return false
	}
	switch failure.Reason {
	case ReasonDial, ReasonTLS, ReasonReset, ReasonTimeout:
		return failure.Reason == ReasonReset || !e.Written
	case ReasonStatus:
		return e.HTTPStatus >= 500
	default:
		return false
	}
}
