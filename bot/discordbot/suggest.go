package discordbot

import (
	"context"
	"time"

	"github.com/bwmarrin/discordgo"
)

const (
	// suggestTimeout bounds the search for ways to go on typing, which people wait for letter by letter.
	suggestTimeout = time.Second
	// maxSuggests bounds the searches that run at once. They are apart from the workers, who may be waiting
	// for Tencent.
	maxSuggests = 64
	// maxChoices and maxChoice are Discord's limits on choices and on the characters of each.
	maxChoices = 25
	maxChoice  = 100
)

// suggestions answers autocomplete, always, and with nothing rather than late.
func (b *Bot) suggestions(ctx context.Context, in inbound) callback {
	return callback{Type: discordgo.InteractionApplicationCommandAutocompleteResult, Data: choices{Choices: b.choices(ctx, in)}}
}

// choices asks the Handler. A value that is too long is left out: cut short it would name something else.
func (b *Bot) choices(ctx context.Context, in inbound) (all []choice) {
	all = []choice{}
	if !b.guilds[in.guild] {
		b.count.foreign.Add(1)
		return all
	}
	defer b.containEvent("autocomplete")
	ctx, cancel := context.WithTimeout(ctx, suggestTimeout)
	defer cancel()
	b.count.suggested.Add(1)
	for _, c := range b.handler.Suggest(ctx, *in.query) {
		if c.Value == "" || length(c.Value) > maxChoice {
			continue
		}
		name := clip(line(c.Label), maxChoice)
		if name == "" {
			name = c.Value
		}
		if all = append(all, choice{Name: name, Value: c.Value}); len(all) == maxChoices {
			break
		}
	}
	return all
}
