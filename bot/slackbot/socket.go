package slackbot

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"sync"
	"time"

	"github.com/gorilla/websocket"
	"github.com/slack-go/slack"
	"github.com/slack-go/slack/socketmode"
	"go.uber.org/zap"
)

const (
	// ackTimeout is how long an acknowledgement may wait for its place on the wire; Slack waits 3 s.
	ackTimeout = 2500 * time.Millisecond
	// maxAcks bounds the acknowledgements that wait. They go out in microseconds.
	maxAcks = 256
	// maxEnvelope bounds one message on the socket.
	maxEnvelope = 1 << 20
	// handshakeTimeout bounds the opening of a socket.
	handshakeTimeout = 10 * time.Second
	// writeBuffer must be above the largest message sent: Slack does not join continuation frames.
	writeBuffer = 32 << 10
	// maxLimitedWait bounds how long Slack's own "try again in" is followed.
	maxLimitedWait = 2 * time.Minute
)

// stayConnected keeps a socket open until ctx ends, or until Slack refuses the token for good.
func (b *Bot) stayConnected(ctx context.Context) error {
	delays := newDelays()
	for {
		up, err := b.connectOnce(ctx)
		if over(ctx) {
			return nil
		}
		b.health.setSocket(fmt.Errorf("not connected: %w", err))
		if isFatal(err) {
			return err
		}
		if up {
			delays.Reset()
		}
		wait := delays.NextBackOff()
		if limited, ok := retryAfter(err); ok {
			wait = max(wait, min(limited, maxLimitedWait))
		}
		b.log.Warn("no connection to Slack", zap.Error(err), zap.Duration("next_attempt_in", wait))
		if !b.waited(ctx, wait) {
			return nil
		}
	}
}

// connectOnce serves over one client until that fails to connect. The library itself follows Slack's
// requests to reconnect; a failed attempt ends the session, so that the waits are ours and short. It
// reports whether the connection ever stood.
func (b *Bot) connectOnce(ctx context.Context) (up bool, err error) {
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	s := &session{bot: b, stop: stop, acks: make(chan receipt, maxAcks), client: newSocketClient(b.api)}
	var own sync.WaitGroup
	own.Go(func() { s.listen(ctx) })
	own.Go(func() { s.sendAcks(ctx) })
	err = s.client.RunContext(ctx)
	stop()
	own.Wait()
	if s.failure != nil {
		err = s.failure
	}
	if refused := refusedToken(appTokenKey, err); refused != nil {
		return s.up, refused
	}
	return s.up, masked(err)
}

func newSocketClient(api *slack.Client) *socketmode.Client {
	return socketmode.New(api,
		socketmode.OptionLog(silent{}),
		socketmode.OptionReadLimit(maxEnvelope),
		socketmode.OptionDialer(&websocket.Dialer{
			Proxy:            http.ProxyFromEnvironment,
			HandshakeTimeout: handshakeTimeout,
			WriteBufferSize:  writeBuffer,
		}),
	)
}

// session is the life of one client. Its fields are the listener's alone until the session has ended.
type session struct {
	bot    *Bot
	client *socketmode.Client
	stop   context.CancelFunc
	acks   chan receipt

	up      bool  // Slack has greeted us at least once
	greeted bool  // Slack has greeted us on the present socket
	failure error // why the last attempt to connect failed
}

// listen takes events as they come. Nothing in it waits, so that no ask delays the next one's
// acknowledgement and the library never stops reading.
func (s *session) listen(ctx context.Context) {
	for {
		select {
		case <-ctx.Done():
			return
		case event := <-s.client.Events:
			s.take(ctx, event)
		}
	}
}

func (s *session) take(ctx context.Context, event socketmode.Event) {
	defer s.bot.containEvent(string(event.Type))
	switch event.Type {
	case socketmode.EventTypeSlashCommand, socketmode.EventTypeInteractive, socketmode.EventTypeEventsAPI:
		s.takeEnvelope(ctx, event)
	case socketmode.EventTypeErrorBadMessage:
		s.bot.count.badMessages.Add(1)
		s.bot.log.Warn("a message of Slack's could not be read")
	case socketmode.EventTypeErrorWriteFailed:
		s.bot.lostAck(errors.New("the socket did not take it"))
	default:
		s.takeState(event)
	}
}

// takeState follows the connection itself.
func (s *session) takeState(event socketmode.Event) {
	switch event.Type {
	case socketmode.EventTypeHello:
		s.up, s.greeted = true, true
		s.bot.health.setSocket(nil)
		s.bot.log.Info("connected to Slack")
	case socketmode.EventTypeConnecting:
		s.reconnecting(event)
	case socketmode.EventTypeConnectionError:
		if failed, ok := event.Data.(*slack.ConnectionErrorEvent); ok {
			s.failure = failed.ErrorObj
		}
		s.stop()
	default:
	}
}

// reconnecting follows the library's own reconnects, which come without a pause. A socket that closed
// before Slack's greeting ends the session, so that the next attempt waits.
func (s *session) reconnecting(event socketmode.Event) {
	attempt, ok := event.Data.(*slack.ConnectingEvent)
	if !ok || attempt.ConnectionCount == 0 {
		return
	}
	s.bot.health.setSocket(errors.New("the socket closed; connecting again"))
	s.bot.log.Info("the socket to Slack closed; connecting again")
	if !s.greeted {
		s.failure = errors.New("the socket closed before Slack's greeting")
		s.stop()
	}
	s.greeted = false
}

// receipt is an acknowledgement, with what a form is told if that is not nil.
type receipt struct {
	envelope string
	says     any
}

// takeEnvelope acknowledges first and then hands the ask to the workers.
func (s *session) takeEnvelope(ctx context.Context, event socketmode.Event) {
	if event.Request == nil {
		return
	}
	in, err := readEnvelope(event, s.bot.clock())
	if err != nil {
		s.acknowledge(receipt{envelope: event.Request.EnvelopeID})
		s.unread(err)
		return
	}
	says, then := s.bot.admit(context.WithoutCancel(ctx), in)
	s.acknowledge(receipt{envelope: event.Request.EnvelopeID, says: says})
	then()
}

// unread counts what could not be used.
func (s *session) unread(err error) {
	if errors.Is(err, errNotForUs) {
		return
	}
	s.bot.count.badMessages.Add(1)
	s.bot.log.Warn("an envelope of Slack's could not be used", zap.Error(err))
}

func readEnvelope(event socketmode.Event, now time.Time) (inbound, error) {
	spare := func() string { return "envelope:" + clip(event.Request.EnvelopeID, maxKey) }
	switch event.Type {
	case socketmode.EventTypeSlashCommand:
		command, ok := event.Data.(slack.SlashCommand)
		if !ok {
			return inbound{}, errors.New("a command without its fields")
		}
		return readCommand(command, now, spare)
	case socketmode.EventTypeInteractive:
		return readInteraction(event.Request.Payload, now, spare)
	default:
		return inbound{}, errNotForUs
	}
}

// acknowledge queues an acknowledgement and never waits.
func (s *session) acknowledge(r receipt) {
	select {
	case s.acks <- r:
	default:
		s.bot.lostAck(errors.New("too many are waiting"))
	}
}

// sendAcks puts the queued acknowledgements on the wire, in order.
func (s *session) sendAcks(ctx context.Context) {
	for {
		select {
		case <-ctx.Done():
			return
		case r := <-s.acks:
			err := within(ctx, ackTimeout, func(ctx context.Context) error {
				return s.client.AckCtx(ctx, r.envelope, r.says)
			})
			if err != nil {
				s.bot.lostAck(err)
			}
		}
	}
}

func (b *Bot) lostAck(err error) {
	b.count.lostAcks.Add(1)
	b.log.Warn("an acknowledgement was not sent", zap.Error(masked(err)))
}
