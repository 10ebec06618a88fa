package discordbot_test

import (
	"context"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"ringside/bot/discordbot"
	"ringside/bot/discordbot/discordfake"
	"ringside/commands"
	"ringside/secret"
)

func TestACommandArrives(t *testing.T) {
	t.Parallel()
	bothModes(t, func(t *testing.T, mode string) {
		d, asks, _ := heard()
		r := start(t, setup{mode: mode, desk: d})
		a := add(100)
		a.ID = "4242"
		a.Person = discordfake.Person{Thread: "778899", Name: "mika\u202e\n<b>", Roles: []string{"1122", "1133", "998877", "x/y"}, Language: "de"}
		receipt := r.ask(t, a)
		if receipt.Answered != 5 {
			t.Errorf("the first answer was of type %d", receipt.Answered)
		}
		want := commands.Invocation{
			Key: "discord:interaction:4242", Command: "/battle-score", Text: "demo add pk-live1 100",
			Caller: commands.Caller{
				ID: "discord:998877/user/3344", Name: "mika <b>",
				Groups: []string{"discord:998877/role/1122", "discord:998877/role/1133"},
			},
			Place:    commands.Place{Channel: "discord:998877/5566", User: "discord:998877/user/3344"},
			Language: "de",
		}
		if diff := cmp.Diff(want, receive(t, r, asks), cmpopts.IgnoreFields(commands.Place{}, "ReplyTo")); diff != "" {
			t.Errorf("the ask (-want +got):\n%s", diff)
		}
		r.settle(t)
		seen := r.discord.Sees("3344", "778899")
		if len(seen) != 1 || !seen[0].Thinking() || seen[0].For != "3344" {
			t.Errorf("the placeholder is not private, or not where it was asked: %+v", seen)
		}
	})
}

func TestAPressArrives(t *testing.T) {
	t.Parallel()
	bothModes(t, func(t *testing.T, mode string) {
		heardPress := make(chan commands.Press, 2)
		d := desk{
			handle: func(ctx context.Context, _ commands.Invocation, to commands.Responder) { _ = to.Answer(ctx, sure()) },
			press:  func(_ context.Context, p commands.Press, _ commands.Responder) { heardPress <- p },
		}
		r := start(t, setup{mode: mode, desk: d})
		r.ask(t, add(100))
		p := discordfake.Press{Message: r.reads(t, "Sure?"), CustomID: "yes1", ID: "77"}
		p.User, p.Name, p.Roles = "9", "noor", []string{"5"}
		receipt, err := r.discord.Press(r.ctx, p)
		if err != nil {
			t.Fatal(err)
		}
		if receipt.Answered != 6 {
			t.Errorf("the first answer was of type %d", receipt.Answered)
		}
		want := commands.Press{
			Key: "discord:interaction:77", Button: "yes1",
			Caller:   commands.Caller{ID: "discord:998877/user/9", Name: "noor", Groups: []string{"discord:998877/role/5"}},
			Place:    commands.Place{Channel: "discord:998877/5566", User: "discord:998877/user/9"},
			Language: "en-US",
		}
		if diff := cmp.Diff(want, receive(t, r, heardPress), cmpopts.IgnoreFields(commands.Place{}, "ReplyTo")); diff != "" {
			t.Errorf("the press (-want +got):\n%s", diff)
		}
	})
}

// sameSecret compares what nothing else may look at.
func sameSecret(a, b secret.Value) bool { return a.Reveal() == b.Reveal() }

// TestRolesAreThoseOfThePress shows that a role that was taken away between question and press is gone.
func TestRolesAreThoseOfThePress(t *testing.T) {
	t.Parallel()
	groups := make(chan []string, 2)
	d := desk{
		handle: func(ctx context.Context, ask commands.Invocation, to commands.Responder) {
			groups <- ask.Caller.Groups
			_ = to.Answer(ctx, sure())
		},
		press: func(_ context.Context, p commands.Press, _ commands.Responder) { groups <- p.Caller.Groups },
	}
	r := start(t, setup{desk: d})
	a := add(100)
	a.Roles = []string{"1122"}
	r.ask(t, a)
	if got := receive(t, r, groups); len(got) != 1 {
		t.Fatalf("asked with %q", got)
	}
	if _, err := r.discord.Press(r.ctx, discordfake.Press{Message: r.reads(t, "Sure?"), CustomID: "yes1"}); err != nil {
		t.Fatal(err)
	}
	if got := receive(t, r, groups); len(got) != 0 {
		t.Errorf("pressed with %q", got)
	}
}

func TestThoseOutsideAreRefused(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name  string
		guild string
		says  string
	}{
		{"another server", "424242", "The server is 424242"},
		{"a direct message", "-", "in a server only"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			bothModes(t, func(t *testing.T, mode string) {
				d, asks, _ := heard()
				r := start(t, setup{mode: mode, desk: d})
				a := add(100)
				a.Guild = tt.guild
				if receipt := r.ask(t, a); receipt.Answered != 4 {
					t.Errorf("the first answer was of type %d", receipt.Answered)
				}
				m := r.reads(t, tt.says, "Nothing was done")
				if m.For != user {
					t.Error("the refusal is public")
				}
				r.settle(t)
				if len(asks) != 0 || r.bot.Stats().Foreign != 1 {
					t.Errorf("it was heard: %+v", r.bot.Stats())
				}
			})
		})
	}
}

func TestBusy(t *testing.T) {
	t.Parallel()
	bothModes(t, func(t *testing.T, mode string) {
		held, begun := make(chan struct{}), make(chan struct{}, 1)
		d := desk{handle: func(context.Context, commands.Invocation, commands.Responder) { begun <- struct{}{}; <-held }}
		r := start(t, setup{mode: mode, desk: d, workers: 1})
		r.ask(t, add(100))
		receive(t, r, begun)
		if receipt := r.ask(t, add(200)); receipt.Answered != 4 {
			t.Errorf("the first answer was of type %d", receipt.Answered)
		}
		if m := r.reads(t, "Ringside is busy"); m.For != user {
			t.Error("the refusal is public")
		}
		if _, err := r.discord.Suggest(r.ctx, typing("d")); err != nil {
			t.Errorf("choices waited for a worker: %v", err)
		}
		close(held)
	})
}

func TestAPanicIsContained(t *testing.T) {
	t.Parallel()
	bothModes(t, func(t *testing.T, mode string) {
		d := desk{handle: func(context.Context, commands.Invocation, commands.Responder) { panic("hunter2") }}
		r := start(t, setup{mode: mode, desk: d})
		r.ask(t, add(100))
		r.reads(t, "Ringside stumbled", "/battle status operation:last")
		r.noneLogged(t, "hunter2")
		if r.bot.Stats().Panics != 1 {
			t.Errorf("%+v", r.bot.Stats())
		}
	})
}

func typing(text string) discordfake.Ask {
	return discordfake.Ask{Options: []discordfake.Option{{Name: "action", Value: "add"}, {Name: "battle", Value: text, Focused: true}}}
}

func TestSuggest(t *testing.T) {
	t.Parallel()
	many := make([]commands.Choice, 40)
	for i := range many {
		many[i] = commands.Choice{Label: strings.Repeat("é", 120), Value: "v" + strings.Repeat("x", i)}
	}
	tests := []struct {
		name   string
		offers []commands.Choice
		want   int
		first  string
	}{
		{"nothing", nil, 0, ""},
		{"one", []commands.Choice{{Label: "final: pk-live1 1,340", Value: "final"}}, 1, "final: pk-live1 1,340"},
		{"one without words", []commands.Choice{{Value: "final"}}, 1, "final"},
		{"too many, and too long", many, 25, strings.Repeat("é", 99) + "…"},
		{"one that does not fit is left out, not cut", []commands.Choice{{Label: "long", Value: strings.Repeat("x", 101)}, {Label: "none"}, {Label: "a", Value: "a"}}, 1, "a"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			bothModes(t, func(t *testing.T, mode string) {
				d := desk{suggest: func(context.Context, commands.Query) []commands.Choice { return tt.offers }}
				r := start(t, setup{mode: mode, desk: d, workers: 1})
				receipt, err := r.discord.Suggest(r.ctx, typing("fi"))
				if err != nil {
					t.Fatal(err)
				}
				if receipt.Answered != 8 || len(receipt.Choices) != tt.want || (tt.want > 0 && receipt.Choices[0].Name != tt.first) {
					t.Errorf("type %d with %+v", receipt.Answered, receipt.Choices)
				}
			})
		})
	}
}

func TestWhatIsTypedArrives(t *testing.T) {
	t.Parallel()
	asked := make(chan commands.Query, 1)
	d := desk{suggest: func(ctx context.Context, q commands.Query) []commands.Choice {
		if _, bounded := ctx.Deadline(); !bounded {
			t.Error("the search has no deadline")
		}
		asked <- q
		return nil
	}}
	r := start(t, setup{desk: d})
	a := discordfake.Ask{Options: []discordfake.Option{{Name: "battle", Value: "demo"}, {Name: "room", Value: "pk", Focused: true}}}
	a.Roles = []string{"1122"}
	if _, err := r.discord.Suggest(r.ctx, a); err != nil {
		t.Fatal(err)
	}
	want := commands.Query{
		Command: "/battle-score", Option: "room", Typed: "pk", Battle: "demo",
		Caller:   commands.Caller{ID: "discord:998877/user/3344", Name: "mika", Groups: []string{"discord:998877/role/1122"}},
		Place:    commands.Place{Channel: "discord:998877/5566", User: "discord:998877/user/3344"},
		Language: "en-US",
	}
	if diff := cmp.Diff(want, receive(t, r, asked), cmp.Comparer(sameSecret)); diff != "" {
		t.Errorf("the question (-want +got):\n%s", diff)
	}
	sub := discordfake.Ask{Command: "battle", Options: []discordfake.Option{{Name: "info", Options: []discordfake.Option{{Name: "battle", Value: "", Focused: true}}}}}
	if _, err := r.discord.Suggest(r.ctx, sub); err != nil {
		t.Fatal(err)
	}
	if q := receive(t, r, asked); q.Command != "/battle" || q.Option != "battle" || q.Typed != "" {
		t.Errorf("asked %+v", q)
	}
	sub.Guild = "12"
	if receipt, err := r.discord.Suggest(r.ctx, sub); err != nil || len(receipt.Choices) != 0 {
		t.Errorf("a foreign server was answered: %+v, %v", receipt, err)
	}
}

func TestASearchThatPanicsOffersNothing(t *testing.T) {
	t.Parallel()
	r := start(t, setup{desk: desk{suggest: func(context.Context, commands.Query) []commands.Choice { panic("hunter2") }}})
	receipt, err := r.discord.Suggest(r.ctx, typing("d"))
	if err != nil || receipt.Answered != 8 || r.bot.Stats().Panics != 1 {
		t.Errorf("%+v, %v", receipt, err)
	}
}

// TestLateOrTwiceAnswered shows what becomes of asks whose acknowledgement Discord refuses.
func TestLateOrTwiceAnswered(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name  string
		fault []discordfake.Fault
		done  int
		lost  uint64
		twice uint64
		told  bool
	}{
		{"answered too late", []discordfake.Fault{{Status: 404, Code: 10062, Message: "Unknown interaction"}}, 0, 1, 0, true},
		{"answered before by somebody else", []discordfake.Fault{{Status: 400, Code: 40060, Message: "already"}}, 0, 0, 1, false},
		{"the acknowledgement's answer was lost", []discordfake.Fault{{Lost: true}}, 1, 0, 0, false},
		{"the acknowledgement was cut off", []discordfake.Fault{{Cut: true}}, 1, 0, 0, false},
		{"told to wait a moment", []discordfake.Fault{{RetryAfter: 0.2}}, 1, 0, 0, false},
		{"told to wait for long", []discordfake.Fault{{RetryAfter: 20}}, 0, 1, 0, true},
		{"Discord is down", []discordfake.Fault{{Status: 503}, {Status: 503}}, 0, 1, 0, true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			done := make(chan struct{}, 9)
			d := desk{handle: func(context.Context, commands.Invocation, commands.Responder) { done <- struct{}{} }}
			r := start(t, setup{mode: discordbot.ModeGateway, desk: d})
			r.discord.Fail(discordfake.Callback, tt.fault...)
			ctx, cancel := context.WithCancel(r.ctx)
			asked := make(chan error, 1)
			go func() { _, err := r.discord.Ask(ctx, add(100)); asked <- err }()
			r.await(t, func() bool {
				s := r.bot.Stats()
				return s.Accepted+s.LostAcks+s.Duplicates == 1
			})
			r.settle(t)
			cancel()
			if err := <-asked; err != nil {
				t.Logf("Discord saw no answer: %v", err) // It may have waited for one that never came.
			}
			s := r.bot.Stats()
			if len(done) != tt.done || s.LostAcks != tt.lost || s.Duplicates != tt.twice {
				t.Errorf("done %d times, stats %+v", len(done), s)
			}
			if told := len(r.discord.Sees(user, private)) == 1; told != tt.told {
				t.Errorf("told: %v; there stands %+v", told, r.discord.Sees(user, private))
			}
			r.noneLogged(t, "capability-")
		})
	}
}
