package discordbot

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"mime"
	"net/http"
	"strconv"
	"time"

	"github.com/bwmarrin/discordgo"
	"go.uber.org/zap"

	"ringside/bot/edge"
)

const (
	// maxRequest bounds a request. A command is far smaller; a press repeats the message it sits on.
	maxRequest = 1 << 20
	// readTimeout bounds the arrival of a body, in good time before Discord's own 3 s.
	readTimeout = 2500 * time.Millisecond
)

// Routes returns the endpoint of HTTP mode by its http.ServeMux pattern, and nothing in gateway mode.
func (b *Bot) Routes() map[string]http.Handler {
	if b.settings.Mode != ModeHTTP {
		return nil
	}
	return map[string]http.Handler{"POST /discord/interactions": http.HandlerFunc(b.serve)}
}

// serve answers as soon as the body is read and its signature checked: the answer is the acknowledgement,
// and the work starts after it has left.
func (b *Bot) serve(w http.ResponseWriter, r *http.Request) {
	body, status := b.receive(w, r)
	if status != http.StatusOK {
		http.Error(w, http.StatusText(status), status)
		return
	}
	in, err := readInteraction(body, b.clock())
	if err != nil {
		b.unread(err)
		http.Error(w, http.StatusText(http.StatusBadRequest), http.StatusBadRequest)
		return
	}
	switch {
	case in.ping:
		b.answer(w, callback{Type: discordgo.InteractionResponsePong})
	case in.query != nil:
		b.answer(w, b.suggestions(r.Context(), in))
	default:
		b.serveAsk(w, in)
	}
}

// serveAsk opens the gate for the work once the acknowledgement is on its way. Where that cannot be sent,
// nobody waits for the work.
func (b *Bot) serveAsk(w http.ResponseWriter, in inbound) {
	if refusal := b.turnedAway(in); refusal != nil {
		b.answer(w, atOnce(*refusal))
		return
	}
	gate := make(chan error, 1)
	if !b.take(in, through(gate)) {
		b.answer(w, atOnce(edge.Busy()))
		return
	}
	gate <- reply(w, in.first())
}

func through(gate <-chan error) acknowledge {
	return func(ctx context.Context) error {
		select {
		case err := <-gate:
			return err
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// unread counts what could not be used.
func (b *Bot) unread(err error) {
	b.count.badMessages.Add(1)
	b.log.Warn("an interaction could not be used", zap.Error(err))
}

// answer sends an answer that no work hangs on.
func (b *Bot) answer(w http.ResponseWriter, c callback) {
	if err := reply(w, c); err != nil {
		b.log.Info("an answer could not be sent", zap.Error(err))
	}
}

// reply sends an answer on its way before anything else happens.
func reply(w http.ResponseWriter, c callback) error {
	body, err := json.Marshal(c)
	if err != nil {
		http.Error(w, http.StatusText(http.StatusInternalServerError), http.StatusInternalServerError)
		return err
	}
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Content-Length", strconv.Itoa(len(body)))
	if _, err := w.Write(body); err != nil {
		return err
	}
	if err := http.NewResponseController(w).Flush(); err != nil && !errors.Is(err, http.ErrNotSupported) {
		return err
	}
	return nil
}

// receive reads the body once and checks who signed it. A status other than 200 is the refusal.
func (b *Bot) receive(w http.ResponseWriter, r *http.Request) (body []byte, status int) {
	if r.Method != http.MethodPost {
		return nil, http.StatusMethodNotAllowed
	}
	kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if err != nil || kind != "application/json" {
		return nil, http.StatusUnsupportedMediaType
	}
	if r.ContentLength > maxRequest {
		return nil, http.StatusRequestEntityTooLarge
	}
	body, err = readAll(w, r)
	var tooLarge *http.MaxBytesError
	if errors.As(err, &tooLarge) {
		return nil, http.StatusRequestEntityTooLarge
	}
	if err != nil {
		return nil, http.StatusBadRequest
	}
	if err := verify(r.Header, body, b.key, b.clock()); err != nil {
		b.count.badSigned.Add(1)
		b.log.Warn("a request was refused for its signature", zap.Error(err))
		return nil, http.StatusUnauthorized
	}
	return body, http.StatusOK
}

// readAll reads the body under a bound and a deadline.
func readAll(w http.ResponseWriter, r *http.Request) ([]byte, error) {
	// A server that knows no deadlines has its own; the net/http one resets this with each request.
	_ = http.NewResponseController(w).SetReadDeadline(time.Now().Add(readTimeout))
	limited := http.MaxBytesReader(w, r.Body, maxRequest)
	if r.ContentLength < 0 {
		return io.ReadAll(limited)
	}
	body := make([]byte, r.ContentLength)
	_, err := io.ReadFull(limited, body)
	return body, err
}
