package slackbot

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"time"

	"github.com/slack-go/slack"

	"ringside/bot/edge"
)

const (
	// callTimeout bounds each call to Slack.
	callTimeout = 5 * time.Second
	// maxReplyBytes bounds what is read of a reply; the longest is the member list of a large group.
	maxReplyBytes = 8 << 20
)

// newHTTPClient returns a client with a deadline, a bound on what it reads and no redirects: a token or
// a response address must not travel on to wherever a redirect points.
func newHTTPClient(rt http.RoundTripper) (client *http.Client, idle func()) {
	if rt == nil {
		rt = newTransport()
	}
	client = &http.Client{
		Timeout:       callTimeout,
		Transport:     bounded{rt},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	return client, client.CloseIdleConnections
}

// newDownloader returns a client like calls that may take longer, for files.
func newDownloader(calls *http.Client) *http.Client {
	return &http.Client{Timeout: edge.DownloadTimeout, Transport: calls.Transport, CheckRedirect: calls.CheckRedirect}
}

func newTransport() *http.Transport {
	dialer := &net.Dialer{Timeout: callTimeout, KeepAlive: 30 * time.Second}
	return &http.Transport{
		Proxy:                 http.ProxyFromEnvironment,
		DialContext:           dialer.DialContext,
		ForceAttemptHTTP2:     true,
		MaxIdleConns:          64,
		MaxIdleConnsPerHost:   32,
		IdleConnTimeout:       90 * time.Second,
		TLSHandshakeTimeout:   callTimeout,
		ResponseHeaderTimeout: callTimeout,
	}
}

// bounded cuts every reply at maxReplyBytes.
type bounded struct{ next http.RoundTripper }

// RoundTrip implements http.RoundTripper.
func (t bounded) RoundTrip(r *http.Request) (*http.Response, error) {
	resp, err := t.next.RoundTrip(r)
	if err != nil {
		return nil, err
	}
	resp.Body = http.MaxBytesReader(nil, resp.Body, maxReplyBytes)
	return resp, nil
}

// CloseIdleConnections lets http.Client reach the transport inside.
func (t bounded) CloseIdleConnections() {
	if c, ok := t.next.(interface{ CloseIdleConnections() }); ok {
		c.CloseIdleConnections()
	}
}

func newAPI(s Settings, apiURL string, calls *http.Client) *slack.Client {
	return slack.New(s.BotToken.Reveal(),
		slack.OptionAPIURL(apiURL),
		slack.OptionAppLevelToken(s.AppToken.Reveal()),
		slack.OptionHTTPClient(calls),
		slack.OptionLog(silent{}),
	)
}

// silent keeps the library from writing to standard error. Its debug mode, which would log what people
// type, is never switched on, so there is nothing to pass on.
type silent struct{}

// Output drops the line.
func (silent) Output(int, string) error { return nil }

// call runs one call to the Web API under a deadline. It is repeated once after a short refusal for
// frequency, which is proof that the first did nothing.
func (b *Bot) call(ctx context.Context, what string, do func(ctx context.Context) error) error {
	err := b.once(ctx, what, do)
	if wait, limited := retryAfter(err); limited && wait <= maxRetryWait {
		if b.waited(ctx, wait) {
			return b.once(ctx, what, do)
		}
	}
	return err
}

// once runs one call to the Web API under a deadline.
func (b *Bot) once(ctx context.Context, what string, do func(ctx context.Context) error) error {
	if err := within(ctx, callTimeout, do); err != nil {
		return fmt.Errorf("%s: %w", what, masked(err))
	}
	return nil
}

// maxRetryWait is the longest that an answer is held back for Slack's limits.
const maxRetryWait = 2 * time.Second

func within(ctx context.Context, d time.Duration, do func(ctx context.Context) error) error {
	ctx, cancel := context.WithTimeout(ctx, d)
	defer cancel()
	return do(ctx)
}

func retryAfter(err error) (time.Duration, bool) {
	var limited *slack.RateLimitedError
	if errors.As(err, &limited) {
		return limited.RetryAfter, true
	}
	return 0, false
}

// masked removes addresses from err: those of sockets and of responses are capabilities. Slack's own
// error words stay, bounded.
func masked(err error) error {
	var refused slack.SlackErrorResponse
	if errors.As(err, &refused) {
		return &APIError{Code: clip(line(refused.Err), maxShown)}
	}
	var located *url.Error
	if !errors.As(err, &located) {
		return err
	}
	if located.Op == "parse" {
		return errors.New("a malformed address")
	}
	return masked(located.Err)
}

// APIError is Slack's refusal of a call, by the word it gives for it.
// https://docs.slack.dev/reference/methods/chat.postMessage#errors
type APIError struct{ Code string }

// Error returns Slack's word.
func (e *APIError) Error() string { return "Slack refused it: " + e.Code }
