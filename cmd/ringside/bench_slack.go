package main

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"time"

	"go.uber.org/zap"

	"ringside/bot/slackbot"
	"ringside/config"
	"ringside/secret"
)

const (
	ackEvery   = 5 * time.Millisecond // 200 a second
	ackSecret  = "the signing secret of the benchmark"
	ackTimeout = 10 * time.Second
)

// acknowledgement measures from a signed request of Slack's to its acknowledgement, over loopback, while the additions
// that are asked for are carried out.
func acknowledgement(ctx context.Context, b *bench, p benchPlace) (f figure, err error) {
	s := &benchShow{benchSetup: benchSetup{}.orDefault()}
	defer func() { err = errors.Join(err, s.close()) }()
	tencentURL, err := s.openStage(ctx, b, p)
	if err != nil {
		return figure{}, err
	}
	slack, err := openBenchSlack(ctx)
	if err != nil {
		return figure{}, err
	}
	s.closers = append(s.closers, slack.close)
	addresses := make([]string, p.replicas)
	for i := range addresses {
		if addresses[i], err = s.openService(ctx, tencentURL, slack.url()); err != nil {
			return figure{}, err
		}
	}
	transport := &http.Transport{MaxIdleConnsPerHost: 64}
	s.closers = append(s.closers, func() error { transport.CloseIdleConnections(); return nil })
	return b.paced(ctx, ackEvery, func(ctx context.Context) (time.Duration, error) {
		n := s.asked.Add(1)
		return askSlackly(ctx, transport, addresses[n%int64(len(addresses))], slack.url(), n, s.line(n))
	})
}

// paced repeats at an even pace, in rounds, however long each takes.
func (b *bench) paced(ctx context.Context, every time.Duration, once measured) (figure, error) {
	tick := time.NewTicker(every)
	defer tick.Stop()
	var rounds []figure
	for n := range b.rounds + 1 {
		took, _, err := together(ctx, 32, b.asks, func(ctx context.Context) (time.Duration, error) {
			<-tick.C
			return once(ctx)
		})
		if err != nil {
			return figure{}, err
		}
		if n > 0 { // the first one warms up
			rounds = append(rounds, percentiles(took))
		}
	}
	return medians(rounds), nil
}

// openService starts one replica as `ringside serve` does, with Slack over HTTP, and returns where it listens.
func (s *benchShow) openService(ctx context.Context, tencentURL, slackURL string) (address string, err error) {
	c := s.settings(tencentURL)
	c.HTTP.Listen = "127.0.0.1:0"
	c.Slack = config.Slack{
		Enabled: true, Mode: slackbot.ModeHTTP, BotToken: secret.New("xoxb-bench"), SigningSecret: secret.New(ackSecret), APIURL: slackURL + "/api/", Teams: []string{benchTeam},
	}
	svc, err := newService(ctx, c, zap.NewNop())
	if err != nil {
		return "", err
	}
	s.keep(ctx, svc.run, svc.close)
	return svc.web.Addr(), nil
}

// askSlackly sends the n-th command as Slack does and returns how long its acknowledgement took.
func askSlackly(ctx context.Context, transport http.RoundTripper, address, slackURL string, n int64, text string) (time.Duration, error) {
	ctx, cancel := context.WithTimeout(ctx, ackTimeout)
	defer cancel()
	body := url.Values{
		"team_id": {benchTeam}, "channel_id": {"C0"}, "user_id": {fmt.Sprint("U", n%benchPeople)}, "user_name": {"mika"}, "command": {"/battle-score"},
		"text": {text}, "trigger_id": {fmt.Sprint(n)}, "response_url": {slackURL + "/reply"},
	}.Encode()
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://"+address+"/slack/commands", strings.NewReader(body))
	if err != nil {
		return 0, err
	}
	at := strconv.FormatInt(time.Now().Unix(), 10)
	mac := hmac.New(sha256.New, []byte(ackSecret))
	fmt.Fprintf(mac, "v0:%s:%s", at, body) //nolint:errcheck // a hash takes everything
	request.Header = http.Header{
		"Content-Type": {"application/x-www-form-urlencoded"}, "X-Slack-Request-Timestamp": {at}, "X-Slack-Signature": {"v0=" + hex.EncodeToString(mac.Sum(nil))},
	}
	began := time.Now()
	response, err := transport.RoundTrip(request)
	if err != nil {
		return 0, err
	}
	_, err = io.Copy(io.Discard, response.Body)
	took := time.Since(began)
	if err := errors.Join(err, response.Body.Close()); err != nil {
		return 0, err
	}
	if response.StatusCode != http.StatusOK {
		return 0, fmt.Errorf("a command was acknowledged with %s", response.Status)
	}
	return took, nil
}

// benchSlack takes whatever is sent to Slack.
type benchSlack struct {
	listener net.Listener
	server   *http.Server
	served   sync.WaitGroup
}

func openBenchSlack(ctx context.Context) (*benchSlack, error) {
	l, err := new(net.ListenConfig).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("listen in Slack's place: %w", err)
	}
	s := &benchSlack{listener: l}
	s.server = &http.Server{ReadHeaderTimeout: ackTimeout, Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body) // whatever it says
		w.Header().Set("Content-Type", "application/json")
		_, _ = io.WriteString(w, `{"ok":true,"team_id":"`+benchTeam+`","user_id":"U0","bot_id":"B0","ts":"1.1","channel":"C0"}`) // the far end knows
	})}
	s.served.Go(func() { _ = s.server.Serve(l) }) // it ends with close
	return s, nil
}

func (s *benchSlack) url() string { return "http://" + s.listener.Addr().String() }

func (s *benchSlack) close() error {
	err := s.server.Close()
	s.served.Wait()
	return err
}
