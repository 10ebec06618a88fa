// Package dashboard serves the page on which holders of the operator key see what runs and what was done. It only
// looks: there is no button on it that changes a battle. What is looked at is given to it.
package dashboard

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"html/template"
	"net/http"
	"time"

	"go.uber.org/zap"

	"ringside/secret"
)

// The limits of a Server.
const (
	minKey        = 16 // characters of the operator key: 5 tries a minute must not find it
	maxViewers    = 200
	maxBattles    = 100 // shown; the others are counted
	maxOperations = 50
	lookEvery     = time.Second
	lookLimit     = 3 * time.Second
)

// Overview is what there is to see at one moment.
type Overview struct {
	Battles    []Battle    // those that run, in the order in which they are shown
	Operations []Operation // the latest ones, the newest first
}

// Battle is one that runs, with its scores as they were last read.
type Battle struct {
	ID      string
	Name    string    // an alias; may be empty
	Rooms   []Room    // in the platform's order
	Read    time.Time // when the scores were read; zero: not yet
	Ends    time.Time // zero when not known
	Unknown int       // operations of which a room's outcome is unknown
}

// Room is one side of a battle.
type Room struct {
	Name  string
	Score int64
}

// Operation is one change that somebody asked for.
type Operation struct {
	ID      string
	At      time.Time
	Who     string // the person who asked
	What    string // the deed: "add 100 to pk-live1"
	Outcome string // "applied", "not applied", "unknown", or how far it came
	Battle  string // what people call the battle; may be empty
}

// Source knows what there is to see.
type Source interface {
	// Overview is called about once a second while somebody watches, however many do, and never twice at a time. It
	// should answer when ctx ends, after three seconds.
	Overview(ctx context.Context) (Overview, error)
}

// Option changes how a Server works.
type Option func(*Server)

// WithClock sets the clock; without it, it is the system's.
func WithClock(now func() time.Time) Option { return func(s *Server) { s.now = now } }

// WithLog sets where failures and tries with a wrong key are noted; without it, nowhere.
func WithLog(log *zap.Logger) Option { return func(s *Server) { s.log = log } }

// Server serves the page. Its methods may be called at the same time.
type Server struct {
	key      [sha256.Size]byte // of the operator key
	now      func() time.Time
	log      *zap.Logger
	words    *template.Template
	handler  http.Handler
	tries    tries
	sessions *sessions
	eyes     *eyes
	hall     *hall
	herald   herald // only the hall's loop uses it
}

// New returns a Server that shows what source knows to those who enter key, of at least 16 characters. It starts
// nothing: the source is asked while somebody watches.
func New(source Source, key secret.Value, opts ...Option) (*Server, error) {
	if source == nil {
		return nil, errors.New("dashboard: something to show is needed")
	}
	if n := len(key.Reveal()); n < minKey {
		return nil, fmt.Errorf("dashboard: the operator key has %d characters; at least %d are needed", n, minKey)
	}
	s := &Server{key: sha256.Sum256([]byte(key.Reveal())), now: time.Now, log: zap.NewNop(), sessions: newSessions()}
	for _, opt := range opts {
		opt(s)
	}
	var err error
	if s.words, err = template.ParseFS(assets, "assets/*.html"); err != nil {
		return nil, fmt.Errorf("dashboard: read the page: %w", err)
	}
	if s.handler, err = s.routes(); err != nil {
		return nil, fmt.Errorf("dashboard: %w", err)
	}
	s.eyes = newEyes(source, s.now, s.log)
	s.hall = newHall(s.encode, func() { s.herald = herald{} })
	return s, nil
}

// Handler serves GET / and everything under /dashboard/; mount it at "GET /{$}" and at "/dashboard/".
func (s *Server) Handler() http.Handler { return s.handler }

// Close ends all streams at once and takes no more. A server's shutdown waits for open streams, so Close comes
// before it.
func (s *Server) Close() { s.hall.close() }
