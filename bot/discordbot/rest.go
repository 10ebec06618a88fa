package discordbot

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"github.com/bwmarrin/discordgo"
)

const (
	// callTimeout bounds each call to Discord.
	callTimeout = 5 * time.Second
	// maxRetryWait is the longest that one call is held back for Discord's limits.
	maxRetryWait = 3 * time.Second
	// maxLimited is how often a call is made again after Discord said "too many": that is proof that it
	// did nothing.
	maxLimited = 2
	// settleWait and maxSettle bound the wait for Discord to know its own interaction: in HTTP mode an
	// answer can overtake the acknowledgement.
	settleWait = 300 * time.Millisecond
	maxSettle  = 3
)

// request is one call to Discord's REST API.
type request struct {
	method string
	path   string // after https://discord.com/api/v9/; it may hold an interaction token and is never shown
	body   any
	limit  string // what Discord counts it by; empty for what is never held back

	repeatable bool // the same call twice is one: it is made again when its answer was lost
	settling   bool // Discord may not know the interaction yet
	hasty      bool // it is refused at once where it would have to wait for Discord's limits
}

// call makes one call, and makes it again where that is harmless. The answer is decoded into the value
// that into points to, unless it is nil.
func (b *Bot) call(ctx context.Context, what string, r request, into any) error {
	for attempt := 0; ; attempt++ {
		raw, err := b.try(ctx, r)
		if err == nil {
			return decode(what, raw, into)
		}
		wait, again := r.again(err, attempt)
		if !again || !b.waited(ctx, wait) {
			return fmt.Errorf("%s: %w", what, err)
		}
	}
}

func decode(what string, raw []byte, into any) error {
	if into == nil {
		return nil
	}
	if err := json.Unmarshal(raw, into); err != nil {
		return fmt.Errorf("%s: the answer is not the JSON it should be", what)
	}
	return nil
}

// again reports whether to make a call once more after err, and how long to wait before.
func (r request) again(err error, attempt int) (time.Duration, bool) {
	var limited *LimitedError
	var refused *APIError
	switch {
	case errors.As(err, &limited):
		return limited.RetryAfter, !r.hasty && limited.RetryAfter <= maxRetryWait && attempt < maxLimited
	case unsent(err):
		return 0, attempt == 0
	case errors.As(err, &refused) && refused.Status < http.StatusInternalServerError:
		return settleWait, r.settling && refused.unknown() && attempt < maxSettle
	default:
		return settleWait, r.repeatable && attempt == 0
	}
}

// unsent reports whether err proves that nothing left.
func unsent(err error) bool {
	var lookup *net.DNSError
	var op *net.OpError
	return errors.As(err, &lookup) || (errors.As(err, &op) && op.Op == "dial")
}

// try makes one attempt. The library's own limiter starts anew each time: it would keep a bucket for every
// interaction for ever, and would sleep without a look at ctx.
func (b *Bot) try(ctx context.Context, r request) ([]byte, error) {
	if err := b.holdBack(ctx, r); err != nil {
		return nil, err
	}
	kind, body, err := encode(r.body)
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(ctx, callTimeout)
	defer cancel()
	seen := &answer{}
	raw, err := b.api.RequestWithLockedBucket(r.method, discordgo.EndpointAPI+r.path, kind, body,
		discordgo.NewRatelimiter().LockBucket(r.method), 0,
		discordgo.WithContext(context.WithValue(ctx, answerKey{}, seen)),
		discordgo.WithRetryOnRatelimit(false), discordgo.WithRestRetries(0))
	b.limits.note(r.limit, seen, b.clock())
	if err != nil {
		return nil, judge(err, seen)
	}
	return raw, nil
}

// holdBack waits while Discord's limits say that a call would be refused, or refuses at once where that is long.
func (b *Bot) holdBack(ctx context.Context, r request) error {
	wait := b.limits.wait(r.limit, b.clock())
	switch {
	case wait <= 0:
		return nil
	case r.hasty, wait > maxRetryWait:
		return &LimitedError{RetryAfter: wait}
	default:
		return b.pause(ctx, wait)
	}
}

// encode writes v without HTML escapes, and a message with files in parts. Nothing stands for no body.
func encode(v any) (kind string, body []byte, err error) {
	if v == nil {
		return "", nil, nil
	}
	if m, ok := v.(outgoing); ok && len(m.files) > 0 {
		return m.multipart()
	}
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		return "", nil, fmt.Errorf("encoding a call: %w", err)
	}
	return "application/json", b.Bytes(), nil
}

// judge turns an error of the library's into one of ours, which holds neither a token nor an address.
func judge(err error, seen *answer) error {
	if seen.status == 0 {
		return masked(err)
	}
	if seen.status == http.StatusTooManyRequests {
		return &LimitedError{RetryAfter: retryAfter(err, seen.header)}
	}
	refused := &APIError{Status: seen.status}
	var theirs *discordgo.RESTError
	if errors.As(err, &theirs) && theirs.Message != nil {
		refused.Code, refused.Message = theirs.Message.Code, clip(line(theirs.Message.Message), maxShown)
	}
	if seen.status < http.StatusMultipleChoices {
		return fmt.Errorf("the answer broke off: %w", masked(err))
	}
	return refused
}

// retryAfter returns how long Discord asks to wait. Where it does not say, that is long.
func retryAfter(err error, h http.Header) time.Duration {
	const unknown = time.Hour
	var limited *discordgo.RateLimitError
	if errors.As(err, &limited) && limited.RateLimit != nil && limited.TooManyRequests != nil && limited.RetryAfter > 0 {
		return limited.RetryAfter
	}
	if d, ok := seconds(h.Get("Retry-After")); ok {
		return d
	}
	return unknown
}

func seconds(text string) (time.Duration, bool) {
	const most = 1 << 20
	s, err := strconv.ParseFloat(text, 64)
	if err != nil || !(s >= 0) || s > most {
		return 0, false
	}
	return time.Duration(s * float64(time.Second)), true
}

// masked removes addresses from err: those of interactions are capabilities.
func masked(err error) error {
	var located *url.Error
	if !errors.As(err, &located) {
		return err
	}
	if located.Op == "parse" {
		return errors.New("a malformed address")
	}
	return masked(located.Err)
}

// LimitedError says that Discord takes no more calls of a kind for now.
type LimitedError struct{ RetryAfter time.Duration }

// Error says how long.
func (e *LimitedError) Error() string {
	return "Discord takes no more of these calls for " + e.RetryAfter.Round(time.Millisecond).String()
}

// APIError is Discord's refusal of a call, by the status and code it gives for it.
// https://discord.com/developers/docs/topics/opcodes-and-status-codes#json
type APIError struct {
	Status  int
	Code    int    // 0 if Discord gave none
	Message string // Discord's words, bounded
}

// Error returns Discord's words.
func (e *APIError) Error() string {
	if e.Code == 0 {
		return fmt.Sprintf("Discord refused it: status %d", e.Status)
	}
	return fmt.Sprintf("Discord refused it: status %d, code %d: %s", e.Status, e.Code, e.Message)
}

// The codes that Ringside acts on.
const (
	codeUnknownChannel     = 10003
	codeUnknownMessage     = 10008
	codeUnknownWebhook     = 10015
	codeUnknownInteraction = 10062
	codeAcknowledged       = 40060
	codeMissingAccess      = 50001
	codeForeignMessage     = 50005 // it is not ours, so that we cannot change it
	codeMissingPermissions = 50013
	codeBadWebhookToken    = 50027
)

// unknown reports whether Discord does not know the interaction, or does not yet.
func (e *APIError) unknown() bool {
	return e.Code == codeUnknownWebhook || e.Code == codeUnknownInteraction || (e.Code == 0 && e.Status == http.StatusNotFound)
}

// apiCode returns the code by which Discord refused a call, or 0.
func apiCode(err error) int {
	var refused *APIError
	if errors.As(err, &refused) {
		return refused.Code
	}
	return 0
}

func apiStatus(err error) int {
	var refused *APIError
	if errors.As(err, &refused) {
		return refused.Status
	}
	return 0
}
