// Package tencent is a typed client for the battle commands of Tencent's live platform.
//
// Each call is made exactly once and comes back with Evidence: what is known about whether it left this
// machine and what the platform answered. Nothing is repeated behind the caller's back, nothing is sent faster than
// the configured ceiling, writes are suspended while the platform fails, and no error holds an address, a signature or
// a key. What the platform tells by itself, its callbacks, is read by ParseCallback.
package tencent

import (
	"context"
	"crypto/rand"
	"crypto/x509"
	"encoding/binary"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"time"
)

// Command is the last part of a call's address.
type Command string

// The commands.
const (
	CommandCreateBattle   Command = "create_battle"
	CommandSetBattleScore Command = "set_battle_score"
	CommandGetBattleInfo  Command = "get_battle_info"
)

// service is the part of the address that the battle commands share.
const service = "live_engine_http_pk"

// Commands returns every Command.
func Commands() []Command {
	return []Command{CommandCreateBattle, CommandSetBattleScore, CommandGetBattleInfo}
}

// Client calls the platform for one app. It is safe for concurrent use.
type Client struct {
	settings  Settings
	addresses map[Command]*url.URL
	limiters  map[Command]*limiter
	breaker   *breaker // of the writing commands; nil if there is none
	sharing   *sharing // of the ceiling with other processes; nil if there are none
	signer    *signer
	transport *http.Transport
	now       func() time.Time
	random    func() uint32
	life      context.Context
	end       context.CancelFunc
}

// Option changes how a Client is made.
type Option func(*options)

type options struct {
	now    func() time.Time
	random func() uint32
	dial   DialFunc
	roots  *x509.CertPool

	breaker Breaker
	trust   bool // no breaker
	turns   Turns
	quiet   bool
}

// WithClock makes the client tell the time of signatures and of Evidence.LastByte by now. The limiter keeps to the
// machine's own monotonic clock.
func WithClock(now func() time.Time) Option { return func(o *options) { o.now = now } }

// WithRandom makes the client take the random number of each call from random.
func WithRandom(random func() uint32) Option { return func(o *options) { o.random = random } }

// WithDial makes the client open its connections with dial; TLS is still the client's.
func WithDial(dial DialFunc) Option { return func(o *options) { o.dial = dial } }

// WithRoots makes the client trust these authorities instead of the machine's.
func WithRoots(roots *x509.CertPool) Option { return func(o *options) { o.roots = roots } }

// WithBreaker makes the client suspend writes by other numbers than the defaults.
func WithBreaker(b Breaker) Option {
	return func(o *options) { o.breaker, o.trust = b, false }
}

// WithoutBreaker makes the client never suspend writes.
func WithoutBreaker() Option { return func(o *options) { o.trust = true } }

// WithTurns makes the client share its ceiling with other processes: each call leaves at a moment of its own among theirs.
// The client must be told of them, see Shared.
func WithTurns(turns Turns) Option { return func(o *options) { o.turns = turns } }

// WithQuietStart makes the client wait a second before its first call, since another one of the same app may have called
// until just now.
func WithQuietStart() Option { return func(o *options) { o.quiet = true } }

// New returns a Client, or an error that names every setting that is wrong. It opens no connection.
func New(s Settings, opts ...Option) (*Client, error) {
	s = s.withDefaults()
	if err := s.validate(); err != nil {
		return nil, fmt.Errorf("tencent settings: %w", err)
	}
	base, err := s.base()
	if err != nil {
		return nil, fmt.Errorf("tencent settings: %w", err)
	}
	o := options{now: time.Now, random: randomNumber, dial: new(net.Dialer).DialContext}
	for _, option := range opts {
		option(&o)
	}
	life, end := context.WithCancel(context.Background())
	d := &dialer{dial: o.dial, roots: o.roots, timeout: s.Timeout, life: life}
	c := &Client{
		settings:  s,
		addresses: make(map[Command]*url.URL),
		limiters:  make(map[Command]*limiter),
		signer:    &signer{appID: s.SDKAppID, identifier: s.Admin, key: s.SecretKey, now: o.now},
		transport: d.transport(),
		now:       o.now,
		random:    o.random,
		life:      life,
		end:       end,
		sharing:   newSharing(o.turns, s.CallsPerSecond),
	}
	if !o.trust {
		c.breaker = newBreaker(o.breaker, s.Timeout)
	}
	for _, command := range Commands() {
		c.addresses[command] = base.JoinPath("v4", service, string(command))
		c.limiters[command] = newLimiter(command, s.CallsPerSecond)
		c.limiters[command].crowd = newCrowd(s.CallsPerSecond, o.turns != nil)
		if o.quiet {
			c.limiters[command].permits.exhaust(time.Now())
		}
	}
	return c, nil
}

// randomNumber returns 32 bits that nobody can guess; crypto/rand never fails.
func randomNumber() uint32 {
	var b [4]byte
	_, _ = rand.Read(b[:])
	return binary.BigEndian.Uint32(b[:])
}

// address returns the full address of one call. The order of the query is the vendor's,
// https://trtc.io/document/63398.
func (c *Client) address(command Command, signature string) *url.URL {
	address := *c.addresses[command]
	address.RawQuery = "sdkappid=" + strconv.FormatInt(c.settings.SDKAppID, 10) +
		"&identifier=" + url.QueryEscape(c.settings.Admin) +
		"&usersig=" + url.QueryEscape(signature) +
		"&random=" + strconv.FormatUint(uint64(c.random()), 10) +
		"&contenttype=json"
	return &address
}

// Reserve waits for the turn of one call. People go before batches. An error means that nothing was
// sent and nothing will be: *SuspendedError at once for a command that writes while writes are suspended, *BusyError
// if there is no room before ctx ends, ErrClosed after Close, else ctx's own.
// The slot must be used or released soon, for it holds a share of the ceiling, and perhaps the one try by which writes
// are resumed; release it with defer.
func (c *Client) Reserve(ctx context.Context, command Command, class Class) (*Slot, error) {
	l, known := c.limiters[command]
	if !known {
		return nil, fmt.Errorf("reserve a call: %q is not a command", command)
	}
	if c.life.Err() != nil {
		return nil, ErrClosed
	}
	if !command.writes() {
		return l.reserve(ctx, class)
	}
	return c.reserveWrite(ctx, l, class)
}

// reserveWrite asks the breaker twice: at once, and again after the wait in line, in which it may have opened.
func (c *Client) reserveWrite(ctx context.Context, l *limiter, class Class) (*Slot, error) {
	if suspended := c.Suspended(); suspended != nil {
		return nil, suspended
	}
	slot, err := l.reserve(ctx, class)
	if err != nil {
		return nil, err
	}
	report, suspended := c.breaker.allow()
	if suspended != nil {
		slot.Release()
		return nil, suspended
	}
	slot.report = report
	return slot, nil
}

// Suspended tells why writes would be refused now; nil if they may go. It takes no slot and waits for nobody.
func (c *Client) Suspended() *SuspendedError { return c.breaker.suspended() }

// Breaker tells whether writes are suspended at present, and how often they have been since the client was made. A
// trial that failed only prolongs a suspension.
func (c *Client) Breaker() (open bool, opened uint64) { return c.breaker.report() }

// Pace tells how fast the command may be called at present. slowedUntil is when the full rate is
// expected back after the platform complained of too many calls; zero if it did not.
func (c *Client) Pace(command Command) (callsPerSecond float64, slowedUntil time.Time) {
	l, known := c.limiters[command]
	if !known {
		return 0, time.Time{}
	}
	return l.report()
}

// Format writes the app's number for every verb, so that a careless log line does not walk through the client.
func (c *Client) Format(s fmt.State, _ rune) {
	_, _ = fmt.Fprintf(s, "tencent client of app %d", c.settings.SDKAppID)
}

// Close refuses further calls, wakes those that wait for a slot, and lets idle connections go. Calls under way end by
// their own deadlines.
func (c *Client) Close() {
	c.end()
	for _, l := range c.limiters {
		l.close()
	}
	c.transport.CloseIdleConnections()
}
