package discordbot_test

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"testing"

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
			return errors.Join(to.Progress(ctx, says("Under way")), to.Amend(ctx, says("Changed")), to.Answer(ctx, saysAll("Done")))
		}
		r := start(t, setup{mode: mode, desk: playing(run, run, failed)})
		errs := r.sabotage(t, failed)
		secrets := []string{r.discord.Config().BotToken, "capability-", "/webhooks/", "/interactions/", "X-Signature"}
		r.noneLogged(t, secrets...)
		for _, err := range errs {
			for _, word := range secrets {
				if strings.Contains(fmt.Sprintf("%v %+v", err, err), word) {
					t.Errorf("an error shows %q: %v", word, err)
				}
			}
		}
		if len(r.logs.All()) == 0 || len(errs) == 0 {
			t.Error("nothing failed, so that nothing was proven")
		}
	})
}

// sabotage makes every call fail in every way, and returns the errors.
func (r *rig) sabotage(t *testing.T, failed <-chan error) []error {
	t.Helper()
	var errs []error
	faults := []discordfake.Fault{{Status: 403, Code: 50001, Message: "no"}, {Status: 500}, {RetryAfter: 60}, {Cut: true}, {Redirect: "https://evil.example/x"}, {Garbage: "<html>"}}
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
		if err := r.bot.Notify(r.ctx, commands.Place{Channel: "discord:998877/" + channel}, says("x")); err != nil {
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
