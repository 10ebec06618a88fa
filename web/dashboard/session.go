package dashboard

import (
	"crypto/rand"
	"crypto/sha256"
	"net/http"
	"sync"
	"time"
)

const (
	cookieName  = "ringside_operator"
	sessionLife = 12 * time.Hour
	maxSessions = 100
)

// sessions are those who have entered the key. They live in memory: after a restart the key is entered again.
type sessions struct {
	mu   sync.Mutex
	ends map[[sha256.Size]byte]time.Time // by the digest of the id, so that a look-up tells nothing by its time
}

func newSessions() *sessions { return &sessions{ends: map[[sha256.Size]byte]time.Time{}} }

// open begins a session and returns its id. Of too many, the oldest ends.
func (s *sessions) open(now time.Time) (id string) {
	id = rand.Text()
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.ends) >= maxSessions {
		s.dropOldest()
	}
	s.ends[sha256.Sum256([]byte(id))] = now.Add(sessionLife)
	return id
}

func (s *sessions) dropOldest() {
	var oldest [sha256.Size]byte
	var first time.Time
	for id, end := range s.ends {
		if first.IsZero() || end.Before(first) {
			oldest, first = id, end
		}
	}
	delete(s.ends, oldest)
}

func (s *sessions) lives(id string, now time.Time) bool {
	if id == "" {
		return false
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	digest := sha256.Sum256([]byte(id))
	end, known := s.ends[digest]
	if known && !now.Before(end) {
		delete(s.ends, digest)
		return false
	}
	return known
}

func (s *sessions) end(id string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.ends, sha256.Sum256([]byte(id)))
}

// sessionOf returns the id that a request shows, or the empty string.
func sessionOf(r *http.Request) string {
	c, err := r.Cookie(cookieName)
	if err != nil {
		return ""
	}
	return c.Value
}

// setCookie lets the browser keep the id of a session; an empty one takes it away.
func setCookie(w http.ResponseWriter, r *http.Request, id string) {
	c := &http.Cookie{ //nolint:gosec // not Secure only where there is no TLS to keep it to
		Name: cookieName, Value: id, Path: "/", HttpOnly: true, SameSite: http.SameSiteStrictMode,
		Secure: isSecure(r), MaxAge: int(sessionLife / time.Second),
	}
	if id == "" {
		c.MaxAge = -1
	}
	http.SetCookie(w, c)
}

// isSecure reports whether the browser came by TLS, also to a proxy before us: who forges that header takes nothing
// but the cookie from himself.
func isSecure(r *http.Request) bool {
	return r.TLS != nil || r.Header.Get("X-Forwarded-Proto") == "https"
}
