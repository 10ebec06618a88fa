package simulator

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
)

const (
	maxBody  = 64 << 10 // bytes of a request that are read
	maxKept  = 4 << 10  // bytes of a request or an answer that the ledger keeps
	maxShown = 64       // bytes of a caller's text repeated in an ErrorInfo

	bodyTimeout = 5 * time.Second
)

// exchange is one call on its way through the simulator.
type exchange struct {
	index     int
	command   string
	requestID string
	arrived   time.Time // by the server's clock
	now       time.Time // what the server takes for the present: arrived, unless a fault skews it
	fault     Fault
	late      bool // a write that takes effect after its call
	admitted  bool // it passed every check that comes before the command itself

	method   string
	path     string
	rawQuery string
	query    url.Values
	body     []byte
	badBody  error
	fields   fields
}

// readBody reads the whole body, in bounded time so that a caller who stops half-way cannot hold up Close. The
// deadline is taken back before the call goes on: while one is set, net/http ends the request when it passes.
func (x *exchange) readBody(w http.ResponseWriter, r *http.Request) {
	control := http.NewResponseController(w)
	_ = control.SetReadDeadline(time.Now().Add(bodyTimeout)) // A recorder has none, and no slow caller either.
	defer func() { _ = control.SetReadDeadline(time.Time{}) }()
	body, err := io.ReadAll(io.LimitReader(r.Body, maxBody+1))
	switch {
	case err != nil:
		x.badBody = errors.New("the body could not be read")
	case len(body) > maxBody:
		x.badBody = fmt.Errorf("the body is longer than %d bytes", maxBody)
	case len(body) == 0:
		x.badBody = errors.New("the body is empty")
	}
	x.body = body
}

// object is a JSON object to be sent.
type object map[string]any

// fields is a JSON object that was received. Names are matched exactly, which decoding into a struct does not do.
type fields map[string]json.RawMessage

func parseObject(raw []byte) (fields, error) {
	var f fields
	if err := json.Unmarshal(raw, &f); err != nil {
		return nil, errors.New("not a JSON object")
	}
	if f == nil {
		return nil, errors.New("null is not a JSON object")
	}
	return f, nil
}

// text returns a member that must be a non-empty string.
func (f fields) text(name string) (string, error) {
	raw, found := f[name]
	if !found {
		return "", fmt.Errorf("%s is missing", name)
	}
	var text string
	if json.Unmarshal(raw, &text) != nil {
		return "", fmt.Errorf("%s must be a string", name)
	}
	if text == "" {
		return "", fmt.Errorf("%s is empty or null", name)
	}
	return text, nil
}

// integer returns a member that must be a whole JSON number of 64 bits; a string of digits is none.
func (f fields) integer(name string) (int64, error) {
	raw, found := f[name]
	if !found {
		return 0, fmt.Errorf("%s is missing", name)
	}
	n, err := strconv.ParseInt(string(raw), 10, 64)
	if err != nil {
		return 0, fmt.Errorf("%s must be a whole number", name)
	}
	return n, nil
}

// list returns a member that must be an array.
func (f fields) list(name string) ([]json.RawMessage, error) {
	raw, found := f[name]
	if !found {
		return nil, fmt.Errorf("%s is missing", name)
	}
	var items []json.RawMessage
	if err := json.Unmarshal(raw, &items); err != nil || items == nil {
		return nil, fmt.Errorf("%s must be an array", name)
	}
	return items, nil
}

// cut shortens text to at most n bytes.
func cut(text string, n int) string {
	if len(text) <= n {
		return text
	}
	return strings.ToValidUTF8(text[:n], "")
}
