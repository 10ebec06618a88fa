package commands

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"go.uber.org/zap"

	"ringside/auth"
	"ringside/battles"
	"ringside/commands/grammar"
	"ringside/ledger"
	"ringside/operations"
)

// watch is `/battle watch [<battle>]`: one message in the channel that keeps itself up to date until the battle's end.
func (h *Handler) watch(ctx context.Context, t talk) (answer, error) {
	ref, err := h.mayWatch(ctx, t)
	if err != nil {
		return answer{}, err
	}
	v, err := h.look(ctx, t, ref)
	if err != nil {
		return answer{}, err
	}
	if v.Final {
		return answer{Reply: h.finalCard(ctx, v, nil)}, nil
	}
	if !h.watcher.place(t.Place.Channel, ref.ID) {
		return answer{}, tooManyWatched()
	}
	if err := h.show(ctx, t, v); err != nil {
		return answer{}, err
	}
	return answer{Reply: Reply{
		Headline: "Watching " + v.Label() + ": the message in this channel keeps itself up to date until the end.",
		Examples: []string{grammar.Request{Verb: grammar.VerbUnwatch, Battle: v.Label()}.Line()},
	}}, nil
}

// unwatch is `/battle unwatch [<battle>]`: the message stays as it is.
func (h *Handler) unwatch(ctx context.Context, t talk) (answer, error) {
	ref, err := h.mayWatch(ctx, t)
	if err != nil {
		return answer{}, err
	}
	err = h.watcher.unwatch(ctx, t.Place.Channel, ref.ID, t.Caller)
	if errors.Is(err, ledger.ErrNotFound) {
		return answer{}, refuse(ref.Label() + " is not watched in this channel, so nothing was changed.")
	}
	if err != nil {
		return answer{}, &operations.NotSentError{Step: operations.StepLedger, Err: err}
	}
	h.Log.Info("battle no longer watched", zap.String("battle", ref.ID), zap.String("channel", t.Place.Channel), zap.String("by", t.Caller.ID))
	return answer{Reply: Reply{Headline: "Stopped: the message about " + ref.Label() + " stays as it is."}}, nil
}

// mayWatch resolves the battle and refuses those who may not watch it here.
func (h *Handler) mayWatch(ctx context.Context, t talk) (battles.Ref, error) {
	ref, err := h.battle(ctx, t)
	if err != nil {
		return battles.Ref{}, err
	}
	d := h.Policy.Decide(ctx, auth.Question{
		Caller: t.Caller.ID, Vouched: t.Caller.Groups, May: auth.BattleWatch, Battles: ref.Names(), Channel: t.Place.Channel,
	})
	if !d.Allowed {
		return battles.Ref{}, h.forbidden(d.Refusal)
	}
	return ref, nil
}

// look returns the battle as it is now. One that may run is read, so that nobody watches what does not exist.
func (h *Handler) look(ctx context.Context, t talk, ref battles.Ref) (battles.View, error) {
	if known, ok := h.Book.Known(ref.ID); !ok || known.Running {
		if _, err := h.Book.Read(ctx, ref.ID); err != nil {
			return battles.View{}, h.unread(ctx, t, err)
		}
	}
	f := h.Feed.Follow(ref.ID) //nolint:contextcheck // what the feed reads is for all who follow
	defer f.Close()
	v, err := f.Next(ctx)
	if errors.Is(err, battles.ErrFeed) {
		return battles.View{}, tooManyWatched()
	}
	return v, err
}

// show posts the message, and lets it be kept up to date.
func (h *Handler) show(ctx context.Context, t talk, v battles.View) error {
	now := h.now()
	m, err := h.Notifier.Notify(ctx, Place{Channel: t.Place.Channel}, liveCard(v, now))
	if err != nil {
		return h.notShown(err, t)
	}
	k := ledger.Watch{Channel: t.Place.Channel, Battle: v.ID, Message: string(m), By: t.Caller.ID, At: now}
	if m == "" {
		return refuse("The message was posted but can't be changed later here, so it shows the scores of now only.")
	}
	if err := h.watcher.begin(ctx, k, v); err != nil {
		h.notKept(ctx, m, v)
		if errors.Is(err, errTooMany) {
			return tooManyWatched()
		}
		return &operations.NotSentError{Step: operations.StepLedger, Err: err}
	}
	h.Log.Info("battle watched", zap.String("battle", v.ID), zap.String("channel", k.Channel), zap.String("by", k.By))
	return nil
}

// notKept lets a message that is not kept up to date say so.
func (h *Handler) notKept(ctx context.Context, m Message, v battles.View) {
	r := Reply{Headline: "Not watched: " + v.Label() + " could not be kept up to date here.", Public: true}
	if err := h.Notifier.Revise(ctx, m, r); err != nil {
		h.Log.Warn("a message that is not kept up to date could not be taken back", zap.String("message", string(m)), zap.Error(err))
	}
}

// notShown puts into words that the message could not be posted.
func (h *Handler) notShown(err error, t talk) error {
	h.Log.Info("a watched battle could not be shown", zap.String("channel", t.Place.Channel), zap.Error(err))
	if !errors.Is(err, ErrNotInvited) {
		return refuse("Not watched: the message could not be posted here.", "Try again in a moment. The person who runs the bot finds the reason in its log.")
	}
	return refuse("Not watched: Ringside may not write in this channel.", howToInvite(t.Place.Channel), "Then ask again:").typing(t.Line())
}

// howToInvite says what makes Ringside able to write in a channel.
func howToInvite(channel string) string {
	platform, _, _ := strings.Cut(channel, ":")
	switch platform {
	case "slack":
		return "Invite it: type /invite @Ringside in the channel, with the name that the app has in your workspace."
	case "discord":
		return "Give the bot's role View Channel, Send Messages and Attach Files in the channel's permissions; whoever manages the channel can."
	}
	return "Let the bot write there."
}

// closedCard tells the person who asked for a watch that it ended, and what to do.
func closedCard(k ledger.Watch) Reply {
	return Reply{
		Tone:     ToneBad,
		Headline: fmt.Sprintf("Ringside may no longer write in %s, so the battle you watch there is not kept up to date any more.", k.Channel),
		Notes:    []string{howToInvite(k.Channel), "Then ask again in the channel:"},
		Examples: []string{grammar.Request{Verb: grammar.VerbWatch, Battle: k.Battle}.Line()},
	}
}

func tooManyWatched() *refusal {
	return refuse(fmt.Sprintf("Not watched: Ringside watches as many battles as it can, %d.", maxWatched),
		"/battle unwatch in a channel where nobody needs it makes room; so does the end of a battle.")
}
