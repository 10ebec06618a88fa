package discordbot

import (
	"context"
	"errors"
	"net"
	"net/http"
	"sync"
	"time"

	"github.com/bwmarrin/discordgo"
	"github.com/gorilla/websocket"
	"go.uber.org/zap"
)

// dialTimeout bounds the opening of a socket.
const dialTimeout = 10 * time.Second

// firstOwnCode begins the close codes that are Discord's own; those below tell of the network.
const firstOwnCode = 4000

// link is one session of the library's, which may outlive several connections.
type link struct {
	bot     *Bot
	ctx     context.Context // of the asks; it never ends
	session *discordgo.Session
	ready   chan struct{} // Discord has said READY or RESUMED
	lost    chan struct{} // the library has closed the connection

	mu   sync.Mutex
	conn net.Conn // the present one, to hang up when the library does not
	hung bool     // no connection may be opened any more
}

var errHungUp = errors.New("the attempt was given up")

func (b *Bot) newLink(ctx context.Context) (*link, error) {
	session, err := newSession(b.settings.BotToken, b.http)
	if err != nil {
		return nil, err
	}
	l := &link{
		bot: b, session: session, ctx: context.WithoutCancel(ctx),
		ready: make(chan struct{}, 1), lost: make(chan struct{}, 1),
	}
	session.Dialer = &websocket.Dialer{
		Proxy:            http.ProxyFromEnvironment,
		HandshakeTimeout: dialTimeout,
		NetDialContext:   l.dial,
	}
	session.AddHandler(l.event)
	session.AddHandler(func(*discordgo.Session, *discordgo.Disconnect) { signal(l.lost) })
	return l, nil
}

// dial remembers the connection below the library's.
func (l *link) dial(ctx context.Context, network, address string) (net.Conn, error) {
	dialer := &net.Dialer{Timeout: dialTimeout}
	conn, err := dialer.DialContext(ctx, network, address)
	if err != nil {
		return nil, err
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.hung {
		_ = conn.Close() // Nothing was sent over it.
		return nil, errHungUp
	}
	l.conn = conn
	return conn, nil
}

// event takes what Discord sends, in the goroutine that reads: nothing in it waits, and it must not take
// the session's lock, which is held while it connects.
func (l *link) event(_ *discordgo.Session, e *discordgo.Event) {
	defer l.bot.containEvent(e.Type)
	switch e.Type {
	case "READY", "RESUMED":
		signal(l.ready)
	case "INTERACTION_CREATE":
		l.bot.receiveEvent(l.ctx, e.RawData)
	default:
	}
}

// signal fills a channel that has room for one.
func signal(c chan<- struct{}) {
	select {
	case c <- struct{}{}:
	default:
	}
}

// open opens the library's session. The library panics over an empty message.
func (l *link) open() (err error) {
	defer func() {
		if thrown := recover(); thrown != nil {
			l.bot.logPanic("the library panicked while it connected", thrown)
			err = errStuck
		}
	}()
	return l.session.Open()
}

// prepare forgets what became of an earlier connection.
func (l *link) prepare() {
	l.mu.Lock()
	l.hung = false
	l.mu.Unlock()
	for _, c := range []chan struct{}{l.ready, l.lost} {
		select {
		case <-c:
		default:
		}
	}
}

// hangUp cuts the connection below the library, without a farewell.
func (l *link) hangUp() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.hung = true
	if l.conn != nil {
		_ = l.conn.Close() // It may be closed already.
		l.conn = nil
	}
}

// unstick waits for an Open whose connection was cut. Some messages make it wait for a lock that it holds
// itself: such a session is left behind, and must not be closed, which would wait as well.
func (l *link) unstick(opened <-chan error) error {
	grace := time.NewTimer(hangUpGrace)
	defer grace.Stop()
	select {
	case err := <-opened:
		if err == nil { // It connected at the last moment.
			return errors.Join(errSlow, l.end())
		}
		return errors.Join(errSlow, masked(err))
	case <-grace.C:
		return errStuck
	}
}

// end cuts a connection that stands, and waits until the library has noticed.
func (l *link) end() error {
	l.hangUp()
	grace := time.NewTimer(hangUpGrace)
	defer grace.Stop()
	select {
	case <-l.lost:
		return nil
	case <-grace.C:
		return errNotBack
	}
}

// close says farewell, which ends the session.
func (l *link) close() error {
	if err := l.session.Close(); err != nil {
		return masked(err)
	}
	return errLost
}

// quiet returns for how long no heartbeat was acknowledged, or 0 while the library holds its lock.
func (l *link) quiet() time.Duration {
	if !l.session.TryRLock() {
		return 0
	}
	defer l.session.RUnlock()
	return time.Since(l.session.LastHeartbeatAck)
}

// afterwards returns the link if its session can be resumed after err, or else nil for a new session.
// After a close frame during the start, resuming would meet the same frame again.
func (l *link) afterwards(b *Bot, err error) *link {
	var closed *websocket.CloseError
	switch {
	case errors.Is(err, errStuck), errors.Is(err, errNotBack):
		b.count.abandoned.Add(1)
		b.log.Error("a gateway session was left behind", zap.Error(err))
		return nil
	case errors.As(err, &closed) && closed.Code >= firstOwnCode:
		return nil
	default:
		return l
	}
}
