package slackbot_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"ringside/bot/slackbot"
	"ringside/bot/slackbot/slackfake"
	"ringside/commands"
)

// noneLogged fails if any of the words stands in a log line, in the message or in a field.
func (r *rig) noneLogged(t testing.TB, words ...string) {
	t.Helper()
	for _, entry := range r.logs.All() {
		text := entry.Message + " " + fieldsOf(entry)
		for _, word := range words {
			if strings.Contains(text, word) {
				t.Errorf("the log shows %q: %s", word, text)
			}
		}
	}
}

// TestNoSecretLeaves drives every failing path there is and then reads all that was logged and returned.
func TestNoSecretLeaves(t *testing.T) {
	t.Parallel()
	bothModes(t, func(t *testing.T, mode string) {
		failed := make(chan error, 200)
		run := func(ctx context.Context, to commands.Responder) error {
			return errors.Join(to.Progress(ctx, says("Under way")), to.Amend(ctx, says("Changed")), to.Answer(ctx, withCard(saysAll("Done"))))
		}
		r := start(t, setup{mode: mode, desk: playing(run, run, failed)})
		errs := r.sabotage(t, failed)
		c := r.slack.Config()
		secrets := []string{c.BotToken, c.AppToken, c.SigningSecret, "capability-", "/reply/", "/upload/", "ticket=", "legacy-verification-token", "v0="}
		r.noneTold(t, errs, secrets...)
	})
}

// noneTold fails if any of the words stands in a log line or in an error.
func (r *rig) noneTold(t *testing.T, errs []error, words ...string) {
	t.Helper()
	r.noneLogged(t, words...)
	for _, err := range errs {
		for _, word := range words {
			if strings.Contains(fmt.Sprintf("%v %+v", err, err), word) {
				t.Errorf("an error shows %q: %v", word, err)
			}
		}
	}
	if len(r.logs.All()) == 0 || len(errs) == 0 {
		t.Error("nothing failed, so that nothing was proven")
	}
}

// TestNoKeptAddressLeaves makes messages fail that go through the address of an ask, in every way, and pictures with
// them.
func TestNoKeptAddressLeaves(t *testing.T) {
	t.Parallel()
	d, asks, _ := heard()
	r := start(t, setup{desk: d})
	r.ask(t, slackfake.Ask{})
	place := receive(t, r, asks).Place
	m := r.posted(t, there)
	var errs []error
	for _, fault := range everyFault() {
		for _, method := range []string{slackfake.Reply, "chat.postMessage", "conversations.open", "chat.update"} {
			r.slack.Fail(method, fault, fault)
		}
		_, err := r.bot.Notify(r.ctx, place, withCard(saysAll("Done")))
		again := r.bot.Revise(r.ctx, m, withCard(saysAll("Done")))
		if err == nil || again == nil {
			t.Errorf("%+v: nothing failed: %v, %v", fault, err, again)
		}
		errs = append(errs, err, again)
		r.slack.Heal()
		r.clock.pass(time.Minute)
		for _, method := range []string{"files.getUploadURLExternal", slackfake.Upload, "files.completeUploadExternal"} {
			r.slack.Fail(method, fault)
			if _, err := r.bot.Notify(r.ctx, place, withCard(saysAll("Done"))); err != nil {
				t.Errorf("a picture held a message back: %v", err)
			}
			r.slack.Heal()
		}
	}
	errs = append(errs, fmt.Errorf("%v %+v %#v", place, place, &place))
	r.noneTold(t, errs, r.slack.Config().BotToken, "capability-", "/reply/", "/upload/")
}

func everyFault() []slackfake.Fault {
	return []slackfake.Fault{{Error: "fatal_error"}, {Status: 500}, {RetryAfter: "60"}, {Cut: true}, {Redirect: "https://evil.example/x"}}
}

// sabotage makes every call fail in every way, and returns the errors.
func (r *rig) sabotage(t *testing.T, failed <-chan error) []error {
	t.Helper()
	var errs []error
	faults := everyFault()
	for _, fault := range faults {
		for _, method := range []string{slackfake.Reply, "chat.postMessage", "chat.postEphemeral", "conversations.open", "auth.test"} {
			r.slack.Fail(method, fault, fault, fault, fault, fault, fault)
		}
		r.ask(t, slackfake.Ask{Text: "demo"})
		if err := receive(t, r, failed); err != nil {
			errs = append(errs, err)
		}
		if err := r.bot.Check(r.ctx); err != nil {
			errs = append(errs, err)
		}
		if _, err := r.bot.Notify(r.ctx, commands.Place{Channel: "slack:T0123/C0AB"}, says("x")); err != nil {
			errs = append(errs, err)
		}
		r.slack.Heal()
	}
	if r.web != "" {
		r.do(t, r.request(t, "POST", r.commandsURL(), goodBody))
		return errs
	}
	for _, fault := range faults {
		r.slack.Fail("apps.connections.open", fault)
		r.slack.Fail("socket", fault)
		_, ever := r.slack.Sockets()
		r.slack.DropSockets()
		if err := r.slack.WaitSockets(r.ctx, ever+1); err != nil {
			t.Fatal(err)
		}
		r.await(t, func() bool { return r.bot.Ready() == nil })
	}
	return errs
}

func TestSettingsDoNotPrintThemselves(t *testing.T) {
	t.Parallel()
	fake := slackfake.Start(slackfake.Config{})
	t.Cleanup(fake.Close)
	text := fmt.Sprintf("%v %+v %#v", settingsFor(fake, slackbot.ModeSocket), settingsFor(fake, slackbot.ModeSocket), settingsFor(fake, slackbot.ModeSocket))
	if strings.Contains(text, "xoxb-") || strings.Contains(text, "xapp-") || strings.Contains(text, "fake-signing") {
		t.Errorf("the settings print their secrets: %s", text)
	}
}
