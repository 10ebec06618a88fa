package dashboard

import (
	"crypto/sha256"
	"crypto/subtle"
	"fmt"
	"math"
	"net/http"
	"strconv"
	"time"
)

// maxForm bounds the form with the key, in bytes.
const maxForm = 4 << 10

// enter takes the key and begins a session.
func (s *Server) enter(w http.ResponseWriter, r *http.Request) {
	r.Body = http.MaxBytesReader(w, r.Body, maxForm)
	if err := r.ParseForm(); err != nil {
		s.ask(w, http.StatusBadRequest, "The form could not be read. Please try again.")
		return
	}
	wait, ok := s.tries.take(s.now())
	if !ok {
		seconds := int(math.Ceil(wait.Seconds()))
		w.Header().Set("Retry-After", strconv.Itoa(seconds))
		s.log.Warn("the operator key was tried too often")
		s.ask(w, http.StatusTooManyRequests, fmt.Sprintf("Too many tries in a minute. Wait %d s, then try again.", seconds))
		return
	}
	if !s.isKey(r.PostForm.Get("key")) {
		s.log.Warn("somebody entered a wrong operator key")
		s.ask(w, http.StatusForbidden, "That is not the operator key. Whoever runs Ringside has it.")
		return
	}
	setCookie(w, r, s.sessions.open(s.now()))
	http.Redirect(w, r, "/", http.StatusSeeOther)
}

// isKey takes the same time for every wrong key of a length.
func (s *Server) isKey(typed string) bool {
	digest := sha256.Sum256([]byte(typed))
	return subtle.ConstantTimeCompare(digest[:], s.key[:]) == 1
}

// leave ends the session.
func (s *Server) leave(w http.ResponseWriter, r *http.Request) {
	s.sessions.end(sessionOf(r))
	setCookie(w, r, "")
	http.Redirect(w, r, "/", http.StatusSeeOther)
}

// mayLook reports whether a request comes from somebody who has entered the key.
func (s *Server) mayLook(r *http.Request, now time.Time) bool {
	return s.sessions.lives(sessionOf(r), now)
}
