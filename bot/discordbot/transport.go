package discordbot

import (
	"fmt"
	"net"
	"net/http"
	"net/url"
	"strings"

	"github.com/bwmarrin/discordgo"

	"ringside/bot/edge"
	"ringside/secret"
)

// maxReplyBytes bounds what is read of a reply; the longest is a server's list of commands.
const maxReplyBytes = 4 << 20

// newHTTPClient returns a client with a deadline, a bound on what it reads and no redirects. A base sends
// everything to that address instead of https://discord.com.
func newHTTPClient(rt http.RoundTripper, base *url.URL) *http.Client {
	return &http.Client{
		Timeout:       callTimeout,
		Transport:     relay{next: rt, base: base},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

// newDownloader returns a client for files, which do not lie where the calls go. It follows no redirects either.
func newDownloader(rt http.RoundTripper) *http.Client {
	return &http.Client{
		Timeout:       edge.DownloadTimeout,
		Transport:     rt,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

func newTransport() *http.Transport {
	dialer := &net.Dialer{Timeout: callTimeout}
	return &http.Transport{
		Proxy:                 http.ProxyFromEnvironment,
		DialContext:           dialer.DialContext,
		ForceAttemptHTTP2:     true,
		MaxIdleConns:          128,
		MaxIdleConnsPerHost:   64,
		IdleConnTimeout:       dialTimeout * 9,
		TLSHandshakeTimeout:   callTimeout,
		ResponseHeaderTimeout: callTimeout,
	}
}

// relay sends calls to the base, notes what came back and cuts every reply at maxReplyBytes. The library's
// own addresses are variables of its package, which tests that run side by side could not change.
type relay struct {
	next http.RoundTripper
	base *url.URL
}

// answer is what a call's context collects of its reply.
type answer struct {
	status int
	header http.Header
}

type answerKey struct{}

// RoundTrip implements http.RoundTripper.
func (t relay) RoundTrip(r *http.Request) (*http.Response, error) {
	if t.base != nil {
		r = r.Clone(r.Context())
		r.URL.Scheme, r.URL.Host, r.Host = t.base.Scheme, t.base.Host, ""
		r.URL.Path = t.base.Path + r.URL.Path
	}
	resp, err := t.next.RoundTrip(r)
	if err != nil {
		return nil, err
	}
	if seen, ok := r.Context().Value(answerKey{}).(*answer); ok {
		seen.status, seen.header = resp.StatusCode, resp.Header.Clone()
	}
	for name := range resp.Header {
		if strings.HasPrefix(name, "X-Ratelimit-") { // The library fails over those that it cannot read.
			resp.Header.Del(name)
		}
	}
	resp.Body = http.MaxBytesReader(nil, resp.Body, maxReplyBytes)
	return resp, nil
}

// CloseIdleConnections lets http.Client reach the transport inside.
func (t relay) CloseIdleConnections() {
	if c, ok := t.next.(interface{ CloseIdleConnections() }); ok {
		c.CloseIdleConnections()
	}
}

// newSession returns a session of the library's that keeps no state, repeats nothing, reconnects never
// and logs only where somebody has asked for its log.
func newSession(token secret.Value, client *http.Client) (*discordgo.Session, error) {
	s, err := discordgo.New("Bot " + token.Reveal())
	if err != nil {
		return nil, fmt.Errorf("discord: %w", err)
	}
	s.Client = client
	s.StateEnabled = false
	s.Compress = false
	s.SyncEvents = true
	s.ShouldReconnectOnError = false
	s.ShouldReconnectVoiceOnSessionError = false
	s.ShouldRetryOnRateLimit = false
	s.MaxRestRetries = 0
	s.Identify.Intents = discordgo.IntentsNone
	s.UserAgent = "DiscordBot (ringside, 1)"
	s.LogLevel = discordgo.LogError
	if discordgo.Logger == nil {
		s.LogLevel = -1
	}
	return s, nil
}
