package slackbot

import (
	"sync"

	"ringside/commands"
)

// maxRemembered bounds the buttons whose words are remembered.
const maxRemembered = 1024

// memory knows the words over recent buttons that only one person sees. Slack does not tell them when
// such a button is pressed, and without them a passing line could not be taken away again.
type memory struct {
	mu    sync.Mutex
	words map[string]*commands.Reply // by user and button
	ring  []string                   // the same keys, in a circle
	next  int
}

func newMemory() *memory {
	return &memory{words: make(map[string]*commands.Reply), ring: make([]string, maxRemembered)}
}

// keep remembers r by each of its buttons, in the place of what is oldest.
func (m *memory) keep(user string, r *commands.Reply) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, button := range r.Buttons {
		key := user + "/" + button.ID
		if _, known := m.words[key]; !known {
			delete(m.words, m.ring[m.next])
			m.ring[m.next] = key
			m.next = (m.next + 1) % len(m.ring)
		}
		m.words[key] = r
	}
}

// recall returns the words over a button, or nil.
func (m *memory) recall(user, button string) *commands.Reply {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.words[user+"/"+button]
}
