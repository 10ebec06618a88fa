package slackbot

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/slack-go/slack"
)

// A response address works five times within thirty minutes. A little of the time is kept for clocks
// that differ and calls that take long.
// https://docs.slack.dev/interactivity/handling-user-interaction
const (
	maxUses  = 5
	hookLife = 28 * time.Minute
)

// hook is one response address and what is left of it.
type hook struct {
	url    string // a capability: never logged, never in an error
	used   int
	until  time.Time
	closed bool
}

// newHook returns the hook for an address that Slack gave. One that is not Slack's own is not used,
// unless the whole adapter was pointed at another server.
func (b *Bot) newHook(raw string, until time.Time) hook {
	return hook{url: raw, until: until, closed: !mayReply(raw, b.settings.APIURL != "")}
}

// left returns how often the hook may still be used.
func (h *hook) left(now time.Time) int {
	if h.closed || !now.Before(h.until) {
		return 0
	}
	return max(0, maxUses-h.used)
}

// mayReply reports whether an answer may be sent to raw.
func mayReply(raw string, elsewhere bool) bool {
	u, err := url.Parse(raw)
	if err != nil || u.Host == "" || u.User != nil {
		return false
	}
	if elsewhere {
		return u.Scheme == "https" || u.Scheme == "http"
	}
	ours := strings.HasSuffix(strings.ToLower(u.Hostname()), ".slack.com")
	return u.Scheme == "https" && ours && (u.Port() == "" || u.Port() == "443")
}

// hookMessage is what a response address takes. A deletion must hold nothing else.
type hookMessage struct {
	ResponseType    string        `json:"response_type,omitempty"`
	ReplaceOriginal *bool         `json:"replace_original,omitempty"`
	DeleteOriginal  bool          `json:"delete_original,omitempty"`
	Text            string        `json:"text,omitempty"`
	Blocks          []slack.Block `json:"blocks,omitempty"`
	UnfurlLinks     *bool         `json:"unfurl_links,omitempty"`
	UnfurlMedia     *bool         `json:"unfurl_media,omitempty"`
}

const (
	forAll    = "in_channel"
	forCaller = "ephemeral"
)

func newHookMessage(m Message, responseType string, replace bool) hookMessage {
	no := false
	return hookMessage{
		ResponseType:    responseType,
		ReplaceOriginal: &replace,
		Text:            m.Text,
		Blocks:          m.Blocks,
		UnfurlLinks:     &no,
		UnfurlMedia:     &no,
	}
}

// encode writes m without HTML escapes, which would make each escaped character six bytes longer.
func (m hookMessage) encode() ([]byte, error) {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(m); err != nil {
		return nil, fmt.Errorf("encoding a reply: %w", err)
	}
	return b.Bytes(), nil
}

// postHook sends m to the address, and once more if the first try provably brought nothing about.
func (b *Bot) postHook(ctx context.Context, to string, m hookMessage) error {
	body, err := m.encode()
	if err != nil {
		return err
	}
	err = b.postOnce(ctx, to, body)
	wait, again := undelivered(err)
	if !again || !b.waited(ctx, wait) {
		return err
	}
	return b.postOnce(ctx, to, body)
}

// undelivered reports whether err proves that nothing arrived, and how long to wait before a new try.
func undelivered(err error) (wait time.Duration, proven bool) {
	if limited, ok := retryAfter(err); ok {
		return limited, limited <= maxRetryWait
	}
	var lookup *net.DNSError
	var op *net.OpError
	return 0, errors.As(err, &lookup) || (errors.As(err, &op) && op.Op == "dial")
}

func (b *Bot) postOnce(ctx context.Context, to string, body []byte) error {
	ctx, cancel := context.WithTimeout(ctx, callTimeout)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, to, bytes.NewReader(body)) //nolint:gosec // mayReply has checked where it leads.
	if err != nil {
		return errors.New("the response address is malformed")
	}
	req.Header.Set("Content-Type", "application/json; charset=utf-8")
	resp, err := b.http.Do(req) //nolint:gosec // As above.
	if err != nil {
		return fmt.Errorf("the response address cannot be reached: %w", masked(err))
	}
	defer func() { _ = resp.Body.Close() }()
	return judgeHook(resp)
}

// judgeHook reads Slack's answer, which is "ok" or JSON.
func judgeHook(resp *http.Response) error {
	const enough = 4 << 10
	body, err := io.ReadAll(io.LimitReader(resp.Body, enough))
	if resp.StatusCode == http.StatusTooManyRequests {
		return limitedBy(resp)
	}
	var said struct {
		OK    bool   `json:"ok"`
		Error string `json:"error"`
	}
	if json.Unmarshal(body, &said) == nil && !said.OK && said.Error != "" {
		return &APIError{Code: clip(line(said.Error), maxShown)}
	}
	if resp.StatusCode != http.StatusOK {
		return &APIError{Code: "status " + strconv.Itoa(resp.StatusCode)}
	}
	if err != nil {
		return fmt.Errorf("reading Slack's answer to a reply: %w", masked(err))
	}
	return nil
}

func limitedBy(resp *http.Response) error {
	seconds, err := strconv.ParseInt(resp.Header.Get("Retry-After"), 10, 32)
	if err != nil || seconds < 0 {
		return &APIError{Code: "status 429"}
	}
	return &slack.RateLimitedError{RetryAfter: time.Duration(seconds) * time.Second}
}
