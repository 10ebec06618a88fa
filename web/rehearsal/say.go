package rehearsal

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"strings"
	"unicode"
	"unicode/utf8"

	"go.uber.org/zap"

	"ringside/bot/edge"
	"ringside/commands"
	"ringside/web/page"
)

const (
	maxBody = 16 << 10
	maxLine = 5000 // bytes; a command's text may have 4,000
)

var errNotWords = errors.New("the text is not valid")

// say takes a line that was typed. The answer comes with the conversation.
func (s *Server) say(w http.ResponseWriter, r *http.Request) {
	var in struct {
		Text string `json:"text"`
	}
	if err := decode(w, r, &in); err != nil {
		page.Say(w, http.StatusBadRequest, "This could not be read, so nothing was done.")
		return
	}
	line := strings.TrimSpace(in.Text)
	if line == "" || len(line) > maxLine {
		page.Say(w, http.StatusBadRequest, fmt.Sprintf("A line has 1 to %d bytes. Nothing was done.", maxLine))
		return
	}
	s.talk.add(message{Said: plain(line)})
	to := &responder{talk: s.talk}
	command, words, ok := parse(line)
	if !ok {
		_ = to.Answer(r.Context(), notACommand(line)) // it only notes it down
	} else {
		s.start(to, func(ctx context.Context) {
			s.answers.Handle(ctx, commands.Invocation{
				Key: s.key(), Command: command, Text: words, Caller: caller(), Place: place(),
			}, to)
		})
	}
	w.WriteHeader(http.StatusNoContent)
}

// press takes a press of a button. Whether it is still good is the handler's to say.
func (s *Server) press(w http.ResponseWriter, r *http.Request) {
	var in struct {
		Button string `json:"button"`
	}
	if err := decode(w, r, &in); err != nil || !isButton(in.Button) {
		page.Say(w, http.StatusBadRequest, "There is no such button. Nothing was done.")
		return
	}
	to := &responder{talk: s.talk, question: s.talk.with(in.Button)}
	s.talk.change(to.question, func(m *message) { m.Busy = true })
	s.start(to, func(ctx context.Context) {
		defer s.talk.change(to.question, func(m *message) { m.Busy = false })
		s.answers.Press(ctx, commands.Press{Key: s.key(), Button: in.Button, Caller: caller(), Place: place()}, to)
	})
	w.WriteHeader(http.StatusNoContent)
}

// isButton reports whether text looks like the id of a Button.
func isButton(text string) bool {
	strange := func(r rune) bool { return (r < 'a' || r > 'z') && (r < '0' || r > '9') }
	return text != "" && len(text) <= 64 && !strings.ContainsFunc(text, strange)
}

// start runs do in the background, or says that there is no room for it.
func (s *Server) start(to *responder, do func(ctx context.Context)) {
	if s.begin(func() {
		defer s.contain(to)
		do(s.tasks)
	}) {
		return
	}
	_ = to.Answer(s.tasks, edge.Busy()) // it only notes it down
	s.talk.change(to.question, func(m *message) { m.Busy = false })
}

// begin starts nothing once Close was called.
func (s *Server) begin(do func()) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return !s.closed && s.slots.Start(do)
}

// contain answers for a command that panicked.
func (s *Server) contain(to *responder) {
	if thrown := recover(); thrown != nil {
		s.log.Error("a command panicked", zap.String("panic", edge.KindOf(thrown)), zap.Stack("stack"))
		_ = to.Answer(s.tasks, edge.Broken()) // it only notes it down
	}
}

// key names one ask; each that arrives is one of its own.
func (s *Server) key() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.asks++
	return fmt.Sprintf("%s:%s:%d", PlatformName, s.talk.session, s.asks)
}

func caller() commands.Caller { return commands.Caller{ID: CallerID} }

func place() commands.Place { return commands.Place{Channel: ChannelID, User: CallerID} }

// parse finds the command that a line begins with, with or without its slash.
func parse(line string) (command, words string, ok bool) {
	word, rest := line, ""
	if i := strings.IndexFunc(line, unicode.IsSpace); i >= 0 {
		word, rest = line[:i], strings.TrimSpace(line[i:])
	}
	switch word = "/" + strings.TrimPrefix(strings.ToLower(word), "/"); {
	case word == commands.ScoreCommand || word == commands.BattleCommand:
		return word, rest, true
	case word == "/help" && rest == "":
		return commands.BattleCommand, "help", true
	default:
		return "", "", false
	}
}

func notACommand(line string) commands.Reply {
	const quoted = 60
	if utf8.RuneCountInString(line) > quoted {
		line = string([]rune(line)[:quoted-1]) + "…"
	}
	return commands.Reply{
		Tone:     commands.ToneBad,
		Headline: fmt.Sprintf("“%s” is not a command. Nothing was done.", line),
		Notes:    []string{"A line begins with one of two commands. This one shows all that you can type:"},
		Examples: []string{commands.BattleCommand + " help"},
	}
}

// decode reads one JSON object of exactly the known fields.
func decode(w http.ResponseWriter, r *http.Request, into any) error {
	kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if err != nil || kind != "application/json" {
		return errNotWords
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
	if err != nil {
		return fmt.Errorf("read the body: %w", err)
	}
	if !utf8.Valid(body) {
		return errNotWords
	}
	d := json.NewDecoder(strings.NewReader(string(body)))
	d.DisallowUnknownFields()
	if err := d.Decode(into); err != nil {
		return fmt.Errorf("read the body: %w", err)
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return errNotWords
	}
	return nil
}
