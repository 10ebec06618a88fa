package slackfake

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"unicode/utf8"
)

// Message is one message as it stands now.
type Message struct {
	Channel string
	TS      string
	For     string // the one person who sees it; empty for all in the channel
	Text    string // as sent, for notifications
	Blocks  json.RawMessage
	Files   []File // of a message that is nothing else
	Changes int    // how often it was replaced
	Deleted bool
}

// Button is one button of a message.
type Button struct {
	ActionID string
	BlockID  string
	Label    string
	Value    string
	Style    string
}

// block holds the fields of the few kinds of block that a test reads.
type block struct {
	Type     string    `json:"type"`
	BlockID  string    `json:"block_id"`
	Text     *text     `json:"text"`
	Fields   []text    `json:"fields"`
	Elements []element `json:"elements"`
}

type text struct {
	Type string `json:"type"`
	Text string `json:"text"`
}

type element struct {
	Type     string          `json:"type"`
	ActionID string          `json:"action_id"`
	Value    string          `json:"value"`
	Style    string          `json:"style"`
	Text     json.RawMessage `json:"text"`
}

// label is the element's text, which is a text object in a button and a string in a context block.
func (e element) label() string {
	var object text
	if json.Unmarshal(e.Text, &object) == nil && object.Text != "" {
		return object.Text
	}
	var plain string
	_ = json.Unmarshal(e.Text, &plain)
	return plain
}

func (m Message) blocks() []block {
	var all []block
	_ = json.Unmarshal(m.Blocks, &all) // judged when it was posted
	return all
}

// Lines returns what a person reads, line by line: the blocks with escapes undone, or the text if there
// are no blocks. Marks such as "*" stay; the labels of buttons are left out.
func (m Message) Lines() []string {
	var raw []string
	for _, b := range m.blocks() {
		if b.Text != nil {
			raw = append(raw, b.Text.Text)
		}
		if b.Type != "context" {
			continue
		}
		for _, e := range b.Elements {
			raw = append(raw, e.label())
		}
	}
	if len(raw) == 0 {
		raw = append(raw, m.Text)
	}
	undo := strings.NewReplacer("&lt;", "<", "&gt;", ">", "&amp;", "&")
	return strings.Split(undo.Replace(strings.Join(raw, "\n")), "\n")
}

// Says reports whether the message holds all of these words.
func (m Message) Says(words ...string) bool {
	all := strings.Join(m.Lines(), "\n")
	for _, word := range words {
		if !strings.Contains(all, word) {
			return false
		}
	}
	return true
}

// Buttons returns the buttons in order.
func (m Message) Buttons() []Button {
	var all []Button
	for _, b := range m.blocks() {
		for _, e := range b.Elements {
			if e.Type == "button" {
				all = append(all, Button{ActionID: e.ActionID, BlockID: b.BlockID, Label: e.label(), Value: e.Value, Style: e.Style})
			}
		}
	}
	return all
}

// Button returns the button with this label.
func (m Message) Button(label string) (Button, bool) {
	for _, b := range m.Buttons() {
		if b.Label == label {
			return b, true
		}
	}
	return Button{}, false
}

// change puts new words in the place of the old.
func (m *Message) change(to Message) {
	m.Text, m.Blocks = to.Text, to.Blocks
	m.Changes++
}

// judge refuses what Slack would refuse, by Slack's word.
func (m Message) judge() string {
	if m.Text == "" {
		return "no_text"
	}
	var all []block
	if len(m.Blocks) > 0 && json.Unmarshal(m.Blocks, &all) != nil {
		return "invalid_blocks_format"
	}
	if len(all) > 50 {
		return "invalid_blocks"
	}
	total := 0
	for _, b := range all {
		size, fine := b.judge()
		if !fine {
			return "invalid_blocks"
		}
		total += size
	}
	if total > 13200 {
		return "msg_blocks_too_long"
	}
	return ""
}

func (b block) judge() (size int, fine bool) {
	if b.Text != nil {
		size = utf8.RuneCountInString(b.Text.Text)
	}
	fine = size <= 3000 && (b.Type != "section" || size > 0) && len(b.Elements) <= 25
	for _, e := range b.Elements {
		n := utf8.RuneCountInString(e.label())
		size += n
		if e.Type == "button" && (n == 0 || n > 75 || len(e.Value) > 2000 || len(e.ActionID) > 255) {
			fine = false
		}
	}
	return size, fine
}

// DirectChannel returns the channel in which the bot writes to a person alone.
func DirectChannel(user string) string { return "D" + user }

// add keeps a new message. The caller holds the lock.
func (s *Server) add(m *Message) {
	n := s.next()
	m.TS = fmt.Sprintf("%d.%06d", 1700000000+n, n)
	s.messages = append(s.messages, m)
}

// find returns a message that still stands. The caller holds the lock.
func (s *Server) find(channel, ts string) *Message {
	for _, m := range s.messages {
		if m.Channel == channel && m.TS == ts && !m.Deleted {
			return m
		}
	}
	return nil
}

// Delete makes a message go, as somebody in the channel may.
func (s *Server) Delete(m Message) {
	s.mu.Lock()
	defer s.mu.Unlock()
	defer s.note()
	if found := s.find(m.Channel, m.TS); found != nil {
		found.Deleted = true
	}
}

// Sees returns what a person sees in a channel now, oldest first.
func (s *Server) Sees(user, channel string) []Message {
	s.mu.Lock()
	defer s.mu.Unlock()
	var seen []Message
	for _, m := range s.messages {
		if m.Channel == channel && !m.Deleted && (m.For == "" || m.For == user) {
			seen = append(seen, *m)
		}
	}
	return seen
}

// Messages returns every message that was ever posted, as it stands now, deleted ones included.
func (s *Server) Messages() []Message {
	s.mu.Lock()
	defer s.mu.Unlock()
	all := make([]Message, len(s.messages))
	for i, m := range s.messages {
		all[i] = *m
	}
	return all
}

// WaitFor returns the newest message with all of these words that the person sees in the channel, as
// soon as there is one. The error tells what stands there instead.
func (s *Server) WaitFor(ctx context.Context, user, channel string, words ...string) (Message, error) {
	var found Message
	err := s.Wait(ctx, func() bool {
		for _, m := range s.Sees(user, channel) {
			if m.Says(words...) {
				found = m
			}
		}
		return found.TS != ""
	})
	if err != nil {
		return Message{}, fmt.Errorf("%w: nothing says %q in %s; there is %q", err, words, channel, s.shown(user, channel))
	}
	return found, nil
}

func (s *Server) shown(user, channel string) []string {
	var all []string
	for _, m := range s.Sees(user, channel) {
		all = append(all, strings.Join(m.Lines(), " / "))
	}
	return all
}
