package discordbot_test

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"testing"
	"time"

	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"
	"go.uber.org/zap/zaptest/observer"

	"ringside/bot/discordbot"
	"ringside/bot/discordbot/discordfake"
	"ringside/commands"
)

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
		secrets := []string{r.discord.Config().BotToken, "capability-", "/webhooks/", "/interactions/", "X-Signature"}
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

// TestNoKeptTokenLeaves makes messages fail that go through the token of an ask, in every way, with a picture.
func TestNoKeptTokenLeaves(t *testing.T) {
	t.Parallel()
	d, asks, _ := heard()
	r := start(t, setup{desk: d})
	r.ask(t, add(100))
	place := receive(t, r, asks).Place
	m := r.posted(t)
	var errs []error
	for _, fault := range everyFault() {
		for _, name := range []string{discordfake.FollowUp, discordfake.Post, discordfake.OpenDirect, discordfake.Update} {
			r.discord.Fail(name, fault, fault, fault, fault)
		}
		_, err := r.bot.Notify(r.ctx, place, withCard(saysAll("Done")))
		again := r.bot.Revise(r.ctx, m, withCard(saysAll("Done")))
		if err == nil || (again == nil && fault.Garbage == "") {
			t.Errorf("%+v: nothing failed: %v, %v", fault, err, again)
		}
		errs = append(errs, err, again)
		r.discord.Heal()
		r.clock.pass(61 * time.Second)
	}
	errs = append(errs, fmt.Errorf("%v %+v %#v", place, place, &place))
	r.noneTold(t, errs, r.discord.Config().BotToken, "capability-", "/webhooks/", "/interactions/")
}

func everyFault() []discordfake.Fault {
	return []discordfake.Fault{{Status: 403, Code: 50001, Message: "no"}, {Status: 413}, {Status: 500}, {RetryAfter: 60}, {Cut: true}, {Redirect: "https://evil.example/x"}, {Garbage: "<html>"}}
}

// sabotage makes every call fail in every way, and returns the errors.
func (r *rig) sabotage(t *testing.T, failed <-chan error) []error {
	t.Helper()
	var errs []error
	faults := everyFault()
	for _, fault := range faults {
		for _, name := range []string{discordfake.Edit, discordfake.Delete, discordfake.FollowUp, discordfake.Post, discordfake.OpenDirect, discordfake.Application} {
			r.discord.Fail(name, fault, fault, fault, fault, fault, fault)
		}
		r.ask(t, add(100))
		if err := receive(t, r, failed); err != nil {
			errs = append(errs, err)
		}
		if err := r.bot.Check(r.ctx); err != nil {
			errs = append(errs, err)
		}
		if _, err := r.bot.Notify(r.ctx, commands.Place{Channel: "discord:998877/" + channel}, says("x")); err != nil {
			errs = append(errs, err)
		}
		r.discord.Heal()
		r.clock.pass(61e9)
	}
	if r.web != "" {
		status, _ := r.send(t, nil, "{")
		if status != 400 {
			t.Errorf("status %d", status)
		}
	}
	return errs
}

func TestTheLibrarysLog(t *testing.T) {
	t.Parallel()
	core, logs := observer.New(zapcore.DebugLevel)
	hook := discordbot.LibraryLog(zap.New(core))
	hook(discordbot.LogDebug, 2, "the token is %s", "hunter2")
	hook(discordbot.LogError, 2, "error connecting to gateway %s, %s", "wss://gateway", &url.Error{Op: "Get", URL: "https://x/hunter2", Err: errors.New("refused")})
	all := logs.All()
	if len(all) != 1 || !strings.Contains(fieldsOf(all[0]), "refused") || strings.Contains(fieldsOf(all[0]), "hunter2") {
		t.Errorf("logged %v", all)
	}
}

func TestSettingsDoNotPrintThemselves(t *testing.T) {
	t.Parallel()
	s := discordbot.Settings{BotToken: newSecret("hunter2")}
	if text := fmt.Sprintf("%v %+v %#v", s, s, s); strings.Contains(text, "hunter2") {
		t.Errorf("the settings print their secrets: %s", text)
	}
}
