// Package rehearsal makes a web page a chat platform, for the demo on one's own machine: commands are typed on the
// left, buttons are pressed, and the overlay on the right moves. All who have the page open share one conversation.
// It answers only on a loopback address.
package rehearsal

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"html/template"
	"net/http"
	"strings"
	"sync"
	"time"

	"go.uber.org/zap"

	"ringside/bot/edge"
	"ringside/commands"
)

// The ids by which the rest of Ringside knows the page and the person at it.
const (
	PlatformName = "web"
	CallerID     = "web:visitor"
	ChannelID    = "web:rehearsal"
)

// The limits of a Server.
const (
	maxInFlight = 8  // commands and presses at once
	maxViewers  = 20 // open streams
	maxHints    = 3
	maxAddress  = 1000 // bytes of the overlay's address
	beatEvery   = 15 * time.Second
)

// Handler answers what is typed and pressed. Both methods return after their answer.
type Handler interface {
	Handle(ctx context.Context, ask commands.Invocation, to commands.Responder)
	Press(ctx context.Context, press commands.Press, to commands.Responder)
}

// Hint is a line worth typing.
type Hint struct {
	Line string // "/battle help"
	Does string // what it does, in a few words
}

// Option changes how a Server works.
type Option func(*Server)

// WithOverlay shows a page of the same server beside the conversation: a path, with a query if it needs one.
func WithOverlay(address string) Option { return func(s *Server) { s.face.Overlay = address } }

// WithHints sets the lines that are offered for typing, three at most.
func WithHints(hints ...Hint) Option { return func(s *Server) { s.face.Hints = hints } }

// WithSuggestions offers ways to go on typing a battle or a room.
func WithSuggestions(suggest func(ctx context.Context, q commands.Query) []commands.Choice) Option {
	return func(s *Server) { s.suggest = suggest }
}

// WithLog sets where faults are noted; without it, nowhere.
func WithLog(log *zap.Logger) Option { return func(s *Server) { s.log = log } }

// Server serves the page, and is a commands.Notifier for its one channel. Its methods may be called at the same time.
type Server struct {
	answers Handler
	suggest func(ctx context.Context, q commands.Query) []commands.Choice
	log     *zap.Logger
	face    face
	words   *template.Template
	handler http.Handler
	talk    *conversation
	slots   edge.Slots
	viewers edge.Slots
	tasks   context.Context // of what is under way; it outlives the request
	cancel  context.CancelFunc
	over    chan struct{} // closed by Close

	mu     sync.Mutex
	closed bool
	asks   int
}

// face is what stands on the page from the beginning.
type face struct {
	Overlay string
	Hints   []Hint
}

// New returns a Server that hands to h what is typed and pressed.
func New(h Handler, opts ...Option) (*Server, error) {
	if h == nil {
		return nil, errors.New("rehearsal: a handler is needed")
	}
	s := &Server{
		answers: h, log: zap.NewNop(), slots: make(edge.Slots, maxInFlight), viewers: make(edge.Slots, maxViewers),
		talk: newConversation(strings.ToLower(rand.Text()[:16])), over: make(chan struct{}),
		suggest: func(context.Context, commands.Query) []commands.Choice { return nil },
	}
	for _, opt := range opts {
		opt(s)
	}
	if err := s.face.check(); err != nil {
		return nil, err
	}
	var err error
	if s.words, err = template.ParseFS(assets, "assets/rehearsal.html"); err != nil {
		return nil, fmt.Errorf("rehearsal: read the page: %w", err)
	}
	if s.handler, err = s.routes(); err != nil {
		return nil, fmt.Errorf("rehearsal: %w", err)
	}
	s.tasks, s.cancel = context.WithCancel(context.Background())
	return s, nil
}

func (f face) check() error {
	local := strings.HasPrefix(f.Overlay, "/") && !strings.HasPrefix(f.Overlay, "//") && len(f.Overlay) <= maxAddress
	if f.Overlay != "" && !local {
		return errors.New("rehearsal: the overlay's address is a path on this server")
	}
	if len(f.Hints) > maxHints {
		return fmt.Errorf("rehearsal: %d hints are more than are read; at most %d", len(f.Hints), maxHints)
	}
	return nil
}

// Handler serves GET /rehearsal and everything under it; mount it at "/rehearsal" and "/rehearsal/".
func (s *Server) Handler() http.Handler { return s.handler }

// Close ends all streams, takes nothing more, and waits for what is under way. When ctx ends first, that is cut off.
func (s *Server) Close(ctx context.Context) {
	s.leave()
	idle := make(chan struct{})
	go func() {
		defer close(idle)
		s.slots.Wait()
	}()
	select {
	case <-idle:
	case <-ctx.Done():
	}
	s.cancel()
	<-idle
}

// leave takes nothing more.
func (s *Server) leave() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.closed {
		s.closed = true
		close(s.over)
	}
}
