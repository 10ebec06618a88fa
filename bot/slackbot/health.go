package slackbot

import (
	"errors"
	"sync"
)

// health is what is known of the connection to Slack. A nil error is good news.
type health struct {
	mu     sync.Mutex
	token  error
	socket error
}

func newHealth(mode string) *health {
	h := &health{token: errors.New("the bot token has not been tested yet")}
	if mode == ModeSocket {
		h.socket = errors.New("not connected yet")
	}
	return h
}

func (h *health) setToken(err error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.token = err
}

func (h *health) setSocket(err error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.socket = err
}

func (h *health) ready() error {
	h.mu.Lock()
	defer h.mu.Unlock()
	return errors.Join(h.token, h.socket)
}
