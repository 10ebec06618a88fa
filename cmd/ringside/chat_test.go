package main

import (
	"context"
	"io"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"ringside/bot/slackbot/slackfake"
)

// The people of the end-to-end suite. A chat knows them by its own ids.
const (
	mika     = "mika"     // the grant names her
	groupie  = "groupie"  // the grant names a group or role of his
	stranger = "stranger" // nobody named him
)

// patience is how long the suite waits for words before it says that they never came.
const patience = 20 * time.Second

// said is one message as a person sees it.
type said struct {
	text    string
	private bool
	buttons []string
	raw     any
}

// chat is one platform as the end-to-end suite drives it. The suite is written once against it, so that all
// platforms behave alike.
type chat interface {
	// ask types a line as somebody.
	ask(t *testing.T, who, line string)
	// again delivers the last ask once more, as a platform does that is not sure.
	again(t *testing.T)
	// press presses a button of a message.
	press(t *testing.T, who string, m said, label string)
	// await returns the latest message that somebody sees and that holds all the words.
	await(t *testing.T, who string, words ...string) said
}

// stage is a chat with the world around it.
type stageOf struct {
	chat
	*world
	stop func() int
	logs *logs
}

// overEveryChat runs a test on every platform in every mode.
func overEveryChat(t *testing.T, test func(t *testing.T, s *stageOf)) {
	for name, open := range chats() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			test(t, open(t))
		})
	}
}

// overSharedChats leaves the terminal out, where only one person sits.
func overSharedChats(t *testing.T, test func(t *testing.T, s *stageOf)) {
	for name, open := range chats() {
		if name == "console" {
			continue
		}
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			test(t, open(t))
		})
	}
}

func chats() map[string]func(*testing.T) *stageOf {
	return map[string]func(*testing.T) *stageOf{
		"slack http":      func(t *testing.T) *stageOf { t.Helper(); return openSlack(t, "http") },
		"slack socket":    func(t *testing.T) *stageOf { t.Helper(); return openSlack(t, "socket") },
		"discord gateway": func(t *testing.T) *stageOf { t.Helper(); return openDiscord(t, "gateway") },
		"discord http":    func(t *testing.T) *stageOf { t.Helper(); return openDiscord(t, "http") },
		"console":         openConsole,
	}
}

// slackChat drives Slack.
type slackChat struct {
	*world
	receipt slackfake.Receipt
}

func openSlack(t *testing.T, mode string) *stageOf {
	t.Helper()
	w := newWorld(t)
	w.slack.SetGroup("S0789", slackUser(groupie))
	s := serve(t, w.settings(t, mode))
	if mode == "http" {
		w.slack.UseHTTP("http://"+s.addr+"/slack/commands", "http://"+s.addr+"/slack/interactions")
	} else {
		must(t, w.until(t, func() bool { now, _ := w.slack.Sockets(); return now > 0 }))
	}
	return &stageOf{chat: &slackChat{world: w}, world: w, stop: s.stop, logs: s.logs}
}

func slackUser(who string) string {
	return map[string]string{mika: "U0456", groupie: "U0777", stranger: "U0999"}[who]
}

func (c *slackChat) ask(t *testing.T, who, line string) {
	t.Helper()
	command, text, _ := strings.Cut(line, " ")
	var err error
	c.receipt, err = c.slack.Ask(t.Context(), slackfake.Ask{Command: command, Text: text, User: slackUser(who), Name: who})
	must(t, err)
}

func (c *slackChat) again(t *testing.T) {
	t.Helper()
	_, err := c.slack.Repeat(t.Context(), c.receipt)
	must(t, err)
}

func (c *slackChat) press(t *testing.T, who string, m said, label string) {
	t.Helper()
	message, _ := m.raw.(slackfake.Message)
	b, ok := message.Button(label)
	if !ok {
		t.Fatalf("no button %q on %q", label, m.text)
	}
	_, err := c.slack.Press(t.Context(), slackfake.Press{Message: message, Value: b.Value, User: slackUser(who), Name: who})
	must(t, err)
}

func (c *slackChat) await(t *testing.T, who string, words ...string) said {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	m, err := c.slack.WaitFor(ctx, slackUser(who), "C0AB", words...)
	must(t, err)
	found := said{text: strings.Join(m.Lines(), "\n"), private: m.For != "", raw: m}
	for _, b := range m.Buttons() {
		found.buttons = append(found.buttons, b.Label)
	}
	return found
}

// consoleChat drives the terminal through a pipe.
type consoleChat struct {
	in io.Writer

	mu      sync.Mutex
	heard   string
	changed chan struct{}
}

func openConsole(t *testing.T) *stageOf {
	t.Helper()
	w := newWorld(t)
	path := w.settings(t, "http")
	in, typed := io.Pipe()
	status := make(chan int, 1)
	c := &consoleChat{in: typed, changed: make(chan struct{})}
	ctx, cancel := context.WithCancel(context.Background())
	l := &logs{}
	go func() { status <- run(ctx, []string{"console", "--config", path}, streams{in: in, out: c, err: l}) }()
	stop := sync.OnceValue(func() int {
		_ = typed.Close()
		code := <-status
		cancel()
		return code
	})
	t.Cleanup(func() { stop() })
	return &stageOf{chat: c, world: w, stop: stop, logs: l}
}

// Write hears what the program says.
func (c *consoleChat) Write(p []byte) (int, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.heard += string(p)
	close(c.changed)
	c.changed = make(chan struct{})
	return len(p), nil
}

func (c *consoleChat) ask(t *testing.T, _, line string) {
	t.Helper()
	_, err := io.WriteString(c.in, line+"\n")
	must(t, err)
}

// again does nothing: a terminal never delivers a line twice.
func (c *consoleChat) again(*testing.T) {}

func (c *consoleChat) press(t *testing.T, who string, m said, label string) {
	t.Helper()
	number := regexp.MustCompile(`(\d+)  ` + label).FindStringSubmatch(m.text)
	if number == nil {
		t.Fatalf("no choice %q in %q", label, m.text)
	}
	c.ask(t, who, number[1])
}

func (c *consoleChat) await(t *testing.T, _ string, words ...string) said {
	t.Helper()
	deadline := time.NewTimer(patience)
	defer deadline.Stop()
	for {
		c.mu.Lock()
		heard, changed := c.heard, c.changed
		c.mu.Unlock()
		blocks := strings.Split(heard, "\n\n")
		for i := len(blocks) - 1; i >= 0; i-- {
			if holds(blocks[i], words) {
				return said{text: blocks[i], private: true}
			}
		}
		select {
		case <-changed:
		case <-deadline.C:
			t.Fatalf("nobody said %q; heard:\n%s", words, heard)
		}
	}
}

func holds(text string, words []string) bool {
	for _, word := range words {
		if !strings.Contains(text, word) {
			return false
		}
	}
	return true
}
