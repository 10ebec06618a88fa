package discordfake

import (
	"fmt"
	"io"
	"net/http"
	"strconv"
)

// The names by which Fail and Calls know the calls.
const (
	Application   = "application"    // GET /applications/@me
	CommandsGet   = "commands get"   // GET a server's commands
	CommandsPut   = "commands put"   // PUT a server's commands
	Callback      = "callback"       // the first answer to an interaction
	Edit          = "edit"           // PATCH a message through an interaction's token
	Delete        = "delete"         // DELETE a message through an interaction's token
	FollowUp      = "follow-up"      // POST a message through an interaction's token
	Post          = "post"           // POST a message to a channel
	Update        = "update"         // PATCH a message in a channel
	OpenDirect    = "open direct"    // POST /users/@me/channels
	GatewayLookUp = "gateway"        // GET /gateway
	GatewayBot    = "gateway bot"    // GET /gateway/bot
	Socket        = "socket"         // the opening of a gateway connection
	Hello         = "hello"          // the greeting on it
	Identify      = "identify"       // the answer to an identify
	Resume        = "resume"         // the answer to a resume
	Interaction   = "interaction"    // the endpoint of HTTP mode, as the bot answers it
	Download      = "download"       // GET a file that a person attached
	maxRequest    = 6 << 20          // bounds what the server reads
	codeForm      = 50035            // Invalid Form Body
	applications  = "/applications/" // begins the paths of commands
)

// Fault is one way to go wrong. Of the first group one field is set; Code and Message go with Status.
type Fault struct {
	Status     int     // an HTTP status
	RetryAfter float64 // HTTP 429, in seconds
	Global     bool    // the 429 holds for all calls
	Exhausted  float64 // it is done, and no more calls are left for so many seconds
	Redirect   string  // HTTP 307 to this address
	Hang       bool    // no answer until the caller gives up
	Cut        bool    // the connection ends without an answer
	Lost       bool    // it is done, and then the connection ends without an answer
	Garbage    string  // this text with status 200
	Close      int     // Hello, Identify, Resume: a close frame with this code
	Op         int     // Hello, Identify, Resume: this opcode instead of the usual answer
	Raw        string  // Hello, Identify, Resume: this text instead of the usual answer

	Code    int    // Discord's code
	Message string // Discord's words
}

// Fail makes the next calls of a name go wrong: one for each fault, in order.
func (s *Server) Fail(name string, faults ...Fault) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.faults[name] = append(s.faults[name], faults...)
}

// Heal forgets the faults that have not happened yet.
func (s *Server) Heal() {
	s.mu.Lock()
	defer s.mu.Unlock()
	clear(s.faults)
}

// begin counts a call and takes the fault that is due, if any.
func (s *Server) begin(name string) (Fault, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.calls[name]++
	s.note()
	due := s.faults[name]
	if len(due) == 0 {
		return Fault{}, false
	}
	s.faults[name] = due[1:]
	return due[0], true
}

// after reports whether the call is done in spite of the fault.
func (f Fault) after() bool { return f.Lost || f.Exhausted > 0 }

// play lets a call go wrong. The body is read first, so that the caller's write does not fail.
func (s *Server) play(f Fault, w http.ResponseWriter, r *http.Request) {
	_, _ = io.Copy(io.Discard, r.Body)
	switch {
	case f.RetryAfter > 0:
		limited(w, f)
	case f.Garbage != "":
		_, _ = io.WriteString(w, f.Garbage)
	case f.Redirect != "":
		w.Header().Set("Location", f.Redirect)
		w.WriteHeader(http.StatusTemporaryRedirect)
	case f.Hang:
		select {
		case <-r.Context().Done():
		case <-s.ctx.Done():
		}
	case f.Status != 0 && f.Code != 0:
		refuse(w, &refusal{f.Status, f.Code, f.Message})
	case f.Status != 0:
		http.Error(w, strconv.Itoa(f.Status), f.Status)
	default:
		cut(w)
	}
}

func limitHeaders(h http.Header, after float64) {
	h.Set("X-RateLimit-Remaining", "0")
	h.Set("X-RateLimit-Reset-After", fmt.Sprintf("%.3f", after))
}

func limited(w http.ResponseWriter, f Fault) {
	w.Header().Set("Retry-After", strconv.Itoa(int(f.RetryAfter+0.999)))
	limitHeaders(w.Header(), f.RetryAfter)
	if f.Global {
		w.Header().Set("X-RateLimit-Global", "true")
	}
	writeJSON(w, http.StatusTooManyRequests, map[string]any{
		"message": "You are being rate limited.", "retry_after": f.RetryAfter, "global": f.Global,
	})
}

// cut ends the connection without an answer.
func cut(w http.ResponseWriter) {
	conn, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		return // HTTP/2, which this server does not speak.
	}
	_ = conn.Close()
}
