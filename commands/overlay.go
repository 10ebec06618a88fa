package commands

import (
	"context"
	"errors"
	"net/url"
	"strings"

	"go.uber.org/zap"

	"ringside/operations"
)

// Keys opens stream overlays; package battles has it.
type Keys interface {
	Key(ctx context.Context, battle string) (string, error)
	Revoke(ctx context.Context, battle, by string) (key string, err error)
}

func (h *Handler) publicURL() string {
	if h.settings.PublicURL == nil {
		return ""
	}
	return strings.TrimRight(h.settings.PublicURL(), "/")
}

// overlay is `/battle overlay [<battle>] [revoke]`: the address for the stream, which shows the scores of one battle
// to whoever has it, and nothing else.
func (h *Handler) overlay(ctx context.Context, t talk) (answer, error) {
	ref, err := h.mayWatch(ctx, t)
	if err != nil {
		return answer{}, err
	}
	if h.Keys == nil {
		return answer{}, refuse("The stream overlay is switched off here.", "The person who runs the bot can open http.listen in the settings.")
	}
	key, err := h.Keys.Key(ctx, ref.ID)
	if t.Revoke {
		key, err = h.Keys.Revoke(ctx, ref.ID, t.Caller.ID)
	}
	if err != nil {
		return answer{}, &operations.NotSentError{Step: operations.StepLedger, Err: errors.Join(errors.New("the key of an overlay"), err)}
	}
	r := Reply{
		Headline: "The stream overlay of " + ref.Label(),
		Examples: []string{h.publicURL() + "/overlay/" + url.PathEscape(ref.ID) + "?key=" + key},
		Notes: []string{
			"In OBS add a browser source with this address, 1920 x 1080; the background is transparent. Add &theme=light, neon or minimal to change its look.",
			"Whoever has the address sees this battle's scores and nothing else. /battle overlay " + ref.Label() + " revoke makes it stop working.",
		},
		Footer: "battle " + ref.ID,
	}
	if t.Revoke {
		h.Log.Info("overlay key revoked", zap.String("battle", ref.ID), zap.String("by", t.Caller.ID))
		r.Headline = "The old address of " + ref.Label() + "'s overlay no longer works. The new one:"
	}
	return answer{Reply: r}, nil
}
