package console_test

import (
	"context"
	"slices"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/google/go-cmp/cmp"

	"ringside/bot/console"
	"ringside/commands"
)

// asking answers "/battle ask" with a question, everything else with a line, and a press by amending.
func asking() *handler {
	return &handler{
		handle: func(ctx context.Context, ask commands.Invocation, to commands.Responder) {
			if ask.Text == "ask" {
				_ = to.Answer(ctx, question("Sure?", "Confirm", "Cancel"))
				return
			}
			_ = to.Answer(ctx, say("Did "+ask.Text+"."))
		},
		press: func(ctx context.Context, press commands.Press, to commands.Responder) {
			_ = to.Amend(ctx, say("Pressed "+press.Button+"."))
		},
	}
}

func TestChoices(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, input string
		want        []string
	}{
		{"the first", "/battle ask\n1\n", []string{"idconfirm"}},
		{"the second", "/battle ask\n 2 \n", []string{"idcancel"}},
		{"a label", "/battle ask\nConfirm\n", []string{"idconfirm"}},
		{"a label in any case", "/battle ask\ncANCEL\n", []string{"idcancel"}},
		{"a leading zero", "/battle ask\n01\n", []string{"idconfirm"}},
		{"another command leaves it open", "/battle ask\n/battle list\n1\n", []string{"idconfirm"}},
		{"blank lines leave it open", "/battle ask\n\n# sure\n1\n", []string{"idconfirm"}},
		{"wrong words leave it open", "/battle ask\nyes\n1\n", []string{"idconfirm"}},
		{"a number that is none of them", "/battle ask\n3\n0\n1\n", []string{"idconfirm"}},
		{"an answered question is closed", "/battle ask\n1\n1\nconfirm\n", []string{"idconfirm"}},
		{"the latest question", "/battle ask\n/battle ask\n2\n2\n", []string{"idcancel"}},
		{"no question", "1\nconfirm\n", nil},
		{"a number too long for one", "/battle ask\n00000000000000000001\n", nil},
		{"a label behind a command is not a press", "/battle ask\n/battle confirm\n", nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			h := asking()
			piped(t, h, tt.input)
			if diff := cmp.Diff(tt.want, h.pressed()); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestChoicesInWords(t *testing.T) {
	t.Parallel()
	golden(t, "choices", piped(t, asking(), "1\n/battle ask\n7\nmaybe\nconfirm\n1\n"))
}

func TestPressesCarryWhoAndWhere(t *testing.T) {
	t.Parallel()
	h := asking()
	piped(t, h, "/battle ask\n\n1\n")
	want := []commands.Press{{
		Key: "console:s1:3", Button: "idconfirm",
		Caller: commands.Caller{ID: "console:local"},
		Place:  commands.Place{Channel: "console:local", User: "console:local"},
	}}
	if diff := cmp.Diff(want, h.presses, cmp.Comparer(sameSecret)); diff != "" {
		t.Error(diff)
	}
}

func TestAnAnswerToAPressLeavesItsQuestionOpen(t *testing.T) {
	t.Parallel()
	h := asking()
	h.press = func(ctx context.Context, _ commands.Press, to commands.Responder) {
		_ = to.Answer(ctx, say("Not you."))
	}
	piped(t, h, "/battle ask\n1\n1\n")
	if got := h.pressed(); len(got) != 2 {
		t.Errorf("pressed %v, want twice", got)
	}
}

func TestAmendAfterAResultLeavesTheResultsButtons(t *testing.T) {
	t.Parallel()
	h := asking()
	h.press = func(ctx context.Context, press commands.Press, to commands.Responder) {
		if press.Button != "idconfirm" {
			return
		}
		_ = to.Amend(ctx, say("Confirmed."))
		_ = to.Answer(ctx, question("Applied.", "Again", "Undo"))
		_ = to.Amend(ctx, say("It counted after all."))
	}
	piped(t, h, "/battle ask\n1\n2\n")
	if got := h.pressed(); !slices.Equal(got, []string{"idconfirm", "idundo"}) {
		t.Errorf("pressed %v, want the result's Undo", got)
	}
}

func TestAmendWithButtonsIsANewQuestion(t *testing.T) {
	t.Parallel()
	h := asking()
	h.press = func(ctx context.Context, press commands.Press, to commands.Responder) {
		if press.Button == "idconfirm" {
			_ = to.Amend(ctx, question("The leader changed. Still?", "Overwrite", "Stop"))
			return
		}
		_ = to.Amend(ctx, say("Done."))
	}
	out := piped(t, h, "/battle ask\n1\n1\n1\n")
	if got := h.pressed(); !slices.Equal(got, []string{"idconfirm", "idoverwrite"}) {
		t.Errorf("pressed %v", got)
	}
	if !strings.Contains(out, "No question is open, so 1 answers nothing.") {
		t.Errorf("output %q", out)
	}
}

func TestALateAmendClosesItsQuestion(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := asking()
		asked := make(chan commands.Responder, 1)
		h.handle = func(ctx context.Context, _ commands.Invocation, to commands.Responder) {
			_ = to.Answer(ctx, question("Sure?", "Confirm", "Cancel"))
			asked <- to
		}
		s := startPiped(t, h)
		s.send("/battle ask\n")
		if err := (<-asked).Amend(t.Context(), say("This question has expired.")); err != nil {
			t.Fatal(err)
		}
		s.send("1\n")
		s.close()
		if got := h.pressed(); len(got) != 0 {
			t.Errorf("pressed %v on an expired question", got)
		}
		if !strings.Contains(s.out.String(), "This question has expired.\n\nNo question is open") {
			t.Errorf("output %q", s.out.String())
		}
	})
}

func TestQuestionsThatComeUnasked(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := asking()
		s := startPiped(t, h)
		notify := func(r commands.Reply) {
			t.Helper()
			if _, err := s.console.Notify(t.Context(), commands.Place{Channel: "console:local"}, r); err != nil {
				t.Fatal(err)
			}
		}
		s.send("/battle ask\n")
		notify(question("May another add 5,000?", "Approve", "Decline"))
		notify(question("May another add 7,000?", "Approve", "Decline"))
		notify(say("Restarted."))
		for _, line := range []string{"approve\n", "22\n", "1\n", "APPROVE\n", "11\n"} {
			s.send(line)
		}
		s.close()
		want := []string{"iddecline", "idconfirm", "idapprove"}
		if diff := cmp.Diff(want, h.pressed()); diff != "" {
			t.Error(diff)
		}
		golden(t, "unasked", s.out.String())
	})
}

func TestUnaskedQuestionsAreBounded(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := asking()
		s := startPiped(t, h)
		for _, label := range strings.Fields("A B C D E F G H I") {
			r := question("Well?", label)
			if _, err := s.console.Notify(t.Context(), commands.Place{User: "console:local"}, r); err != nil {
				t.Fatal(err)
			}
		}
		s.send("11\n") // the first one's number, and the ninth one's now
		s.send("21\n")
		s.close()
		if diff := cmp.Diff([]string{"idi", "idb"}, h.pressed()); diff != "" {
			t.Error(diff)
		}
	})
}

func TestALateQuestionDoesNotChangeWhatNumbersMean(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := asking()
		late := make(chan commands.Responder, 1)
		plain := h.handle
		h.handle = func(ctx context.Context, ask commands.Invocation, to commands.Responder) {
			if ask.Text == "slow" {
				late <- to
				return
			}
			plain(ctx, ask, to)
		}
		s := startPiped(t, h)
		s.send("/battle slow\n/battle ask\n")
		if err := (<-late).Answer(t.Context(), question("Late.", "Again")); err != nil {
			t.Fatal(err)
		}
		s.send("1\n")
		s.send("11\n")
		s.close()
		if diff := cmp.Diff([]string{"idconfirm", "idagain"}, h.pressed()); diff != "" {
			t.Error(diff)
		}
	})
}

func TestNotifyRefusesOtherPlaces(t *testing.T) {
	t.Parallel()
	out := &buffer{}
	c, err := console.New(&handler{}, strings.NewReader(""), out)
	if err != nil {
		t.Fatal(err)
	}
	for _, to := range []commands.Place{{Channel: "slack:T/C"}, {}, {Channel: "consoles:x"}, {Channel: "slack:T/C", User: "console:local"}} {
		if _, err := c.Notify(t.Context(), to, say("Restarted.")); err == nil {
			t.Errorf("Notify(%+v) gave no error", to)
		}
	}
	if out.String() != "" {
		t.Errorf("output %q", out.String())
	}
}
