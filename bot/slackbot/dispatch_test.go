package slackbot_test

import (
	"context"
	"errors"
	"strings"
	"sync"
	"testing"

	"ringside/bot/slackbot/slackfake"
	"ringside/commands"
)

func TestABlockedCommandDelaysNobody(t *testing.T) {
	t.Parallel()
	bothModes(t, func(t *testing.T, mode string) {
		const others = 100
		blocked, all := make(chan struct{}), make(chan struct{}, others+1)
		d := desk{handle: func(context.Context, commands.Invocation, commands.Responder) {
			all <- struct{}{}
			<-blocked // every command is as slow as can be
		}}
		r := start(t, setup{mode: mode, desk: d, workers: others + 1})
		t.Cleanup(func() { close(blocked) })
		r.ask(t, slackfake.Ask{Text: "the slow one"})
		var asking sync.WaitGroup
		for range others {
			asking.Go(func() {
				if _, err := r.slack.Ask(r.ctx, slackfake.Ask{Text: "demo"}); err != nil {
					t.Errorf("not acknowledged: %v", err)
				}
			})
		}
		asking.Wait() // all are acknowledged while none has ended
		for range others + 1 {
			receive(t, r, all)
		}
	})
}

func TestFullPoolIsToldAtOnce(t *testing.T) {
	t.Parallel()
	bothModes(t, func(t *testing.T, mode string) {
		blocked, began := make(chan struct{}), make(chan struct{}, 1)
		d := desk{handle: func(context.Context, commands.Invocation, commands.Responder) {
			began <- struct{}{}
			<-blocked
		}}
		r := start(t, setup{mode: mode, desk: d, workers: 1})
		t.Cleanup(func() { close(blocked) })
		r.ask(t, slackfake.Ask{Text: "demo"})
		receive(t, r, began)
		r.ask(t, slackfake.Ask{Text: "demo", User: "U2"})
		m, err := r.slack.WaitFor(r.ctx, "U2", "C0AB", "busy", "nothing was sent")
		if err != nil {
			t.Fatal(err)
		}
		if m.For != "U2" {
			t.Errorf("the refusal is for %q, and should be private", m.For)
		}
		if got := r.bot.Stats(); got.Busy != 1 || got.Accepted != 1 {
			t.Errorf("stats %+v", got)
		}
	})
}

func TestAPanicIsContainedAndTold(t *testing.T) {
	t.Parallel()
	bothModes(t, func(t *testing.T, mode string) {
		d := desk{
			handle: func(ctx context.Context, ask commands.Invocation, to commands.Responder) {
				if ask.Text == "panic" {
					panic(errors.New("the secret is hunter2"))
				}
				_ = to.Answer(ctx, commands.Reply{Headline: "Fine", Buttons: []commands.Button{{ID: "b1", Label: "Go"}}})
			},
			press: func(context.Context, commands.Press, commands.Responder) {
				var none []int
				_ = none[7]
			},
		}
		r := start(t, setup{mode: mode, desk: d})
		r.ask(t, slackfake.Ask{Text: "panic"})
		r.reads(t, "stumbled", "/battle status last")
		r.ask(t, slackfake.Ask{Text: "demo"})
		m := r.reads(t, "Fine")
		if _, err := r.slack.Press(r.ctx, slackfake.Press{Message: m, Value: "b1", User: "U2"}); err != nil {
			t.Fatal(err)
		}
		if _, err := r.slack.WaitFor(r.ctx, "U2", "C0AB", "stumbled"); err != nil {
			t.Error(err)
		}
		r.settle(t)
		if got := r.bot.Stats().Panics; got != 2 {
			t.Errorf("%d panics were counted", got)
		}
		panics := r.logs.FilterMessage("a command panicked").All()
		if len(panics) != 2 {
			t.Fatalf("%d panics were logged", len(panics))
		}
		for _, entry := range panics {
			if fields := fieldsOf(entry); strings.Contains(fields, "hunter2") || !strings.Contains(fields, "dispatch_test.go") {
				t.Errorf("the log of a panic shows its value or hides its place: %s", fields)
			}
		}
	})
}

func TestEveryAskUnderLoadIsAnswered(t *testing.T) {
	t.Parallel()
	bothModes(t, func(t *testing.T, mode string) {
		d := desk{handle: func(ctx context.Context, ask commands.Invocation, to commands.Responder) {
			_ = to.Answer(ctx, commands.Reply{Headline: "did " + ask.Text})
		}}
		r := start(t, setup{mode: mode, desk: d, workers: 4}) // so that some are turned away
		var asking sync.WaitGroup
		for range 50 {
			asking.Go(func() {
				if _, err := r.slack.Ask(r.ctx, slackfake.Ask{Text: "it"}); err != nil {
					t.Errorf("not acknowledged: %v", err)
				}
			})
		}
		asking.Wait()
		if err := r.slack.Wait(r.ctx, func() bool { return len(r.slack.Messages()) == 50 }); err != nil {
			t.Fatalf("%v: %d of 50 were answered; stats %+v", err, len(r.slack.Messages()), r.bot.Stats())
		}
		if s := r.bot.Stats(); s.Accepted+s.Busy != 50 || s.LostAcks != 0 {
			t.Errorf("stats %+v", s)
		}
	})
}

// TestForeignersCostNothingMore shows that a refusal to another workspace never uses our bot token.
func TestForeignersCostNothingMore(t *testing.T) {
	t.Parallel()
	r := start(t, setup{})
	r.slack.Fail(slackfake.Reply, slackfake.Fault{Status: 500})
	r.ask(t, slackfake.Ask{Team: "T0999"})
	r.await(t, func() bool { return r.logs.FilterMessage("a refusal could not be told").Len() == 1 })
	if got := r.slack.Calls("chat.postEphemeral") + r.slack.Calls("conversations.open"); got != 0 {
		t.Errorf("the Web API was called %d times for a stranger", got)
	}
}

func TestRefusalsAreBounded(t *testing.T) {
	t.Parallel()
	const most, asked = 64, 80
	r := start(t, setup{})
	faults := make([]slackfake.Fault, most)
	for i := range faults {
		faults[i] = slackfake.Fault{Hang: true}
	}
	r.slack.Fail(slackfake.Reply, faults...)
	for range asked {
		r.ask(t, slackfake.Ask{Team: "T0999"}) // every one is acknowledged all the same
	}
	r.await(t, func() bool {
		return r.logs.FilterMessage("a refusal was not told: too many are under way").Len() == asked-most
	})
	r.slack.Close() // lets the others go
}
