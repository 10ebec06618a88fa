package console_test

import (
	"errors"
	"io"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/google/go-cmp/cmp"

	"ringside/bot/console"
	"ringside/commands"
)

var here = commands.Place{Channel: "console:local"}

// quiet returns a console that nobody types on.
func quiet(t *testing.T, out io.Writer) *console.Console {
	t.Helper()
	c, err := console.New(&handler{}, strings.NewReader(""), out, console.WithSession("s1"))
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestReviseSaysWhatChanged(t *testing.T) {
	t.Parallel()
	row := func(change string) commands.Reply {
		return commands.Reply{Headline: "demo", Rows: []commands.Row{{Subject: "pk-live1", Change: change}}}
	}
	noted := row("100")
	noted.Notes, noted.Footer = []string{"4 minutes left"}, "battle demo"
	tests := []struct {
		name  string
		first commands.Reply
		then  []commands.Reply
		want  string // after the first
	}{
		{"nothing", row("100"), []commands.Reply{row("100"), row("100")}, ""},
		{"a row", row("100"), []commands.Reply{row("200"), row("200"), row("100")}, "\ndemo\npk-live1  200\n\ndemo\npk-live1  100\n"},
		{"a headline", say("Two minutes."), []commands.Reply{say("One minute.")}, "\nOne minute.\n"},
		{"what is only small print", row("100"), []commands.Reply{noted}, ""},
		{"new choices", question("Sure?", "Yes"), []commands.Reply{question("Sure?", "Yes", "No")}, "\nSure?\n  21  Yes    22  No\n"},
		{"the same choices", question("Sure?", "Yes"), []commands.Reply{question("Sure?", "Yes")}, ""},
		{"no choices any more", question("Sure?", "Yes"), []commands.Reply{say("Sure?")}, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			out := &buffer{}
			c := quiet(t, out)
			m, err := c.Notify(t.Context(), here, tt.first)
			if err != nil || m != "console:local/s1/1" {
				t.Fatalf("Notify() = %q, %v", m, err)
			}
			out.take()
			for _, r := range tt.then {
				if err := c.Revise(t.Context(), m, r); err != nil {
					t.Fatal(err)
				}
			}
			if diff := cmp.Diff(tt.want, out.String()); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// TestRevisedChoicesReplaceTheOld shows that a question answered elsewhere cannot be answered here any more.
func TestRevisedChoicesReplaceTheOld(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := asking()
		s := startPiped(t, h)
		ask := func(r commands.Reply) commands.Message {
			t.Helper()
			m, err := s.console.Notify(t.Context(), here, r)
			if err != nil {
				t.Fatal(err)
			}
			return m
		}
		first, second := ask(question("May another add 5,000?", "Approve")), ask(question("May another add 7,000?", "Decline"))
		for m, r := range map[commands.Message]commands.Reply{first: say("May another add 5,000?"), second: question("May another add 8,000?", "Refuse")} {
			if err := s.console.Revise(t.Context(), m, r); err != nil {
				t.Fatal(err)
			}
		}
		for _, line := range []string{"11\n", "21\n", "approve\n", "decline\n", "31\n"} {
			s.send(line)
		}
		s.close()
		if diff := cmp.Diff([]string{"idrefuse"}, h.pressed()); diff != "" {
			t.Error(diff)
		}
	})
}

func TestReviseOfWhatIsForgotten(t *testing.T) {
	t.Parallel()
	out := &buffer{}
	c := quiet(t, out)
	first, err := c.Notify(t.Context(), here, say("First."))
	if err != nil {
		t.Fatal(err)
	}
	for range 64 {
		if _, err := c.Notify(t.Context(), here, say("Another.")); err != nil {
			t.Fatal(err)
		}
	}
	out.take()
	for _, m := range []commands.Message{first, first, "console:local/of-an-earlier-session/7"} {
		if err := c.Revise(t.Context(), m, say("First.")); err != nil {
			t.Fatal(err)
		}
	}
	if diff := cmp.Diff("\nFirst.\n\nFirst.\n", out.String()); diff != "" {
		t.Error(diff)
	}
}

func TestReviseRefusesOtherMessages(t *testing.T) {
	t.Parallel()
	out := &buffer{}
	c := quiet(t, out)
	for _, m := range []commands.Message{"", "slack:T/C/1.1", "console:local", "console:locals/1", commands.Message("console:local/" + strings.Repeat("x", 200))} {
		if err := c.Revise(t.Context(), m, say("Restarted.")); err == nil {
			t.Errorf("Revise(%q) gave no error", m)
		}
	}
	if out.String() != "" {
		t.Errorf("output %q", out.String())
	}
}

func TestAFailedNoticeIsTold(t *testing.T) {
	t.Parallel()
	broken := errors.New("unplugged")
	c := quiet(t, writer(func([]byte) (int, error) { return 0, broken }))
	if m, err := c.Notify(t.Context(), here, say("a")); !errors.Is(err, broken) || m != "" {
		t.Errorf("Notify() = %q, %v", m, err)
	}
	if err := c.Revise(t.Context(), "console:local/s1/9", say("b")); !errors.Is(err, broken) {
		t.Errorf("Revise() = %v", err)
	}
}

func TestNoticesFromManyAtOnce(t *testing.T) {
	t.Parallel()
	out := &buffer{}
	c := quiet(t, out)
	failed := make(chan error, 8)
	for range cap(failed) {
		go func() {
			m, err := c.Notify(t.Context(), here, say("a"))
			failed <- errors.Join(err, c.Revise(t.Context(), m, say("b")))
		}()
	}
	for range cap(failed) {
		if err := <-failed; err != nil {
			t.Error(err)
		}
	}
	if n := strings.Count(out.String(), "b\n"); n != cap(failed) {
		t.Errorf("%d messages were changed", n)
	}
}
