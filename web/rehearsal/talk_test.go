package rehearsal_test

import (
	"context"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"ringside/commands"
	"ringside/secret"
)

func TestALineBecomesAnInvocation(t *testing.T) {
	t.Parallel()
	tests := []struct{ name, line, command, text string }{
		{"a command", "/battle-score demo add pk-live1 100", "/battle-score", "demo add pk-live1 100"},
		{"spaces around", "  /battle   list \n", "/battle", "list"},
		{"without its slash", "battle list", "/battle", "list"},
		{"in capitals", "/BATTLE list", "/battle", "list"},
		{"alone", "/battle", "/battle", ""},
		{"help", "help", "/battle", "help"},
		{"two lines", "/battle bulk\na 1", "/battle", "bulk\na 1"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			a := newHall(t, &handler{})
			p := a.open(t)
			a.say(t, tt.line)
			p.says(1, strings.TrimSpace(tt.line))
			p.says(2, "Did "+tt.text+".")
			want := []commands.Invocation{{
				Key: "web:" + p.session + ":1", Command: tt.command, Text: tt.text,
				Caller: commands.Caller{ID: "web:visitor"}, Place: commands.Place{Channel: "web:rehearsal", User: "web:visitor"},
			}}
			if diff := cmp.Diff(want, a.handler.asked(), cmp.Comparer(sameSecret)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func sameSecret(a, b secret.Value) bool { return a.Reveal() == b.Reveal() }

func TestWordsThatAreNoCommand(t *testing.T) {
	t.Parallel()
	for _, line := range []string{"hello", "/battles list", "help me", "1", strings.Repeat("x", 100)} {
		a := newHall(t, &handler{})
		p := a.open(t)
		a.say(t, line)
		m := p.until("an answer", func(all map[int]message) bool { return len(all) == 2 })[2]
		if !strings.Contains(m.words(), "is not a command. Nothing was done.") || m.Reply.Tone != "bad" || len(m.Reply.Examples) != 1 {
			t.Errorf("%q is answered with %+v", line, m.Reply)
		}
		if len(a.handler.asked()) > 0 {
			t.Errorf("%q reached the handler", line)
		}
	}
}

func TestEveryAskHasAKeyOfItsOwn(t *testing.T) {
	t.Parallel()
	a := newHall(t, &handler{})
	p := a.open(t)
	for range 3 {
		a.say(t, "/battle list")
	}
	a.press(t, "b1")
	p.until("all answers", func(all map[int]message) bool { return len(all) == 7 })
	keys := map[string]bool{a.handler.pressed()[0].Key: true}
	for _, ask := range a.handler.asked() {
		keys[ask.Key] = true
	}
	if len(keys) != 4 {
		t.Errorf("the keys of four asks are %v", keys)
	}
}

// asking asks on a command and amends on a press.
func asking() *handler {
	return &handler{handle: func(ctx context.Context, _ commands.Invocation, to commands.Responder) {
		_ = to.Answer(ctx, commands.Reply{
			Tone: commands.ToneWarn, Headline: "Sure?", Buttons: []commands.Button{{ID: "yes", Label: "Confirm"}, {ID: "no", Label: "Cancel"}},
		})
	}}
}

func TestAPressAmendsItsQuestion(t *testing.T) {
	t.Parallel()
	a := newHall(t, asking())
	p := a.open(t)
	a.say(t, "/battle-score x")
	p.says(2, "Sure?")
	a.press(t, "yes")
	m := p.says(2, "Pressed yes.")
	if len(m.Reply.Buttons) > 0 || m.Reply.Tone != "" || !m.Private {
		t.Errorf("the question became %+v", m)
	}
	want := []commands.Press{{
		Key: "web:" + p.session + ":2", Button: "yes",
		Caller: commands.Caller{ID: "web:visitor"}, Place: commands.Place{Channel: "web:rehearsal", User: "web:visitor"},
	}}
	if diff := cmp.Diff(want, a.handler.pressed(), cmp.Comparer(sameSecret)); diff != "" {
		t.Error(diff)
	}
}

func TestAButtonThatIsGoneIsStillPressed(t *testing.T) {
	t.Parallel()
	a := newHall(t, asking())
	p := a.open(t)
	a.press(t, "yes")
	if m := p.says(1, "Pressed yes."); !m.Private {
		t.Error("the answer is for everybody")
	}
}

func TestTheAskerMayAmendHisQuestionLater(t *testing.T) {
	t.Parallel()
	later := make(chan commands.Responder, 1)
	h := asking()
	ask := h.handle
	h.handle = func(ctx context.Context, inv commands.Invocation, to commands.Responder) {
		ask(ctx, inv, to)
		later <- to
	}
	a := newHall(t, h)
	p := a.open(t)
	a.say(t, "/battle x")
	p.says(2, "Sure?")
	to := <-later
	if err := to.Amend(t.Context(), commands.Reply{Headline: "Expired."}); err != nil {
		t.Error(err)
	}
	p.says(2, "Expired.")
}

// script is what a handler says, step by step.
type script []func(ctx context.Context, to commands.Responder) error

func progress(s string) func(context.Context, commands.Responder) error {
	return func(ctx context.Context, to commands.Responder) error {
		return to.Progress(ctx, commands.Reply{Headline: s})
	}
}

func answer(s string) func(context.Context, commands.Responder) error {
	return func(ctx context.Context, to commands.Responder) error {
		return to.Answer(ctx, commands.Reply{Headline: s, Public: true})
	}
}

func amend(s string) func(context.Context, commands.Responder) error {
	return func(ctx context.Context, to commands.Responder) error {
		return to.Amend(ctx, commands.Reply{Headline: s})
	}
}

func (s script) play(ctx context.Context, to commands.Responder) {
	for _, step := range s {
		_ = step(ctx, to)
	}
}

// After a question was asked and its button pressed, the conversation is 1 what was said, 2 the question, and more.
func TestWhereAnswersStand(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name       string
		ask, press script
		want       []string
	}{
		{"a passing line gives way", script{progress("under way"), answer("done")}, nil, []string{"/battle x", "done"}},
		{"also to an amendment", script{progress("under way"), amend("done")}, nil, []string{"/battle x", "done"}},
		{"the newer passing line stays", script{progress("a"), progress("b")}, nil, []string{"/battle x", "b"}},
		{"two answers are two messages", script{answer("a"), answer("b")}, nil, []string{"/battle x", "a", "b"}},
		{"progress after an answer", script{answer("a"), progress("b"), answer("c")}, nil, []string{"/battle x", "a", "c"}},
		{"a press amends and answers", nil, script{amend("yes"), answer("done")}, []string{"/battle x", "yes", "done"}},
		{"a passing line in the question", nil, script{progress("p"), amend("yes"), answer("done")}, []string{"/battle x", "yes", "done"}},
		{"an answer that leaves the question", nil, script{progress("p"), answer("no")}, []string{"/battle x", "Sure?", "no"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			h := asking()
			if tt.ask != nil {
				h.handle = func(ctx context.Context, _ commands.Invocation, to commands.Responder) { tt.ask.play(ctx, to) }
			}
			h.press = func(ctx context.Context, _ commands.Press, to commands.Responder) { tt.press.play(ctx, to) }
			a := newHall(t, h)
			p := a.open(t)
			a.say(t, "/battle x")
			if tt.press != nil {
				p.says(2, "Sure?")
				a.press(t, "yes")
			}
			for i, words := range tt.want {
				p.says(i+1, words)
			}
			a.Close(t.Context()) // nothing is under way any more
			for open := true; open; {
				var e event
				if e, open = <-p.events; open {
					p.take(e)
				}
			}
			for i, words := range tt.want {
				if m := p.all[i+1]; m.words() != words || m.Busy || m.Reply != nil && m.Passing != "" {
					t.Errorf("message %d is %+v, want %q", i+1, m, words)
				}
			}
			if len(p.all) != len(tt.want) {
				t.Errorf("%d messages, want %d", len(p.all), len(tt.want))
			}
		})
	}
}

func TestAQuestionIsBusyWhileItsPressIsAnswered(t *testing.T) {
	t.Parallel()
	hold := make(chan struct{})
	release := sync.OnceFunc(func() { close(hold) })
	defer release()
	h := asking()
	h.press = func(context.Context, commands.Press, commands.Responder) { <-hold }
	a := newHall(t, h)
	p := a.open(t)
	a.say(t, "/battle x")
	p.says(2, "Sure?")
	a.press(t, "yes")
	p.until("the question to be busy", func(all map[int]message) bool { return all[2].Busy })
	release()
	if m := p.says(2, "Sure?"); len(m.Reply.Buttons) != 2 {
		t.Errorf("a question that was not answered became %+v", m)
	}
}
