package browser_test

import (
	"bytes"
	"context"
	"encoding/json"
	"image"
	"image/color"
	"image/draw"
	"image/png"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"ringside/commands"
	"ringside/web/overlay"
	"ringside/web/rehearsal"
)

func TestRehearsal(t *testing.T) {
	t.Parallel()
	node := tools(t)
	troupe := &troupe{t: t, scores: []overlay.Room{{Name: "pk-live1", Score: 1240}, {Name: "pk-live2", Score: 1185}}, hold: make(chan struct{})}
	p := newPlace(t, troupe.build)
	control := controlled(t, p, map[string]func(*json.Decoder) error{"card": troupe.revise, "release": troupe.release})
	run(t, node, "rehearsal.test.mjs", p.url(), control)
}

// troupe plays a Ringside whose every answer is known beforehand.
type troupe struct {
	t    *testing.T
	hold chan struct{} // a slow command waits for it

	mu     sync.Mutex
	room   *rehearsal.Server
	stage  battle
	scores []overlay.Room
	card   commands.Message
}

func (a *troupe) build() (http.Handler, func()) {
	a.stage.changed = make(chan struct{})
	a.show()
	stream, err := overlay.New(a, a, overlay.WithFraming())
	if err != nil {
		a.t.Error(err)
	}
	room, err := rehearsal.New(a, rehearsal.WithOverlay("/overlay/demo?key="+rightKey), rehearsal.WithSuggestions(a.suggest),
		rehearsal.WithHints(
			rehearsal.Hint{Line: "/battle-score demo add pk-live1 100", Does: "add points and see what happened"},
			rehearsal.Hint{Line: "/battle-score demo set pk-live2 2000", Does: "overwrite a score; Ringside asks first"},
			rehearsal.Hint{Line: "/battle help", Does: "what else there is"},
		))
	if err != nil {
		a.t.Error(err)
	}
	a.mu.Lock()
	a.room = room
	a.mu.Unlock()
	mux := http.NewServeMux()
	mux.Handle("/rehearsal", room.Handler())
	mux.Handle("/rehearsal/", room.Handler())
	mux.Handle("/overlay/", stream.Handler())
	return mux, func() {
		ctx, cancel := context.WithTimeout(context.Background(), time.Second)
		defer cancel()
		room.Close(ctx)
		stream.Close()
	}
}

func (a *troupe) Open(_ context.Context, name, key string) (string, bool) {
	return name, key == rightKey
}

func (a *troupe) Follow(string) (overlay.Follower, error) { return &follower{battle: &a.stage}, nil }

func (a *troupe) show() {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.stage.set(overlay.View{
		Name: "demo", Rooms: append([]overlay.Room(nil), a.scores...), Ends: time.Now().Add(47 * time.Minute), Read: time.Now(),
	})
}

func (a *troupe) score(room int, points int64) {
	a.mu.Lock()
	a.scores[room].Score = points
	a.mu.Unlock()
	a.show()
}

func (a *troupe) Handle(ctx context.Context, ask commands.Invocation, to commands.Responder) {
	switch words := ask.Text; {
	case words == "demo add pk-live1 100":
		a.score(0, 1340)
		_ = to.Answer(ctx, result("+100", "now 1,340, leads by 155", "k3f9"))
	case words == "demo set pk-live2 2000":
		_ = to.Answer(ctx, commands.Reply{
			Tone: commands.ToneWarn, Headline: "Set pk-live2 to 2,000 in demo?",
			Rows:    []commands.Row{{Subject: "pk-live2", Change: "= 2,000", Detail: "1,185 → 2,000"}},
			Notes:   []string{"Now pk-live1 leads by 155; afterwards pk-live2 leads by 660.", "An overwrite replaces the score: a gift that arrives in between is overwritten too."},
			Buttons: []commands.Button{{ID: "yes1", Label: "Confirm", Style: commands.StyleDanger}, {ID: "no1", Label: "Cancel"}},
			Footer:  "operation k3g0 · nothing is sent before you confirm · 1:00 to answer",
		})
	case words == "watch demo":
		m, err := a.room.Notify(ctx, ask.Place, card("1,240"))
		if err != nil {
			a.t.Error(err)
		}
		a.mu.Lock()
		a.card = m
		a.mu.Unlock()
		_ = to.Answer(ctx, commands.Reply{Headline: "This channel watches demo now."})
	case words == "slow":
		_ = to.Progress(ctx, commands.Reply{Headline: "Under way; Tencent has not answered yet."})
		select {
		case <-a.hold:
		case <-ctx.Done():
		}
		_ = to.Answer(ctx, commands.Reply{Headline: "It is done.", Public: true})
	case words == "long":
		_ = to.Answer(ctx, commands.Reply{Headline: "A long answer", Rows: make([]commands.Row, 100), Notes: []string{strings.Repeat("and on\n", 100)}})
	case words == "help":
		_ = to.Answer(ctx, commands.Reply{Headline: "What you can type here", Rows: []commands.Row{
			{Subject: "/battle-score demo add pk-live1 100", Detail: "add to the current score"},
			{Subject: "/battle-score demo set pk-live1 500", Detail: "overwrite a score; asks first"},
		}, Notes: []string{"A battle is named by its alias, its id, or room:<roomId>."}})
	default:
		_ = to.Answer(ctx, commands.Reply{
			Tone: commands.ToneBad, Headline: "“" + words + "” is not understood. Nothing was sent.",
			Notes: []string{"Did you mean:"}, Examples: []string{"/battle-score demo add pk-live1 100", "/battle help"},
		})
	}
}

func result(change, detail, id string) commands.Reply {
	return commands.Reply{
		Tone: commands.ToneGood, Public: true,
		Rows:    []commands.Row{{Label: "applied", Subject: "pk-live1", Change: change, Detail: detail}},
		Buttons: []commands.Button{{ID: "again" + id, Label: "Again"}, {ID: "undo" + id, Label: "Undo"}},
		Footer:  "operation " + id + " · audit 9f2c11d0a4b7e655",
	}
}

func (a *troupe) Press(ctx context.Context, press commands.Press, to commands.Responder) {
	if press.Button != "yes1" {
		_ = to.Amend(ctx, commands.Reply{Headline: "Cancelled: nothing was sent (operation k3g0)."})
		return
	}
	a.score(1, 2000)
	_ = to.Amend(ctx, commands.Reply{Headline: "Confirmed: set pk-live2 to 2,000 (operation k3g0)."})
	_ = to.Answer(ctx, result("= 2,000", "now 2,000, leads by 660", "k3g0"))
}

// card is a message that keeps itself up to date.
func card(score string) commands.Reply {
	drawn := image.NewRGBA(image.Rect(0, 0, 480, 120))
	draw.Draw(drawn, drawn.Bounds(), image.NewUniform(color.RGBA{R: 31, G: 63, B: 117, A: 255}), image.Point{}, draw.Src)
	var out bytes.Buffer
	_ = png.Encode(&out, drawn) // into memory
	return commands.Reply{
		Public: true, Headline: "demo: pk-live1 leads by 55", Rows: []commands.Row{{Subject: "pk-live1", Detail: score}, {Subject: "pk-live2", Detail: "1,185"}},
		Footer: "47:00 left · read just now", Picture: &commands.Picture{Name: "score.png", Alt: "A card with the scores", PNG: out.Bytes()},
	}
}

func (a *troupe) revise(d *json.Decoder) error {
	var told struct{ Score int }
	if err := d.Decode(&told); err != nil {
		return err
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.room.Revise(context.Background(), a.card, card(strconv.Itoa(told.Score)))
}

func (a *troupe) release(*json.Decoder) error {
	a.hold <- struct{}{}
	return nil
}

func (a *troupe) suggest(_ context.Context, q commands.Query) (found []commands.Choice) {
	names := []string{"demo"}
	if q.Option == "room" {
		names = []string{"pk-live1", "pk-live2"}
	}
	for _, name := range names {
		if strings.Contains(name, q.Typed) {
			found = append(found, commands.Choice{Label: name, Value: name})
		}
	}
	return found
}
