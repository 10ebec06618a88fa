// Package slackfake is a small Slack on loopback, for tests: the Web API, response addresses, Socket
// Mode and signed requests, with people who type, press buttons and read what stands in a channel.
//
// It is stricter than a mock: it refuses wrong tokens, messages over Slack's limits and response
// addresses that are used up. Waiting is by condition, never by time.
package slackfake

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"time"
)

// What Start uses for each field of Config that is left empty.
const (
	DefaultTeam          = "T0123"
	DefaultBotToken      = "xoxb-fake-bot-token"        //nolint:gosec // It opens nothing.
	DefaultAppToken      = "xapp-fake-app-token"        //nolint:gosec // It opens nothing.
	DefaultSigningSecret = "fake-signing-secret-5f2a9c" //nolint:gosec // It opens nothing.
	DefaultScopes        = "commands,chat:write,files:read,files:write,im:write,usergroups:read"
)

// Config says what the server expects and how it behaves.
type Config struct {
	Team          string           // the workspace of the bot token
	BotToken      string           // accepted by the Web API
	AppToken      string           // accepted by apps.connections.open
	SigningSecret string           // signs what is sent over HTTP
	Scopes        string           // of the bot token
	Clock         func() time.Time // dates response addresses and signatures

	// CommandsNeverReplace makes the response address of a command show a new message where it was
	// asked to replace one, as some people report of Slack (slackapi/bolt-js#2287).
	CommandsNeverReplace bool

	UploadsAt   string // where files are sent to, in place of the server's own address
	DownloadsAt string // where files are read from, in place of the server's own address
}

// Server is a Slack of its own. Its methods are safe for concurrent use.
type Server struct {
	config Config
	web    *httptest.Server
	client *http.Client

	ctx  context.Context // of everything that the server runs
	stop context.CancelFunc
	own  sync.WaitGroup

	mu       sync.Mutex
	changed  chan struct{} // closed and renewed at each change
	serial   int
	messages []*Message
	closed   map[string]bool // channels that the bot may not write in
	groups   map[string][]string
	hooks    map[string]*hook
	uploads  map[string]*upload
	handed   map[string]Attachment // files that people hand in
	triggers map[string]*opener
	views    []*View
	calls    map[string]int
	faults   map[string][]Fault
	sockets  map[*socket]bool
	opened   int // sockets ever opened
	acks     []Ack
	waiting  map[string]chan Ack // by envelope
	commands string              // where commands go in HTTP mode
	presses  string              // where presses go in HTTP mode
}

// Start starts a server on loopback. Close it.
func Start(c Config) *Server {
	ctx, stop := context.WithCancel(context.Background())
	transport := &http.Transport{MaxIdleConnsPerHost: 64}
	s := &Server{
		config:  c.withDefaults(),
		client:  &http.Client{Transport: transport},
		ctx:     ctx,
		stop:    stop,
		changed: make(chan struct{}),
		closed:  map[string]bool{},
		groups:  map[string][]string{},
		hooks:   map[string]*hook{},
		uploads: map[string]*upload{},
		handed:  map[string]Attachment{},
		calls:   map[string]int{},
		faults:  map[string][]Fault{},
		sockets: map[*socket]bool{},
		waiting: map[string]chan Ack{},

		triggers: map[string]*opener{},
	}
	s.web = httptest.NewServer(s.routes())
	return s
}

func (c Config) withDefaults() Config {
	set := func(field *string, value string) {
		if *field == "" {
			*field = value
		}
	}
	set(&c.Team, DefaultTeam)
	set(&c.BotToken, DefaultBotToken)
	set(&c.AppToken, DefaultAppToken)
	set(&c.SigningSecret, DefaultSigningSecret)
	set(&c.Scopes, DefaultScopes)
	if c.Clock == nil {
		c.Clock = time.Now
	}
	return c
}

// Close ends every connection and waits for what the server runs.
func (s *Server) Close() {
	s.stop()
	s.DropSockets()
	s.web.CloseClientConnections()
	s.web.Close()
	s.client.CloseIdleConnections()
	s.own.Wait()
}

// Config returns the configuration in use, defaults filled in.
func (s *Server) Config() Config { return s.config }

// APIURL returns the address to set in place of https://slack.com/api/.
func (s *Server) APIURL() string { return s.web.URL + "/api/" }

// UseHTTP makes Ask, Press and Submit send signed requests to these addresses from now on, as in HTTP mode,
// instead of envelopes over a socket.
func (s *Server) UseHTTP(commands, interactions string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.commands, s.presses = commands, interactions
}

// CloseChannel makes a channel one that the bot may not write in.
func (s *Server) CloseChannel(channel string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.closed[channel] = true
}

// SetGroup says who is in a user group.
func (s *Server) SetGroup(group string, users ...string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.groups[group] = users
}

// Calls returns how often a method of the Web API was called, failed calls included. "reply" counts the
// uses of response addresses.
func (s *Server) Calls(method string) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.calls[method]
}

// Wait returns once cond holds, looking again at each change of the server's state, or the error of ctx.
// cond may call methods of the server.
func (s *Server) Wait(ctx context.Context, cond func() bool) error {
	for {
		changed := s.change()
		if cond() {
			return nil
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return fmt.Errorf("slackfake: waiting: %w", ctx.Err())
		}
	}
}

func (s *Server) change() <-chan struct{} {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.changed
}

// note tells those who wait that something changed. The caller holds the lock.
func (s *Server) note() {
	close(s.changed)
	s.changed = make(chan struct{})
}

// next returns a number that was not used before. The caller holds the lock.
func (s *Server) next() int {
	s.serial++
	return s.serial
}

func (s *Server) routes() http.Handler {
	mux := http.NewServeMux()
	for method, answer := range s.methods() {
		mux.Handle("POST /api/"+method, s.method(method, answer))
	}
	mux.HandleFunc("POST /reply/{id}", s.reply)
	mux.HandleFunc("POST /upload/{id}", s.receive)
	mux.HandleFunc("GET /files-pri/{id}", s.serveFile)
	mux.HandleFunc("GET /socket", s.socket)
	return mux
}

func (s *Server) socketURL() string {
	return "ws" + strings.TrimPrefix(s.web.URL, "http") + "/socket"
}
