package main

import (
	"context"
	"strconv"
	"strings"
	"testing"

	"ringside/bot/discordbot/discordfake"
)

// discordChat drives Discord.
type discordChat struct {
	*world
	receipt discordfake.Receipt
}

func openDiscord(t *testing.T, mode string) *stageOf {
	t.Helper()
	w := newWorld(t)
	s := serve(t, w.settings(t, "http", "[slack]\nenabled = true", "[slack]\nenabled = false",
		"[discord]\nenabled = false\nmode    = \"gateway\"", "[discord]\nenabled = true\nmode    = \""+mode+"\""))
	if mode == "http" {
		w.discord.UseHTTP("http://" + s.addr + "/discord/interactions")
	}
	s.ready(t)
	return &stageOf{chat: &discordChat{world: w}, world: w, stop: s.stop, logs: s.logs}
}

func discordPerson(who string) discordfake.Person {
	return map[string]discordfake.Person{
		mika:     {User: "3344", Name: mika},
		groupie:  {User: "7777", Name: groupie, Roles: []string{"1122"}},
		stranger: {User: "9999", Name: stranger, Roles: []string{"5555"}},
	}[who]
}

// ask fills the typed options in as a person does who has the line in mind.
func (c *discordChat) ask(t *testing.T, who, line string) {
	t.Helper()
	words := strings.Fields(line)
	a := discordfake.Ask{Person: discordPerson(who), Command: strings.TrimPrefix(words[0], "/")}
	if a.Command == "battle" {
		a.Options = []discordfake.Option{subcommand(words[1:])}
	} else {
		a.Options = scoreOptions(t, words[1:])
	}
	var err error
	c.receipt, err = c.discord.Ask(t.Context(), a)
	must(t, err)
}

func subcommand(words []string) discordfake.Option {
	names := map[string]string{
		"info": "battle", "status": "operation", "log": "battle", "help": "topic", "undo": "operation", "watch": "battle", "unwatch": "battle",
	}
	o := discordfake.Option{Name: words[0]}
	if words[0] == "create" {
		o.Options = createOptions(strings.Join(words[1:], " "))
		return o
	}
	if len(words) > 1 {
		o.Options = []discordfake.Option{{Name: names[words[0]], Value: words[1]}}
	}
	return o
}

// createOptions takes "<rooms> for <duration> -- <note>" apart.
func createOptions(line string) []discordfake.Option {
	line, note, _ := strings.Cut(line, " -- ")
	rooms, duration, _ := strings.Cut(line, " for ")
	return []discordfake.Option{{Name: "rooms", Value: rooms}, {Name: "duration", Value: duration}, {Name: "note", Value: note}}
}

func scoreOptions(t *testing.T, words []string) []discordfake.Option {
	t.Helper()
	options := []discordfake.Option{{Name: "battle", Value: words[0]}}
	if len(words) == 1 {
		return options
	}
	options = append(options, discordfake.Option{Name: "action", Value: words[1]}, discordfake.Option{Name: "room", Value: words[2]})
	points, err := strconv.Atoi(words[3])
	must(t, err)
	options = append(options, discordfake.Option{Name: "score", Value: points})
	if len(words) > 4 {
		options = append(options, discordfake.Option{Name: "more", Value: strings.Join(words[4:], " ")})
	}
	return options
}

func (c *discordChat) again(t *testing.T) {
	t.Helper()
	_, err := c.discord.Repeat(t.Context(), c.receipt)
	must(t, err)
}

func (c *discordChat) press(t *testing.T, who string, m said, label string) {
	t.Helper()
	message, _ := m.raw.(discordfake.Message)
	b, ok := message.Button(label)
	if !ok {
		t.Fatalf("no button %q on %q", label, m.text)
	}
	_, err := c.discord.Press(t.Context(), discordfake.Press{Person: discordPerson(who), Message: message, CustomID: b.CustomID})
	must(t, err)
}

func (c *discordChat) await(t *testing.T, who string, words ...string) said {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	m, err := c.discord.WaitFor(ctx, discordPerson(who).User, discordfake.DefaultChannel, words...)
	must(t, err)
	found := said{text: strings.Join(m.Lines(), "\n"), private: m.For != "", raw: m}
	for _, b := range m.Buttons() {
		found.buttons = append(found.buttons, b.Label)
	}
	return found
}
