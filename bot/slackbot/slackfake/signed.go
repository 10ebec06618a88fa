package slackfake

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// Sign returns the value of X-Slack-Signature for a body, made as Slack describes it.
func Sign(secret, timestamp, body string) string {
	mac := hmac.New(sha256.New, []byte(secret))
	_, _ = io.WriteString(mac, "v0:"+timestamp+":"+body)
	return "v0=" + hex.EncodeToString(mac.Sum(nil))
}

// SignedRequest returns a request as Slack sends it in HTTP mode, dated by the server's clock.
func (s *Server) SignedRequest(ctx context.Context, address, body string) (*http.Request, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, address, strings.NewReader(body))
	if err != nil {
		return nil, fmt.Errorf("slackfake: making a request: %w", err)
	}
	stamp := strconv.FormatInt(s.config.Clock().Unix(), 10)
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	req.Header.Set("X-Slack-Request-Timestamp", stamp)
	req.Header.Set("X-Slack-Signature", Sign(s.config.SigningSecret, stamp, body))
	return req, nil
}

// AskBody returns the form that Ask sends in HTTP mode, with a new response address, for tests that send
// it in their own way.
func (s *Server) AskBody(a Ask) (string, error) {
	_, d, err := s.prepareAsk(a)
	return d.form.Encode(), err
}

func (s *Server) sendHTTP(ctx context.Context, address string, d delivery) (Receipt, error) {
	req, err := s.SignedRequest(ctx, address, d.form.Encode())
	if err != nil {
		return Receipt{}, err
	}
	began := time.Now()
	resp, err := s.client.Do(req)
	if err != nil {
		return Receipt{}, fmt.Errorf("slackfake: sending a request: %w", err)
	}
	defer func() { _ = resp.Body.Close() }()
	body, err := io.ReadAll(io.LimitReader(resp.Body, maxRequest))
	took := time.Since(began)
	if err != nil {
		return Receipt{}, fmt.Errorf("slackfake: reading an answer: %w", err)
	}
	return Receipt{Status: resp.StatusCode, Body: string(body), Took: took}, nil
}
