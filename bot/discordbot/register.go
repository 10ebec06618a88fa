package discordbot

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"reflect"
	"slices"
	"strings"
	"sync"
	"time"

	"go.uber.org/zap"
)

// maxRegisterWait bounds the wait until a server that refuses is asked again, in which time somebody may
// have invited the bot.
const maxRegisterWait = 5 * time.Minute

// registerAll makes every server know our commands, at the same time, until each does or ctx ends.
func (b *Bot) registerAll(ctx context.Context) {
	var all sync.WaitGroup
	for _, guild := range b.settings.Guilds {
		all.Go(func() { b.keepRegistering(ctx, guild) })
	}
	all.Wait()
}

func (b *Bot) keepRegistering(ctx context.Context, guild string) {
	delays := newDelays()
	delays.MaxInterval = maxRegisterWait
	for {
		err := b.register(ctx, guild)
		if over(ctx) {
			return
		}
		b.health.setCommands(guild, err)
		if err == nil {
			return
		}
		wait := delays.NextBackOff()
		b.log.Warn("the commands could not be registered", zap.String("server", guild), zap.Error(err), zap.Duration("next_attempt_in", wait))
		if !b.waited(ctx, wait) {
			return
		}
	}
}

// register compares what a server knows with what it should, and writes only when something differs: a
// server takes 200 new commands a day, and each write makes every client load them again.
func (b *Bot) register(ctx context.Context, guild string) error {
	path := "applications/" + b.settings.ApplicationID + "/guilds/" + guild + "/commands"
	var known []definition
	read := request{method: http.MethodGet, path: path, limit: path, repeatable: true}
	if err := b.call(ctx, "reading the commands of server "+guild, read, &known); err != nil {
		return unregistered(guild, err)
	}
	wanted := definitions()
	if same(known, wanted) {
		return nil
	}
	write := request{method: http.MethodPut, path: path, limit: path, body: wanted, repeatable: true}
	if err := b.call(ctx, "registering the commands in server "+guild, write, nil); err != nil {
		return unregistered(guild, err)
	}
	b.log.Info("the commands were registered", zap.String("server", guild))
	return nil
}

// unregistered says what to do where the bot is not in a server.
func unregistered(guild string, err error) error {
	var refused *APIError
	if errors.As(err, &refused) && (refused.Status == http.StatusForbidden || refused.Status == http.StatusNotFound) {
		return fmt.Errorf("server %s does not know the bot: invite it with the scopes bot and applications.commands: %w", guild, err)
	}
	return err
}

// same reports whether a server knows the wanted commands and no others. Discord does not tell the
// contexts of a server's own commands, which live nowhere else.
func same(known, wanted []definition) bool {
	strip := func(all []definition) []definition {
		all = slices.Clone(all)
		for i := range all {
			all[i].Contexts = nil
		}
		slices.SortFunc(all, func(a, b definition) int { return strings.Compare(a.Name, b.Name) })
		return all
	}
	return reflect.DeepEqual(strip(known), strip(wanted))
}
