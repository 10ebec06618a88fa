package discordfake

import (
	"context"
	"encoding/json"
	"fmt"
	"regexp"
	"strings"
	"unicode/utf16"
)

// The flags of messages that the server knows.
const (
	flagEphemeral = 1 << 6
	flagLoading   = 1 << 7
	flagV2        = 1 << 15
)

// The types of components that the server knows.
const (
	typeRow       = 1
	typeButton    = 2
	typeText      = 10
	typeGallery   = 12
	typeFile      = 13
	typeContainer = 17
)

// Message is one message as it stands now.
type Message struct {
	ID         string
	Guild      string
	Channel    string
	For        string // the one person who sees it; empty for all in the channel
	Flags      int
	Content    string
	Components json.RawMessage
	Files      []File
	Changes    int // how often it was replaced
	Deleted    bool
}

// Button is one button of a message.
type Button struct {
	CustomID string
	Label    string
	Style    int
}

type component struct {
	Type       int         `json:"type"`
	Content    string      `json:"content"`
	CustomID   string      `json:"custom_id"`
	Label      string      `json:"label"`
	Style      int         `json:"style"`
	Components []component `json:"components"`
	Items      []struct {
		Media struct {
			URL string `json:"url"`
		} `json:"media"`
		Description string `json:"description"`
	} `json:"items"`
	File struct {
		URL string `json:"url"`
	} `json:"file"`
}

// all returns c and every component inside, in the order in which they are shown.
func (c component) all() []component {
	list := []component{c}
	for _, inner := range c.Components {
		list = append(list, inner.all()...)
	}
	return list
}

func (m Message) parts() []component {
	var top, list []component
	_ = json.Unmarshal(m.Components, &top) // judged when it was sent
	for _, c := range top {
		list = append(list, c.all()...)
	}
	return list
}

// Thinking reports whether the message is a placeholder that is still empty.
func (m Message) Thinking() bool { return m.Flags&flagLoading != 0 }

// Lines returns what a person reads, line by line, with escapes undone. Marks such as "**" stay; the
// labels of buttons are left out.
func (m Message) Lines() []string {
	if m.Thinking() {
		return []string{"(thinking)"}
	}
	raw := []string{}
	if m.Content != "" {
		raw = append(raw, m.Content)
	}
	for _, c := range m.parts() {
		if c.Type == typeText {
			raw = append(raw, c.Content)
		}
	}
	var lines []string
	for _, l := range strings.Split(strings.Join(raw, "\n"), "\n") {
		lines = append(lines, undo(strings.TrimPrefix(l, "-# ")))
	}
	return lines
}

// undo takes the escapes out of a line, save in code spans, which know none.
func undo(l string) string {
	var b strings.Builder
	code := false
	for i := 0; i < len(l); i++ {
		if l[i] == '`' {
			code = !code
		}
		if l[i] == '\\' && !code && i+1 < len(l) && isMark(l[i+1]) {
			i++
		}
		b.WriteByte(l[i])
	}
	return b.String()
}

func isMark(c byte) bool {
	return c > ' ' && c < 0x7f && (c < '0' || c > '9') && (c < 'A' || c > 'Z') && (c < 'a' || c > 'z')
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
	for _, c := range m.parts() {
		if c.Type == typeButton {
			all = append(all, Button{CustomID: c.CustomID, Label: c.Label, Style: c.Style})
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

// body is a message as a caller sends it.
type body struct {
	Content    string          `json:"content"`
	Embeds     json.RawMessage `json:"embeds"`
	Flags      int             `json:"flags"`
	Components json.RawMessage `json:"components"`
	Nonce      string          `json:"nonce"`
	Enforce    bool            `json:"enforce_nonce"`
	Mentions   *struct {
		Parse *[]string `json:"parse"`
	} `json:"allowed_mentions"`
	Attachments *[]attached `json:"attachments"`

	files map[string]File // that came beside it, by the name of their part
}

// judge refuses what Discord would refuse, and what could mention somebody.
func (b body) judge() *refusal {
	if b.Mentions == nil || b.Mentions.Parse == nil || len(*b.Mentions.Parse) > 0 {
		return &refusal{400, codeForm, "allowed_mentions is not an empty list"}
	}
	if b.Flags&flagV2 == 0 {
		if b.Content == "" || units(b.Content) > 2000 {
			return &refusal{400, 50006, "Cannot send an empty message"}
		}
		return nil
	}
	if b.Content != "" || len(b.Embeds) > 0 {
		return &refusal{400, codeForm, "content and embeds exclude components of this kind"}
	}
	if len(b.Nonce) > 25 {
		return &refusal{400, codeForm, "the nonce is too long"}
	}
	if why := b.judgeFiles(); why != "" {
		return &refusal{400, codeForm, why}
	}
	return judgeComponents(b.Components)
}

var mention = regexp.MustCompile(`(^|[^\\])(<[@#]|@everyone|@here|https?://)`)

func judgeComponents(raw json.RawMessage) *refusal {
	var top []component
	if json.Unmarshal(raw, &top) != nil || len(top) == 0 {
		return &refusal{400, codeForm, "no components"}
	}
	count, total, ids := 0, 0, map[string]bool{}
	for _, outer := range top {
		for _, c := range outer.all() {
			count++
			total += units(c.Content) + units(c.Label)
			if why := c.judge(ids); why != "" {
				return &refusal{400, codeForm, why}
			}
		}
	}
	if count > 40 || total > 4000 {
		return &refusal{400, codeForm, fmt.Sprintf("%d components, %d characters", count, total)}
	}
	return nil
}

func (c component) judge(ids map[string]bool) string {
	switch c.Type {
	case typeContainer:
		if len(c.Components) == 0 {
			return "an empty container"
		}
	case typeRow:
		if n := len(c.Components); n == 0 || n > 5 {
			return "a row of none or too many"
		}
	case typeText:
		return judgeText(c.Content)
	case typeGallery:
		return c.judgeGallery()
	case typeFile:
		if !strings.HasPrefix(c.File.URL, "attachment://") || isPicture(c.File.URL) {
			return "a file that is not attached, or a picture that nobody sees"
		}
	case typeButton:
		return c.judgeButton(ids)
	default:
		return "an unknown type"
	}
	return ""
}

func (c component) judgeGallery() string {
	if n := len(c.Items); n == 0 || n > 10 {
		return "a gallery of none or too many"
	}
	for _, item := range c.Items {
		if item.Description == "" || units(item.Description) > 1024 {
			return "a picture without words, or with too many"
		}
	}
	return ""
}

func judgeText(content string) string {
	switch {
	case content == "":
		return "an empty text"
	case mention.MatchString(outsideCode(content)):
		return "a text that mentions or links"
	default:
		return ""
	}
}

func (c component) judgeButton(ids map[string]bool) string {
	if c.CustomID == "" || units(c.CustomID) > 100 || ids[c.CustomID] || c.Label == "" || units(c.Label) > 80 || c.Style < 1 || c.Style > 4 {
		return "a button that is not right"
	}
	ids[c.CustomID] = true
	return ""
}

var span = regexp.MustCompile("`[^`\n]*`")

func outsideCode(text string) string { return span.ReplaceAllString(text, "") }

func units(s string) int { return len(utf16.Encode([]rune(s))) }

// DirectChannel returns the channel in which the bot writes to a person alone.
func DirectChannel(user string) string { return "90" + user }

// add keeps a new message. The caller holds the lock.
func (s *Server) add(m *Message) {
	m.ID = s.snowflake()
	s.messages = append(s.messages, m)
}

// find returns a message that still stands. The caller holds the lock.
func (s *Server) find(id string) *Message {
	for _, m := range s.messages {
		if m.ID == id && !m.Deleted {
			return m
		}
	}
	return nil
}

// put puts new words in the place of the old. Who sees the message never changes.
func (m *Message) put(b body) {
	m.Content, m.Components = b.Content, b.Components
	m.attach(b)
	m.Flags = m.Flags&flagEphemeral | b.Flags&^(flagEphemeral|flagLoading)
}

// Dismiss makes a message vanish, as the reader of a private one may, and for others a moderator.
func (s *Server) Dismiss(m Message) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if found := s.find(m.ID); found != nil {
		found.Deleted = true
	}
	s.note()
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

// Messages returns every message that was ever sent, as it stands now, deleted ones included.
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
		return found.ID != ""
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
