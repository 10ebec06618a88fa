package discordbot

import (
	"errors"
	"sync"
)

// health is what is known of the connection to Discord. A nil error is good news.
type health struct {
	mu       sync.Mutex
	token    error
	link     error
	commands map[string]error // by server; those that were not tried yet are missing
}

func newHealth(mode string) *health {
	h := &health{token: errors.New("the bot token has not been tested yet"), commands: map[string]error{}}
	if mode == ModeGateway {
		h.link = errors.New("not connected yet")
	}
	return h
}

func (h *health) setToken(err error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.token = err
}

func (h *health) setLink(err error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.link = err
}

func (h *health) setCommands(guild string, err error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.commands[guild] = err
}

func (h *health) ready() error {
	h.mu.Lock()
	defer h.mu.Unlock()
	return errors.Join(h.token, h.link, h.registered())
}

// registered returns nil once any server knows the commands: one that has not invited the bot must not
// make the others look dead.
func (h *health) registered() error {
	var all []error
	for _, err := range h.commands {
		if err == nil {
			return nil
		}
		all = append(all, err)
	}
	if len(all) == 0 {
		return errors.New("the commands have not been registered yet")
	}
	return errors.Join(all...)
}
