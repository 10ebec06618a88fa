package discordbot_test

import (
	"strings"
	"testing"

	"ringside/bot/discordbot"
	"ringside/bot/discordbot/discordfake"
)

func TestDefinitionsGolden(t *testing.T) {
	t.Parallel()
	golden(t, "commands.golden.json", encode(t, discordbot.Definitions()))
}

// TestCommandsAreRegisteredByDifference also shows that Discord's own additions are no difference: the
// fake adds them, and takes only what Discord would.
func TestCommandsAreRegisteredByDifference(t *testing.T) {
	t.Parallel()
	fake := discordfake.Start(discordfake.Config{})
	t.Cleanup(fake.Close)
	puts := func(want int) {
		t.Helper()
		r := startWith(t, fake)
		r.await(t, func() bool { return r.bot.Ready() == nil })
		if got := fake.Calls(discordfake.CommandsPut); got != want {
			t.Errorf("the commands were written %d times, want %d", got, want)
		}
		r.stop()
		if err := receive(t, r, r.ended); err != nil {
			t.Errorf("Run returned %v", err)
		}
	}
	puts(1)
	puts(1)
	fake.Commands(discordfake.DefaultGuild)[0]["description"] = "something else"
	puts(2)
	puts(2)
	all := fake.Commands(discordfake.DefaultGuild)
	if len(all) != 2 || all[0]["name"] != "battle-score" || all[0]["default_member_permissions"] != "0" {
		t.Errorf("registered: %v", all)
	}
}

func TestAServerWithoutTheBotDoesNotStopTheOthers(t *testing.T) {
	t.Parallel()
	r := start(t, setup{change: func(s *discordbot.Settings) { s.Guilds = append(s.Guilds, "424242") }})
	r.await(t, func() bool { return len(r.discord.Commands(discordfake.DefaultGuild)) == 2 })
	if err := r.bot.Ready(); err != nil {
		t.Errorf("not ready: %v", err)
	}
	r.await(t, func() bool { // The other server may be asked a moment later.
		for _, entry := range r.logs.All() {
			if strings.Contains(fieldsOf(entry), "424242") {
				return true
			}
		}
		return false
	})
}

func TestNoServerKnowsTheBot(t *testing.T) {
	t.Parallel()
	r := start(t, setup{idle: true, change: func(s *discordbot.Settings) { s.Guilds = []string{"424242"} }})
	r.await(t, func() bool {
		err := r.bot.Ready()
		return err != nil && strings.Contains(err.Error(), "invite it with the scopes bot and applications.commands")
	})
}
