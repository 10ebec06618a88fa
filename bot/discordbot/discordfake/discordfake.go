// Package discordfake is a small Discord on loopback, for tests: REST, the gateway and signed requests,
// with people who type, press buttons and read what stands in a channel.
//
// It is stricter than a mock: it refuses wrong tokens, late and second answers, messages over Discord's
// limits and messages that could mention somebody. Waiting is by condition, never by time.
package discordfake

import (
	"context"
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/http"
	"net/http/httptest"
	"sync"
	"time"
)

// What Start uses for each field of Config that is left empty.
const (
	DefaultGuild       = "998877"
	DefaultApplication = "111"
	DefaultBotToken    = "fake-discord-bot-token-7d1e" //nolint:gosec // It opens nothing.
	DefaultChannel     = "5566"
	DefaultUser        = "3344"
)

// Config says what the server expects and how it behaves.
type Config struct {
	Guild       string           // the server that the bot was invited to
	Application string           // the id of the application
	BotToken    string           // without the word Bot
	Endpoint    string           // the application's interactions endpoint URL, as Discord tells it
	Clock       func() time.Time // dates interactions and signatures
	Heartbeat   time.Duration    // between heartbeats; default 41.25 s
	Sessions    int              // gateway sessions left today; default 1,000
	FilesAt     string           // where files that people attach lie, in place of the server's own address
}

// Server is a Discord of its own. Its methods are safe for concurrent use.
type Server struct {
	config Config
	key    ed25519.PrivateKey
	web    *httptest.Server
	client *http.Client

	ctx  context.Context // of everything that the server runs
	stop context.CancelFunc
	own  sync.WaitGroup // the gateway's connections

	mu           sync.Mutex
	changed      chan struct{} // closed and renewed at each change
	serial       int
	messages     []*Message
	nonces       map[string]*Message // by channel and nonce
	closed       map[string]bool     // channels that the bot may not write in, and users who take no messages
	fileless     map[string]bool     // channels that it may not attach files in
	commands     map[string][]Command
	interactions map[string]*interaction // by token
	handed       map[string]Attachment   // files that people attach, by id
	calls        map[string]int
	faults       map[string][]Fault
	endpoint     string // where interactions go in HTTP mode

	sessions   map[string]*session // by id
	conns      map[*conn]bool
	identified int
	resumed    int
	deaf       bool // heartbeats are not acknowledged
}

// Start starts a server on loopback. Close it.
func Start(c Config) *Server {
	ctx, stop := context.WithCancel(context.Background())
	c = c.withDefaults()
	seed := sha256.Sum256([]byte("discordfake " + c.Application))
	s := &Server{
		config:       c,
		key:          ed25519.NewKeyFromSeed(seed[:]),
		client:       &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 64}},
		ctx:          ctx,
		stop:         stop,
		changed:      make(chan struct{}),
		nonces:       map[string]*Message{},
		closed:       map[string]bool{},
		fileless:     map[string]bool{},
		commands:     map[string][]Command{},
		interactions: map[string]*interaction{},
		handed:       map[string]Attachment{},
		calls:        map[string]int{},
		faults:       map[string][]Fault{},
		sessions:     map[string]*session{},
		conns:        map[*conn]bool{},
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
	set(&c.Guild, DefaultGuild)
	set(&c.Application, DefaultApplication)
	set(&c.BotToken, DefaultBotToken)
	if c.Clock == nil {
		c.Clock = time.Now
	}
	if c.Heartbeat == 0 {
		c.Heartbeat = 41250 * time.Millisecond
	}
	if c.Sessions == 0 {
		c.Sessions = 1000
	}
	return c
}

// Close ends every connection and waits for what the server runs.
func (s *Server) Close() {
	s.stop()
	s.hangUp()
	s.web.CloseClientConnections()
	s.web.Close()
	s.client.CloseIdleConnections()
	s.own.Wait()
}

// Config returns the configuration in use, defaults filled in.
func (s *Server) Config() Config { return s.config }

// APIURL returns the address to set in place of https://discord.com.
func (s *Server) APIURL() string { return s.web.URL }

// PublicKey returns the application's public key, in hexadecimal digits.
func (s *Server) PublicKey() string {
	public, _ := s.key.Public().(ed25519.PublicKey)
	return hex.EncodeToString(public)
}

// UseHTTP makes Ask, Press, Submit and Suggest send signed requests to this address from now on, as in HTTP
// mode, instead of events over the gateway.
func (s *Server) UseHTTP(endpoint string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.endpoint = endpoint
}

// CloseChannel makes a channel one that the bot may not write in.
func (s *Server) CloseChannel(channel string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.closed[channel] = true
}

// CloseDirect makes a person one who takes no direct messages.
func (s *Server) CloseDirect(user string) { s.CloseChannel(DirectChannel(user)) }

// Calls returns how often a call was made, failed calls included, by the names that Fail knows.
func (s *Server) Calls(name string) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.calls[name]
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
			return fmt.Errorf("discordfake: waiting: %w", ctx.Err())
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

// snowflake returns an id that was not used before. The caller holds the lock.
func (s *Server) snowflake() string {
	s.serial++
	return fmt.Sprintf("12%016d", s.serial)
}
