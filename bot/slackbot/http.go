package slackbot

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"mime"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"go.uber.org/zap"
)

const (
	// maxRequest bounds a request. A command is far smaller; a press repeats the message it sits on.
	maxRequest = 1 << 20
	// readTimeout bounds the arrival of a body, in good time before Slack's own 3 s.
	readTimeout = 2500 * time.Millisecond
	// maxSSLCheck bounds the unsigned request by which Slack looks at a certificate.
	maxSSLCheck = 1 << 10
)

// Routes returns the endpoints of HTTP mode by their http.ServeMux patterns, and nothing in Socket Mode.
func (b *Bot) Routes() map[string]http.Handler {
	if b.settings.Mode != ModeHTTP {
		return nil
	}
	return map[string]http.Handler{
		"POST /slack/commands":     b.endpoint(formCommand),
		"POST /slack/interactions": b.endpoint(formInteraction),
	}
}

// reader understands one signed body.
type reader func(form url.Values, now time.Time, spare func() string) (inbound, error)

func formCommand(form url.Values, now time.Time, spare func() string) (inbound, error) {
	if isSSLCheck(form) {
		return inbound{}, errNotForUs
	}
	return readCommand(parseCommand(form), now, spare)
}

func formInteraction(form url.Values, now time.Time, spare func() string) (inbound, error) {
	if isSSLCheck(form) {
		return inbound{}, errNotForUs
	}
	return readInteraction([]byte(form.Get("payload")), now, spare)
}

// endpoint answers as soon as the body is read and its signature checked; the work starts after that.
func (b *Bot) endpoint(read reader) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, status := b.receive(w, r)
		if status != http.StatusOK {
			http.Error(w, http.StatusText(status), status)
			return
		}
		in, err := understand(body, b.clock(), read)
		switch {
		case errors.Is(err, errNotForUs):
			acknowledge(w)
		case err != nil:
			b.count.badMessages.Add(1)
			b.log.Warn("a signed request could not be used", zap.Error(err))
			http.Error(w, http.StatusText(http.StatusBadRequest), http.StatusBadRequest)
		default:
			says, then := b.admit(context.WithoutCancel(r.Context()), in)
			acknowledgeWith(w, says)
			then()
		}
	})
}

// receive reads the body once and checks who signed it. A status other than 200 is the refusal.
func (b *Bot) receive(w http.ResponseWriter, r *http.Request) (body []byte, status int) {
	if r.Method != http.MethodPost {
		return nil, http.StatusMethodNotAllowed
	}
	kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if err != nil || kind != "application/x-www-form-urlencoded" {
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
	if err := verify(r.Header, body, b.settings.SigningSecret, b.clock()); err != nil {
		return b.unsigned(body, err)
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

// unsigned refuses, except where Slack only looks at the certificate: that asks for nothing.
func (b *Bot) unsigned(body []byte, why error) ([]byte, int) {
	if len(body) <= maxSSLCheck {
		if form, err := url.ParseQuery(string(body)); err == nil && isSSLCheck(form) {
			return []byte("ssl_check=1"), http.StatusOK
		}
	}
	b.count.badSigned.Add(1)
	b.log.Warn("a request was refused for its signature", zap.Error(why))
	return nil, http.StatusUnauthorized
}

func isSSLCheck(form url.Values) bool { return form.Get("ssl_check") == "1" }

func understand(body []byte, now time.Time, read reader) (inbound, error) {
	form, err := url.ParseQuery(string(body))
	if err != nil {
		return inbound{}, errors.New("a body that is not a form")
	}
	return read(form, now, func() string { return "body:" + digest(body) })
}

// acknowledge sends the empty answer on its way before anything else happens.
func acknowledge(w http.ResponseWriter) { send(w, nil) }

// acknowledgeWith is acknowledge, with what a form is told if that is not nil.
func acknowledgeWith(w http.ResponseWriter, says any) {
	if says == nil {
		acknowledge(w)
		return
	}
	body, err := json.Marshal(says)
	if err != nil {
		http.Error(w, http.StatusText(http.StatusInternalServerError), http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	send(w, body)
}

func send(w http.ResponseWriter, body []byte) {
	w.Header().Set("Content-Length", strconv.Itoa(len(body)))
	w.WriteHeader(http.StatusOK)
	_, _ = w.Write(body) // Whoever has gone away needs no answer.
	// Where a writer cannot flush, the answer leaves when the handler returns, which is at once.
	_ = http.NewResponseController(w).Flush()
}
