package discordfake

import (
	"context"
	"crypto/ed25519"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// Sign returns the value of X-Signature-Ed25519 for a body, made as Discord describes it.
func (s *Server) Sign(timestamp, body string) string {
	return hex.EncodeToString(ed25519.Sign(s.key, []byte(timestamp+body)))
}

// SignedRequest returns a request as Discord sends it in HTTP mode, dated by the server's clock.
func (s *Server) SignedRequest(ctx context.Context, address, body string) (*http.Request, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, address, strings.NewReader(body))
	if err != nil {
		return nil, fmt.Errorf("discordfake: making a request: %w", err)
	}
	stamp := strconv.FormatInt(s.config.Clock().Unix(), 10)
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("X-Signature-Timestamp", stamp)
	req.Header.Set("X-Signature-Ed25519", s.Sign(stamp, body))
	return req, nil
}

// AskBody returns the JSON that Ask sends, with a new token, for tests that send it in their own way.
func (s *Server) AskBody(a Ask) (string, error) {
	i, err := s.prepareAsk(a, kindCommand)
	if err != nil {
		return "", err
	}
	return string(i.payload), nil
}

// sendHTTP takes the answer to the request as the first answer, as Discord does. Until it has, calls with
// the token wait.
func (s *Server) sendHTTP(ctx context.Context, address string, i *interaction) (Receipt, error) {
	defer s.landed(i)
	req, err := s.SignedRequest(ctx, address, string(i.payload))
	if err != nil {
		return Receipt{}, err
	}
	began := time.Now()
	resp, err := s.client.Do(req)
	if err != nil {
		return Receipt{}, fmt.Errorf("discordfake: sending a request: %w", err)
	}
	defer func() { _ = resp.Body.Close() }()
	raw, err := io.ReadAll(io.LimitReader(resp.Body, maxRequest))
	took := time.Since(began)
	if err != nil {
		return Receipt{}, fmt.Errorf("discordfake: reading an answer: %w", err)
	}
	if err := s.takeAnswer(i, resp.StatusCode, raw); err != nil {
		return Receipt{Status: resp.StatusCode, Body: string(raw)}, err
	}
	r := s.receipt(i)
	r.Status, r.Body, r.Took = resp.StatusCode, string(raw), took
	return r, nil
}

// takeAnswer applies an answer with status 200. A second one to the same interaction changes nothing.
func (s *Server) takeAnswer(i *interaction, status int, raw []byte) error {
	if status != http.StatusOK {
		return nil
	}
	var f first
	if err := json.Unmarshal(raw, &f); err != nil {
		return fmt.Errorf("discordfake: the answer is not JSON: %w", err)
	}
	_, no := s.locked(func() (any, *refusal) { return nil, s.accept(i, f) })
	if no != nil && no.code != 40060 {
		return fmt.Errorf("discordfake: the answer was refused: %d %s", no.code, no.message)
	}
	return nil
}

func (s *Server) landed(i *interaction) {
	s.mu.Lock()
	defer s.mu.Unlock()
	i.inFlight = false
	s.note()
}
