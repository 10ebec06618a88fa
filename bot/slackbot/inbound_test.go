package slackbot_test

import (
	"context"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"ringside/bot/slackbot"
	"ringside/bot/slackbot/slackfake"
	"ringside/commands"
)

// heard returns a desk that passes on what it is asked, and answers nothing.
func heard() (desk, chan commands.Invocation, chan commands.Press) {
	asks, presses := make(chan commands.Invocation, 200), make(chan commands.Press, 200)
	return desk{
		handle: func(_ context.Context, ask commands.Invocation, _ commands.Responder) { asks <- ask },
		press:  func(_ context.Context, press commands.Press, _ commands.Responder) { presses <- press },
	}, asks, presses
}

func receive[T any](t testing.TB, r *rig, from <-chan T) T {
	t.Helper()
	select {
	case v := <-from:
		return v
	case <-r.ctx.Done():
		t.Fatal("waited in vain")
		panic("unreachable")
	}
}

func TestCommandBecomesInvocation(t *testing.T) {
	t.Parallel()
	bothModes(t, func(t *testing.T, mode string) {
		tests := []struct {
			name string
			ask  slackfake.Ask
			want commands.Invocation
		}{
			{
				"the score command, its text as typed",
				slackfake.Ask{Text: "  demo  add “pk-live1” 1,000 &amp; &lt;x&gt; ", Trigger: "1.2.abc"},
				commands.Invocation{
					Key: "slack:trigger:1.2.abc", Command: "/battle-score", Text: "  demo  add “pk-live1” 1,000 &amp; &lt;x&gt; ",
					Caller: commands.Caller{ID: "slack:T0123/user/U0456", Name: "mika"},
					Place:  commands.Place{Channel: "slack:T0123/C0AB", User: "slack:T0123/user/U0456"},
				},
			},
			{
				"a command that is not ours passes through",
				slackfake.Ask{Command: "/fight", Trigger: "1.3", User: "W77", Channel: "D9"},
				commands.Invocation{
					Key: "slack:trigger:1.3", Command: "/fight",
					Caller: commands.Caller{ID: "slack:T0123/user/W77", Name: "mika"},
					Place:  commands.Place{Channel: "slack:T0123/D9", User: "slack:T0123/user/W77"},
				},
			},
			{
				"a name is a label: bounded, one line, nothing invisible",
				slackfake.Ask{Name: "mi\u202eka\n" + strings.Repeat("x", 200), Trigger: "1.4"},
				commands.Invocation{
					Key: "slack:trigger:1.4", Command: "/battle-score",
					Caller: commands.Caller{ID: "slack:T0123/user/U0456", Name: "mika " + strings.Repeat("x", 74) + "…"},
					Place:  commands.Place{Channel: "slack:T0123/C0AB", User: "slack:T0123/user/U0456"},
				},
			},
		}
		d, asks, _ := heard()
		r := start(t, setup{mode: mode, desk: d})
		for _, tt := range tests {
			receipt := r.ask(t, tt.ask)
			if mode == slackbot.ModeHTTP && receipt.Status != 200 {
				t.Errorf("%s: answered with status %d", tt.name, receipt.Status)
			}
			if receipt.Body != "" {
				t.Errorf("%s: the acknowledgement is not empty: %q", tt.name, receipt.Body)
			}
			if diff := cmp.Diff(tt.want, receive(t, r, asks), cmpopts.IgnoreFields(commands.Place{}, "ReplyTo")); diff != "" {
				t.Errorf("%s (-want +got):\n%s", tt.name, diff)
			}
		}
	})
}

func TestKeyIsTheSameOnRedelivery(t *testing.T) {
	t.Parallel()
	bothModes(t, func(t *testing.T, mode string) {
		d, asks, _ := heard()
		r := start(t, setup{mode: mode, desk: d})
		receipt := r.ask(t, slackfake.Ask{Text: "demo"})
		if _, err := r.slack.Repeat(r.ctx, receipt); err != nil {
			t.Fatal(err)
		}
		other := r.ask(t, slackfake.Ask{Text: "demo"})
		keys := map[string]int{}
		for range 3 {
			keys[receive(t, r, asks).Key]++
		}
		want := map[string]int{"slack:trigger:" + receipt.Trigger: 2, "slack:trigger:" + other.Trigger: 1}
		if diff := cmp.Diff(want, keys); diff != "" {
			t.Errorf("keys (-want +got):\n%s", diff)
		}
	})
}

func TestKeyWithoutTrigger(t *testing.T) {
	t.Parallel()
	t.Run("over HTTP it is the signed body", func(t *testing.T) {
		t.Parallel()
		d, asks, _ := heard()
		r := start(t, setup{desk: d})
		body := "team_id=T0123&channel_id=C1&user_id=U1&command=%2Fbattle&text=list"
		for range 2 {
			if got := r.post(t, r.commandsURL(), body); got != 200 {
				t.Fatalf("status %d", got)
			}
		}
		first, second := receive(t, r, asks), receive(t, r, asks)
		if first.Key != second.Key || !strings.HasPrefix(first.Key, "slack:body:") {
			t.Errorf("the keys are %q and %q", first.Key, second.Key)
		}
		if got := r.post(t, r.commandsURL(), body+"+all"); got != 200 {
			t.Fatalf("status %d", got)
		}
		if third := receive(t, r, asks); third.Key == first.Key {
			t.Errorf("another body has the same key %q", third.Key)
		}
	})
	t.Run("over a socket it is the envelope", func(t *testing.T) {
		t.Parallel()
		d, asks, _ := heard()
		r := start(t, setup{mode: slackbot.ModeSocket, desk: d})
		const envelope = `{"type":"slash_commands","envelope_id":"e-42","payload":{"team_id":"T0123","channel_id":"C1","user_id":"U1","command":"/battle"}}`
		if err := r.slack.SendRaw(envelope); err != nil {
			t.Fatal(err)
		}
		if got := receive(t, r, asks).Key; got != "slack:envelope:e-42" {
			t.Errorf("the key is %q", got)
		}
	})
	t.Run("an endless one is shortened and stays its own", func(t *testing.T) {
		t.Parallel()
		d, asks, _ := heard()
		r := start(t, setup{desk: d})
		r.ask(t, slackfake.Ask{Trigger: strings.Repeat("1", 5000)})
		r.ask(t, slackfake.Ask{Trigger: strings.Repeat("1", 5001)})
		first, second := receive(t, r, asks), receive(t, r, asks)
		if first.Key == second.Key || len(first.Key) > 200 || len(second.Key) > 200 {
			t.Errorf("the keys are %q and %q", first.Key, second.Key)
		}
	})
}

// question answers every command with two buttons.
func question(ctx context.Context, _ commands.Invocation, to commands.Responder) {
	_ = to.Answer(ctx, commands.Reply{
		Headline: "Sure?",
		Buttons:  []commands.Button{{ID: "yes7f3", Label: "Confirm", Style: commands.StylePrimary}, {ID: "no81b", Label: "Cancel"}},
	})
}

func TestButtonsRoundTrip(t *testing.T) {
	t.Parallel()
	bothModes(t, func(t *testing.T, mode string) {
		d, _, presses := heard()
		d.handle = question
		r := start(t, setup{mode: mode, desk: d})
		r.ask(t, slackfake.Ask{Text: "demo set pk-live1 5"})
		m := r.reads(t, "Sure?")
		cancel, ok := m.Button("Cancel")
		if !ok {
			t.Fatalf("there is no Cancel in %v", m.Buttons())
		}
		receipt, err := r.slack.Press(r.ctx, slackfake.Press{Message: m, Value: cancel.Value, Trigger: "9.9.p"})
		if err != nil {
			t.Fatal(err)
		}
		if receipt.Body != "" {
			t.Errorf("the acknowledgement is not empty: %q", receipt.Body)
		}
		want := commands.Press{
			Key: "slack:trigger:9.9.p", Button: "no81b",
			Caller: commands.Caller{ID: "slack:T0123/user/U0456", Name: "mika"},
			Place:  commands.Place{Channel: "slack:T0123/C0AB", User: "slack:T0123/user/U0456"},
		}
		if diff := cmp.Diff(want, receive(t, r, presses), cmpopts.IgnoreFields(commands.Place{}, "ReplyTo")); diff != "" {
			t.Errorf("press (-want +got):\n%s", diff)
		}
	})
}

func TestForeignTeamIsRefused(t *testing.T) {
	t.Parallel()
	bothModes(t, func(t *testing.T, mode string) {
		d, asks, presses := heard()
		r := start(t, setup{mode: mode, desk: d})
		r.ask(t, slackfake.Ask{Team: "T0999", Text: "demo add pk-live1 100"})
		m := r.reads(t, "Nothing was done", "T0999")
		if m.For != "U0456" {
			t.Errorf("the refusal is for %q, and should be private", m.For)
		}
		// A stranger from another company presses a button in a shared channel.
		if _, err := r.bot.Notify(r.ctx, commands.Place{Channel: "slack:T0123/C0AB"}, commands.Reply{
			Headline: "Approve?", Public: true, Buttons: []commands.Button{{ID: "a1", Label: "Approve"}},
		}); err != nil {
			t.Fatal(err)
		}
		public := r.reads(t, "Approve?")
		if _, err := r.slack.Press(r.ctx, slackfake.Press{Message: public, Value: "a1", Team: "T0777", User: "U0777"}); err != nil {
			t.Fatal(err)
		}
		if _, err := r.slack.WaitFor(r.ctx, "U0777", "C0AB", "Nothing was done", "T0777"); err != nil {
			t.Error(err)
		}
		if len(asks)+len(presses) != 0 || r.bot.Stats().Foreign != 2 {
			t.Errorf("the handler heard %d asks and %d presses; stats %+v", len(asks), len(presses), r.bot.Stats())
		}
	})
}

func TestOtherInteractionsAreAcknowledgedAndIgnored(t *testing.T) {
	t.Parallel()
	d, asks, presses := heard()
	r := start(t, setup{desk: d})
	for name, payload := range map[string]string{
		"a shortcut":              `{"type":"shortcut","trigger_id":"1","user":{"id":"U1"},"team":{"id":"T0123"}}`,
		"a closed view":           `{"type":"view_closed"}`,
		"somebody else's button":  `{"type":"block_actions","actions":[{"type":"button","block_id":"other","value":"x"}]}`,
		"a select in our block":   `{"type":"block_actions","actions":[{"type":"static_select","block_id":"ringside","value":"x"}]}`,
		"a button without value":  `{"type":"block_actions","actions":[{"type":"button","block_id":"ringside"}]}`,
		"a value beyond all size": `{"type":"block_actions","actions":[{"type":"button","block_id":"ringside","value":"` + strings.Repeat("x", 2001) + `"}]}`,
	} {
		if got := r.post(t, r.interactionsURL(), "payload="+payload); got != 200 {
			t.Errorf("%s: status %d", name, got)
		}
	}
	r.settle(t)
	if len(asks)+len(presses) != 0 {
		t.Error("something reached the handler")
	}
}

func TestPressTakesWorkspaceOfThePerson(t *testing.T) {
	t.Parallel()
	const form = `{"type":"block_actions","trigger_id":"1.1","team":%TEAM%,"user":{"id":"U1"%USER%,"name":"mika"},` +
		`"container":{"channel_id":"C5","message_ts":"1.1"},"actions":[{"type":"button","block_id":"ringside","value":"b1"}]}`
	tests := []struct{ name, team, user, want string }{
		{"the person's own", `{"id":"T0123"}`, `,"team_id":"T0124"`, "slack:T0124/user/U1"},
		{"the channel's, when the person's is not told", `{"id":"T0123"}`, ``, "slack:T0123/user/U1"},
		{"the channel's, when the person's is an organisation", `{"id":"T0123"}`, `,"team_id":"E0001"`, "slack:T0123/user/U1"},
		{"the person's, when the channel has none", `null`, `,"team_id":"T0123"`, "slack:T0123/user/U1"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			d, _, presses := heard()
			r := start(t, setup{desk: d, change: func(s *slackbot.Settings) { s.Teams = append(s.Teams, "T0124") }})
			payload := strings.NewReplacer("%TEAM%", tt.team, "%USER%", tt.user).Replace(form)
			if got := r.post(t, r.interactionsURL(), "payload="+payload); got != 200 {
				t.Fatalf("status %d", got)
			}
			press := receive(t, r, presses)
			if press.Caller.ID != tt.want || !strings.HasSuffix(press.Place.Channel, "/C5") {
				t.Errorf("the press is by %q in %q, want %q", press.Caller.ID, press.Place.Channel, tt.want)
			}
		})
	}
}
