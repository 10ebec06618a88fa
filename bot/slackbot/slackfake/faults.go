package slackfake

import (
	"io"
	"net/http"
	"strconv"
)

// Reply is the name by which Fail and Calls know the response addresses.
const Reply = "reply"

// Fault is one way to go wrong. Exactly one field is set.
type Fault struct {
	Error      string // Slack's "ok": false with this word
	Status     int    // an HTTP status without a body of use
	RetryAfter string // HTTP 429 with this Retry-After
	Redirect   string // HTTP 307 to this address
	Page       bool   // HTTP 200 with a page where one can sign in
	Hang       bool   // no answer until the caller gives up
	Cut        bool   // the connection ends without an answer
	Lost       bool   // it is done, and then the connection ends without an answer
}

// Fail makes the next calls of a method, or of Reply, go wrong: one for each fault, in order.
func (s *Server) Fail(method string, faults ...Fault) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.faults[method] = append(s.faults[method], faults...)
}

// Heal forgets the faults that have not happened yet.
func (s *Server) Heal() {
	s.mu.Lock()
	defer s.mu.Unlock()
	clear(s.faults)
}

// begin counts a call and takes the fault that is due, if any.
func (s *Server) begin(method string) (Fault, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.calls[method]++
	s.note()
	due := s.faults[method]
	if len(due) == 0 {
		return Fault{}, false
	}
	s.faults[method] = due[1:]
	return due[0], true
}

// play lets a call go wrong. The body is read first, so that the caller's write does not fail.
func (s *Server) play(f Fault, w http.ResponseWriter, r *http.Request) {
	_, _ = io.Copy(io.Discard, r.Body)
	switch {
	case f.Error != "":
		writeJSON(w, map[string]any{"ok": false, "error": f.Error})
	case f.RetryAfter != "":
		w.Header().Set("Retry-After", f.RetryAfter)
		w.WriteHeader(http.StatusTooManyRequests)
	case f.Redirect != "":
		w.Header().Set("Location", f.Redirect)
		w.WriteHeader(http.StatusTemporaryRedirect)
	case f.Page:
		signIn(w)
	case f.Hang:
		select {
		case <-r.Context().Done():
		case <-s.ctx.Done():
		}
	case f.Status != 0:
		http.Error(w, strconv.Itoa(f.Status), f.Status)
	default:
		cut(w)
	}
}

// cut ends the connection without an answer.
func cut(w http.ResponseWriter) {
	conn, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		return // HTTP/2, which this server does not speak.
	}
	_ = conn.Close()
}
