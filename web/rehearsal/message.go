package rehearsal

import (
	"fmt"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"ringside/bot/edge"
	"ringside/commands"
)

// Bounds on what one message shows; none that is meant to be read comes near them.
const (
	maxText    = 4000 // characters of each text
	maxLines   = 200  // rows, notes or examples
	maxButtons = 25
)

// message is one entry of the conversation as the page gets it.
type message struct {
	ID      int    `json:"id"`
	Seq     uint64 `json:"seq"`            // grows with every change of any message
	Said    string `json:"said,omitempty"` // what the visitor typed; empty for Ringside's own
	Passing string `json:"passing,omitempty"`
	Busy    bool   `json:"busy,omitempty"`  // a button of it was pressed and is not answered yet
	Alive   bool   `json:"alive,omitempty"` // it came unasked and may change by itself
	Private bool   `json:"private,omitempty"`
	Reply   *reply `json:"reply,omitempty"` // nil while there is only a passing line
	png     []byte
}

// reply is a commands.Reply in harmless texts.
type reply struct {
	Tone     commands.Tone `json:"tone"`
	Headline string        `json:"headline"`
	Rows     [][4]string   `json:"rows"`
	Notes    []string      `json:"notes"`
	Examples []string      `json:"examples"`
	Buttons  []button      `json:"buttons"`
	Footer   string        `json:"footer"`
	Picture  *picture      `json:"picture"`
}

type button struct {
	ID    string         `json:"id"`
	Label string         `json:"label"`
	Style commands.Style `json:"style"`
}

type picture struct {
	Address string `json:"address"`
	Alt     string `json:"alt"`
}

// put makes r what m says.
func (m *message) put(r commands.Reply) {
	m.Passing, m.png = "", nil
	if !edge.CanShow(r.Picture) {
		r = edge.InWords(r)
	}
	m.Reply = &reply{
		Tone: r.Tone, Headline: plain(r.Headline), Footer: plain(r.Footer), Rows: [][4]string{}, Buttons: []button{},
		Notes: plains(r.Notes), Examples: plains(r.Examples),
	}
	for _, row := range r.Rows[:min(len(r.Rows), maxLines)] {
		m.Reply.Rows = append(m.Reply.Rows, [4]string{plain(row.Label), plain(row.Subject), plain(row.Change), plain(row.Detail)})
	}
	for _, b := range r.Buttons[:min(len(r.Buttons), maxButtons)] {
		m.Reply.Buttons = append(m.Reply.Buttons, button{ID: b.ID, Label: plain(b.Label), Style: b.Style})
	}
	if r.Picture != nil {
		m.png = r.Picture.PNG
		m.Reply.Picture = &picture{Alt: plain(r.Picture.Alt)}
	}
}

// seal gives a changed message its number in the order of changes, and a new picture its address.
func (m *message) seal(seq uint64) {
	m.Seq = seq
	if m.png != nil && m.Reply.Picture.Address == "" {
		shown := *m.Reply
		shown.Picture = &picture{Address: fmt.Sprintf("/rehearsal/pictures/%d/%d", m.ID, seq), Alt: m.Reply.Picture.Alt}
		m.Reply = &shown
	}
}

// fade leaves the words of a picture in its place.
func (m *message) fade() {
	shown := *m.Reply
	shown.Notes = append(slices.Clone(shown.Notes), "[picture: "+shown.Picture.Alt+"]")
	shown.Picture = nil
	m.Reply, m.png = &shown, nil
}

func (m *message) has(id string) bool {
	return m.Reply != nil && slices.ContainsFunc(m.Reply.Buttons, func(b button) bool { return b.ID == id })
}

func plains(texts []string) []string {
	all := []string{}
	for _, text := range texts[:min(len(texts), maxLines)] {
		all = append(all, plain(text))
	}
	return all
}

// plain returns s with nothing in it that a reader would not see: control characters and marks of direction become
// their numbers. Line breaks stay.
func plain(s string) string {
	s = cut(strings.ToValidUTF8(s, "\uFFFD"))
	if strings.IndexFunc(s, unseen) < 0 {
		return s
	}
	var b strings.Builder
	for _, r := range s {
		if unseen(r) {
			fmt.Fprintf(&b, "<U+%04X>", r)
			continue
		}
		b.WriteRune(r)
	}
	return b.String()
}

func unseen(r rune) bool {
	const nonJoiner, joiner = '\u200C', '\u200D' // they shape letters
	if r >= ' ' && r <= '~' || r == '\n' || r == joiner || r == nonJoiner {
		return false
	}
	return unicode.In(r, unicode.Cc, unicode.Cf, unicode.Zl, unicode.Zp)
}

func cut(s string) string {
	if len(s) <= maxText || utf8.RuneCountInString(s) <= maxText {
		return s
	}
	return string([]rune(s)[:maxText-1]) + "…"
}
