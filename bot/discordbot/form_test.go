package discordbot_test

import (
	"context"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"ringside/bot/discordbot"
	"ringside/bot/discordbot/discordfake"
	"ringside/commands"
)

// bulk is the command that a form is opened for, with options or without.
func bulk(options ...discordfake.Option) discordfake.Ask {
	return discordfake.Ask{Command: "battle", Options: []discordfake.Option{{Name: "bulk", Options: options}}}
}

// withFile is bulk with a file attached.
func withFile(a discordfake.Attachment) discordfake.Ask {
	return bulk(discordfake.Option{Name: "file", Value: a})
}

// form asks for a form and returns it.
func (r *rig) form(t testing.TB) discordfake.Form {
	t.Helper()
	receipt := r.ask(t, bulk())
	if receipt.Answered != 9 || receipt.Form == nil {
		t.Fatalf("the first answer was of type %d", receipt.Answered)
	}
	return *receipt.Form
}

func TestFormGolden(t *testing.T) {
	t.Parallel()
	f, needed := commands.FormFor(commands.Invocation{Command: "/battle", Text: "bulk"})
	if !needed {
		t.Fatal("no form is needed")
	}
	golden(t, "form.golden.json", encode(t, discordbot.DrawForm(f, "/battle bulk")))
}

func TestAFormBecomesInvocation(t *testing.T) {
	t.Parallel()
	bothModes(t, func(t *testing.T, mode string) {
		d, asks, _ := heard()
		r := start(t, setup{mode: mode, desk: d})
		form := r.form(t)
		if r.settle(t); len(asks) != 0 || len(r.discord.Messages()) != 0 || r.bot.Stats().Accepted != 0 {
			t.Errorf("more than a form came of it: %+v", r.bot.Stats())
		}
		const rows = "final, add, pk-live1, 100\n# <@1> & \"more\""
		receipt, err := r.discord.Submit(r.ctx, discordfake.Submit{
			Form: form, Rows: rows, ID: "77", Person: discordfake.Person{Roles: []string{"1122"}, Thread: "778899", Language: "de"},
		})
		if err != nil {
			t.Fatal(err)
		}
		if receipt.Answered != 5 {
			t.Errorf("the first answer was of type %d", receipt.Answered)
		}
		want := commands.Invocation{
			Key: "discord:interaction:77", Command: "/battle", Text: "bulk",
			Caller:   commands.Caller{ID: "discord:998877/user/3344", Name: "mika", Groups: []string{"discord:998877/role/1122"}},
			Place:    commands.Place{Channel: "discord:998877/5566", User: "discord:998877/user/3344"},
			Language: "de",
			Sheet:    &commands.Sheet{Text: []byte(rows)},
		}
		got := receive(t, r, asks)
		if got.Place.ReplyTo.Empty() {
			t.Error("the answer has no token")
		}
		got.Place.ReplyTo = want.Place.ReplyTo
		if diff := cmp.Diff(want, got, cmp.Comparer(sameSecret)); diff != "" {
			t.Errorf("the ask (-want +got):\n%s", diff)
		}
	})
}

// TestAFormIsAnswered shows that what follows a form is as private as it is told to be.
func TestAFormIsAnswered(t *testing.T) {
	t.Parallel()
	failed := make(chan error, 1)
	run := func(ctx context.Context, to commands.Responder) error {
		return do(ctx, progress(to, says("Reading")), answer(to, sure()), amend(to, withSheet(says("Changed"))), answer(to, saysAll("Done")))
	}
	r := start(t, setup{desk: playing(run, nil, failed)})
	if _, err := r.discord.Submit(r.ctx, discordfake.Submit{Form: r.form(t), Rows: "a"}); err != nil {
		t.Fatal(err)
	}
	if err := receive(t, r, failed); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"private: Changed{errors.csv}", "public: Done"}, r.standing(user)); diff != "" {
		t.Errorf("what stands there (-want +got):\n%s", diff)
	}
}

func TestAFormThatIsNotTaken(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name   string
		change func(*discordfake.Submit)
		says   string
	}{
		{"of another command", func(f *discordfake.Submit) { f.Form.CustomID = "ringside_form:/battle list" }, "of an older Ringside"},
		{"of a command that is not ours", func(f *discordfake.Submit) { f.Form.CustomID = "ringside_form:/ban bulk" }, "of an older Ringside"},
		{"of no command", func(f *discordfake.Submit) { f.Form.CustomID = "ringside_form:" }, "of an older Ringside"},
		{"of one that stops", func(f *discordfake.Submit) { f.Form.CustomID = "ringside_form:/battle bulk stop k7qx" }, "of an older Ringside"},
		{"from another server", func(f *discordfake.Submit) { f.Guild = "424242" }, "The server is 424242"},
		{"from a direct message", func(f *discordfake.Submit) { f.Guild = "-" }, "in a server only"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			bothModes(t, func(t *testing.T, mode string) {
				d, asks, _ := heard()
				r := start(t, setup{mode: mode, desk: d})
				f := discordfake.Submit{Form: r.form(t), Rows: "a"}
				tt.change(&f)
				receipt, err := r.discord.Submit(r.ctx, f)
				if err != nil || receipt.Answered != 4 {
					t.Errorf("the first answer was of type %d: %v", receipt.Answered, err)
				}
				if m := r.reads(t, tt.says); m.For != user {
					t.Error("all are told")
				}
				if r.settle(t); len(asks) != 0 {
					t.Error("it was handed on")
				}
			})
		})
	}
}

// TestRowsThatAreTooMany reads what only the gateway lets through: over HTTP a request is smaller.
func TestRowsThatAreTooMany(t *testing.T) {
	t.Parallel()
	fake := discordfake.Start(discordfake.Config{})
	t.Cleanup(fake.Close)
	form := discordfake.Form{CustomID: "ringside_form:/battle bulk", Fields: []discordfake.Field{{CustomID: "rows"}}}
	for size, want := range map[int]bool{commands.MaxSheet: false, commands.MaxSheet + 1: true} {
		body, err := fake.SubmitBody(discordfake.Submit{Form: form, Rows: strings.Repeat("x", size)})
		if err != nil {
			t.Fatal(err)
		}
		if _, _, _, refused, err := discordbot.Read([]byte(body)); err != nil || refused != want {
			t.Errorf("%d bytes: refused: %v, %v", size, refused, err)
		}
	}
}

func TestAFormForTheBusy(t *testing.T) {
	t.Parallel()
	bothModes(t, func(t *testing.T, mode string) {
		held, begun := make(chan struct{}), make(chan struct{}, 1)
		d := desk{handle: func(context.Context, commands.Invocation, commands.Responder) { begun <- struct{}{}; <-held }}
		r := start(t, setup{mode: mode, desk: d, workers: 1})
		r.ask(t, add(100))
		receive(t, r, begun)
		if receipt := r.ask(t, bulk()); receipt.Answered != 4 {
			t.Errorf("the first answer was of type %d", receipt.Answered)
		}
		r.reads(t, "Ringside is busy")
		close(held)
	})
}

// TestAFormThatIsNotShown shows what becomes of a form that Discord refuses.
func TestAFormThatIsNotShown(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name   string
		faults []discordfake.Fault
		told   bool
	}{
		{"too late", []discordfake.Fault{{Status: 404, Code: 10062, Message: "Unknown interaction"}}, true},
		{"Discord is down", []discordfake.Fault{{Status: 503}, {Status: 503}}, true},
		{"Discord finds fault with it", []discordfake.Fault{{Status: 400, Code: 50035, Message: "Invalid Form Body"}}, true},
		{"somebody else has answered", []discordfake.Fault{{Status: 400, Code: 40060, Message: "already"}}, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			d, asks, _ := heard()
			r := start(t, setup{mode: discordbot.ModeGateway, desk: d})
			r.discord.Fail(discordfake.Callback, tt.faults...)
			ctx, cancel := context.WithCancel(r.ctx)
			asked := make(chan error, 1)
			go func() { _, err := r.discord.Ask(ctx, bulk()); asked <- err }()
			r.await(t, func() bool { s := r.bot.Stats(); return s.LostAcks+s.Duplicates == 1 })
			r.settle(t)
			cancel()
			if err := <-asked; err != nil {
				t.Logf("Discord saw no answer: %v", err) // It may have waited for one that never came.
			}
			if told := len(r.discord.Sees(user, private)) == 1; told != tt.told || len(asks) != 0 {
				t.Errorf("told: %v; %d handed on", told, len(asks))
			}
			if tt.told && !r.discord.Sees(user, private)[0].Says("did not show the form", "/battle bulk") {
				t.Errorf("told: %q", r.discord.Sees(user, private)[0].Lines())
			}
			r.noneLogged(t, "capability-")
		})
	}
}

// TestAFormIsTheWholeAnswer shows that a form takes no worker for longer than its answer takes.
func TestAFormIsTheWholeAnswer(t *testing.T) {
	t.Parallel()
	r := start(t, setup{workers: 1})
	body, err := r.discord.AskBody(bulk())
	if err != nil {
		t.Fatal(err)
	}
	status, answer := r.send(t, func(*http.Request) {}, body)
	if status != http.StatusOK || !strings.Contains(answer, `"custom_id":"ringside_form:/battle bulk"`) {
		t.Errorf("status %d: %s", status, answer)
	}
	r.settle(t)
}
