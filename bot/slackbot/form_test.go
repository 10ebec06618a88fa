package slackbot_test

import (
	"bytes"
	"context"
	"encoding/json"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/zap"

	"ringside/bot/slackbot"
	"ringside/bot/slackbot/slackfake"
	"ringside/commands"
	"ringside/secret"
)

// sameSecret compares what nothing else may look at.
func sameSecret(a, b secret.Value) bool { return a.Reveal() == b.Reveal() }

// bulk is the command that a form is opened for.
func bulk() slackfake.Ask { return slackfake.Ask{Command: "/battle", Text: " Bulk "} }

// form asks for a form and returns it.
func (r *rig) form(t testing.TB) slackfake.View {
	t.Helper()
	r.ask(t, bulk())
	v, err := r.slack.WaitView(r.ctx, "U0456")
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func (r *rig) submit(t testing.TB, f slackfake.Submit) slackfake.Receipt {
	t.Helper()
	receipt, err := r.slack.Submit(r.ctx, f)
	if err != nil {
		t.Fatalf("submitting: %v", err)
	}
	return receipt
}

func TestFormGolden(t *testing.T) {
	t.Parallel()
	f, needed := commands.FormFor(commands.Invocation{Command: "/battle", Text: "bulk"})
	if !needed {
		t.Fatal("no form is needed")
	}
	f.Placeholder += " <@U1> & `x`"
	got, err := json.MarshalIndent(slackbot.DrawForm(f, "carried"), "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	golden(t, "form.golden.json", append(got, '\n'))
}

func TestAFormBecomesInvocation(t *testing.T) {
	t.Parallel()
	const rows = "final, add, pk-live1, 100\n# <note> & more"
	tests := []struct {
		name string
		fill slackfake.Submit
		want commands.Sheet
	}{
		{"pasted rows", slackfake.Submit{Rows: rows}, commands.Sheet{Text: []byte(rows)}},
		{"a file", slackfake.Submit{Files: []slackfake.Attachment{{Name: "Scores\n1.CSV", Content: rows}}}, commands.Sheet{Name: "Scores 1.CSV", Text: []byte(rows)}},
		{"a file, and spaces in the field", slackfake.Submit{Rows: " \n", Files: []slackfake.Attachment{{Name: "a.txt", Content: "\ufeff红队\t1"}}}, commands.Sheet{Name: "a.txt", Text: []byte("\ufeff红队\t1")}},
		{"the largest file", slackfake.Submit{Files: []slackfake.Attachment{{Name: "a.tsv", Content: strings.Repeat("x", commands.MaxSheet)}}}, commands.Sheet{Name: "a.tsv", Text: []byte(strings.Repeat("x", commands.MaxSheet))}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			bothModes(t, func(t *testing.T, mode string) {
				d, asks, _ := heard()
				r := start(t, setup{mode: mode, desk: d})
				fill := tt.fill
				fill.View = r.form(t)
				if len(asks) != 0 {
					t.Error("the command was handed on without its rows")
				}
				receipt := r.submit(t, fill)
				if want := `{"response_action":"clear"}`; receipt.Body != want {
					t.Errorf("acknowledged with %q", receipt.Body)
				}
				want := commands.Invocation{
					Key: "slack:view:" + fill.View.ID, Command: "/battle", Text: " Bulk ",
					Caller: commands.Caller{ID: "slack:T0123/user/U0456", Name: "mika"},
					Place:  commands.Place{Channel: "slack:T0123/C0AB", User: "slack:T0123/user/U0456"},
					Sheet:  &tt.want,
				}
				got := receive(t, r, asks)
				if !got.Place.ReplyTo.Empty() {
					t.Error("a form has no response address")
				}
				got.Place.ReplyTo = want.Place.ReplyTo
				if diff := cmp.Diff(want, got, cmp.Comparer(sameSecret), cmp.Comparer(bytes.Equal)); diff != "" {
					t.Errorf("the ask (-want +got):\n%s", diff)
				}
				if v := r.slack.Views(); len(v) != 1 || !v[0].Closed || r.bot.Stats().Accepted != 1 {
					t.Errorf("forms %+v, stats %+v", v, r.bot.Stats())
				}
				r.noneLogged(t, "capability-", "xoxb-", "pk-live1")
			})
		})
	}
}

// TestAFormIsTakenOnce shows what makes a second delivery harmless: the ledger takes a key once.
func TestAFormIsTakenOnce(t *testing.T) {
	t.Parallel()
	bothModes(t, func(t *testing.T, mode string) {
		d, asks, _ := heard()
		r := start(t, setup{mode: mode, desk: d})
		v := r.form(t)
		receipt := r.submit(t, slackfake.Submit{View: v, Rows: "a"})
		if _, err := r.slack.Repeat(r.ctx, receipt); err != nil {
			t.Fatal(err)
		}
		r.submit(t, slackfake.Submit{View: v, Rows: "a"}) // pressed again: another trigger
		for range 3 {
			if got := receive(t, r, asks).Key; got != "slack:view:"+v.ID {
				t.Errorf("the key is %q", got)
			}
		}
	})
}

func TestAFormThatStaysOpen(t *testing.T) {
	t.Parallel()
	one := []slackfake.Attachment{{Name: "a.csv", Content: "x"}}
	carried := func(change func(map[string]string)) func(*slackfake.Submit) {
		return func(f *slackfake.Submit) {
			var kept map[string]string
			_ = json.Unmarshal([]byte(f.View.Carried), &kept) // It is what the bot wrote.
			change(kept)
			raw, _ := json.Marshal(kept)
			f.Carried = string(raw)
		}
	}
	tests := []struct {
		name   string
		change func(*slackfake.Submit)
		says   string
	}{
		{"nothing is filled in", func(*slackfake.Submit) {}, "Paste rows here, or choose a file"},
		{"only spaces", func(f *slackfake.Submit) { f.Rows = " \n\t" }, "Paste rows here"},
		{"rows and a file", func(f *slackfake.Submit) { f.Rows, f.Files = "a", one }, "not both"},
		{"two files", func(f *slackfake.Submit) { f.Files = append(one, one...) }, "One CSV file"},
		{"a file that is not in Slack", func(f *slackfake.Submit) {
			f.Files = []slackfake.Attachment{{Name: "a.csv", External: true}}
		}, "One CSV file"},
		{"somebody else's form", func(f *slackfake.Submit) { f.Rows, f.User = "a", "U9" }, "type the command again"},
		{"another workspace's form", func(f *slackfake.Submit) {
			f.Rows = "a"
			carried(func(m map[string]string) { m["team"] = "T9" })(f)
		}, "type the command again"},
		{"a form without a channel", func(f *slackfake.Submit) {
			f.Rows = "a"
			carried(func(m map[string]string) { m["channel"] = "../C1" })(f)
		}, "type the command again"},
		{"another command's form", func(f *slackfake.Submit) {
			f.Rows = "a"
			carried(func(m map[string]string) { m["text"] = "list" })(f)
		}, "type the command again"},
		{"a form that carries nothing of ours", func(f *slackfake.Submit) { f.Rows, f.Carried = "a", "[" }, "type the command again"},
		{"a form that carries too much", func(f *slackfake.Submit) {
			f.Rows = "a"
			carried(func(m map[string]string) { m["name"] = strings.Repeat("x", 20_000) })(f)
		}, "type the command again"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			bothModes(t, func(t *testing.T, mode string) {
				d, asks, _ := heard()
				r := start(t, setup{mode: mode, desk: d})
				f := slackfake.Submit{View: r.form(t)}
				tt.change(&f)
				r.submit(t, f)
				v := r.slack.Views()[0]
				if v.Closed || !strings.Contains(v.Errors["rows"], tt.says) {
					t.Errorf("closed: %v; told %q", v.Closed, v.Errors)
				}
				r.settle(t)
				if len(asks) != 0 {
					t.Error("it was handed on")
				}
			})
		})
	}
}

func TestAFormOfAWorkspaceThatIsNotServed(t *testing.T) {
	t.Parallel()
	d, asks, _ := heard()
	r := start(t, setup{desk: d})
	f := slackfake.Submit{View: r.form(t), Rows: "a", Team: "T9"}
	f.Carried = strings.Replace(f.View.Carried, "T0123", "T9", 1)
	r.submit(t, f)
	if told := r.slack.Views()[0].Errors["rows"]; !strings.Contains(told, "does not serve this workspace. Nothing was done. The workspace is T9") {
		t.Errorf("told %q", told)
	}
	if r.settle(t); len(asks) != 0 || r.bot.Stats().Foreign != 1 {
		t.Errorf("stats %+v", r.bot.Stats())
	}
}

// TestABusyRingsideKeepsAFormOpen shows that nobody has to paste his rows a second time.
func TestABusyRingsideKeepsAFormOpen(t *testing.T) {
	t.Parallel()
	bothModes(t, func(t *testing.T, mode string) {
		held, begun := make(chan struct{}), make(chan struct{}, 2)
		d := desk{handle: func(context.Context, commands.Invocation, commands.Responder) { begun <- struct{}{}; <-held }}
		r := start(t, setup{mode: mode, desk: d, workers: 1})
		v := r.form(t)
		r.settle(t)
		r.ask(t, slackfake.Ask{Text: "demo"})
		receive(t, r, begun)
		r.submit(t, slackfake.Submit{View: v, Rows: "a"})
		if told := r.slack.Views()[0].Errors["rows"]; !strings.Contains(told, "busy: nothing was sent. Too many") || r.bot.Stats().Busy != 1 {
			t.Errorf("told %q, stats %+v", told, r.bot.Stats())
		}
		close(held)
		r.settle(t)
		r.submit(t, slackfake.Submit{View: v, Rows: "a"})
		receive(t, r, begun)
	})
}

// TestAFormIsAcknowledgedBeforeWork sends the answer through a writer that sees when the handler is called.
func TestAFormIsAcknowledgedBeforeWork(t *testing.T) {
	t.Parallel()
	fake := slackfake.Start(slackfake.Config{})
	t.Cleanup(fake.Close)
	w := &flushed{ResponseRecorder: httptest.NewRecorder()}
	handled := make(chan bool, 1)
	d := desk{handle: func(context.Context, commands.Invocation, commands.Responder) { handled <- w.done }}
	crew := newCrew(1)
	b, err := slackbot.New(settingsFor(fake, slackbot.ModeHTTP), d, crew, zap.NewNop())
	if err != nil {
		t.Fatal(err)
	}
	req, err := fake.SignedRequest(t.Context(), "/slack/interactions", formBody(goodCarried, "a"))
	if err != nil {
		t.Fatal(err)
	}
	b.Routes()["POST /slack/interactions"].ServeHTTP(w, req)
	if !<-handled {
		t.Error("the work began before the acknowledgement was on its way")
	}
	if w.Code != 200 || w.Header().Get("Content-Type") != "application/json" || w.Body.String() != `{"response_action":"clear"}` {
		t.Errorf("the acknowledgement is %d %q", w.Code, w.Body)
	}
}

func TestAFormThatPanics(t *testing.T) {
	t.Parallel()
	d := desk{handle: func(context.Context, commands.Invocation, commands.Responder) { panic("hunter2") }}
	r := start(t, setup{desk: d})
	r.submit(t, slackfake.Submit{View: r.form(t), Rows: "a"})
	r.reads(t, "Ringside stumbled")
	if r.noneLogged(t, "hunter2"); r.bot.Stats().Panics != 1 {
		t.Errorf("stats %+v", r.bot.Stats())
	}
}
