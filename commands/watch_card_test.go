package commands

import (
	"context"
	"errors"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"go.uber.org/zap"

	"ringside/battles"
	"ringside/commands/card"
	"ringside/ledger"
)

var update = flag.Bool("update", false, "write the golden files anew")

// past is what a ledger tells of one battle.
type past struct {
	History

	log, unknown []ledger.Operation
	err          error
}

func (p past) Log(context.Context, string, int) ([]ledger.Operation, error) { return p.log, p.err }

func (p past) Unknown(context.Context, string, int) ([]ledger.Operation, error) {
	return p.unknown, nil
}

func narrator(p past) *Handler {
	return &Handler{Parts: Parts{History: p, Log: zap.NewNop()}, now: noon}
}

// fight is a battle of two rooms at noon, which began two minutes before and lasts five.
func fight(scores ...int64) battles.View {
	v := battles.View{
		Ref: battles.Ref{ID: "b+/=1", Alias: "final"}, Started: noon().Add(-2 * time.Minute), Ends: noon().Add(3 * time.Minute), Read: noon(),
	}
	for i, score := range scores {
		room := "pk-live" + string(rune('1'+i))
		v.Rooms = append(v.Rooms, room)
		v.Standings = append(v.Standings, ledger.Standing{Room: room, Score: score})
	}
	return v
}

func but(v battles.View, change func(v *battles.View)) battles.View {
	change(&v)
	return v
}

// over lets the battle end at noon.
func over(v *battles.View) { v.Ends, v.Over = noon(), true }

func told(v *battles.View) { over(v); v.Final, v.Told = true, true }

func samplesOf(v battles.View, from time.Duration) []card.Sample {
	return []card.Sample{{At: v.Started.Add(from), Standings: v.Standings}, {At: v.Read, Standings: v.Standings}}
}

func change(id string, kind ledger.Kind, rooms ...ledger.Room) ledger.Operation {
	return ledger.Operation{
		ID: id, Kind: kind, Battle: "b+/=1", Alias: "final", Rooms: rooms, Asker: "slack:T1/user/UANA", AskerName: "ana", State: ledger.Settled,
		Created: noon().Add(-time.Minute), Settled: noon().Add(-time.Minute),
	}
}

func applied(room string, points int64) ledger.Room {
	return ledger.Room{Room: room, Points: points, Outcome: ledger.Applied}
}

func someChanges() past {
	undo := change("k4", ledger.Set, applied("pk-live2", 1200))
	undo.Undoes = "k2"
	many := change("k5", ledger.Add)
	for _, room := range []string{"pk-live1", "pk-live2", "pk-live3", "pk-live4", "pk-live5"} {
		many.Rooms = append(many.Rooms, applied(room, 10))
	}
	partly := change("k3", ledger.Add, applied("pk-live1", 50), ledger.Room{Room: "pk-nowhere", Points: 5, Outcome: ledger.NotApplied})
	lost := change("k6", ledger.Add, ledger.Room{Room: "pk-live1", Points: 70, Outcome: ledger.Unknown})
	refused := change("k7", ledger.Add, ledger.Room{Room: "pk-live1", Points: 70, Outcome: ledger.NotApplied})
	return past{log: []ledger.Operation{
		refused, lost, many, undo, partly, change("k2", ledger.Add, applied("pk-live2", 100)), change("k1", ledger.Add, applied("pk-live1", 1)),
		change("k0", ledger.Set, applied("pk-live1", 0)), change("k", ledger.Create, applied("pk-live1", 0)),
	}, unknown: []ledger.Operation{lost}}
}

// cards are all that a watched message can show.
func cards(t *testing.T) map[string]Reply {
	t.Helper()
	finalOf := func(v battles.View, p past, samples ...card.Sample) Reply {
		return narrator(p).finalCard(t.Context(), v, samples)
	}
	ana := Caller{ID: "slack:T1/user/UANA", Name: "ana"}
	won := but(fight(1340, 1250), told)
	return map[string]Reply{
		"start":           liveCard(fight(0, 0), noon()),
		"before_start":    liveCard(but(fight(0, 0), func(v *battles.View) { v.Started = noon().Add(30 * time.Second) }), noon()),
		"not_read":        liveCard(but(fight(), func(v *battles.View) { v.Read = time.Time{} }), noon()),
		"running":         liveCard(fight(1340, 1250), noon().Add(19*time.Second)),
		"lead_changed":    liveCard(fight(1340, 1341), noon()),
		"stale":           liveCard(fight(1340, 1250), noon().Add(8*time.Second)),
		"tied":            liveCard(fight(1340, 1340), noon()),
		"tied_of_three":   liveCard(fight(1340, 7, 1340), noon()),
		"no_end_known":    liveCard(but(fight(3, 1), func(v *battles.View) { v.Ends, v.Alias = time.Time{}, "" }), noon()),
		"nine_rooms":      liveCard(fight(2147483647, 2147483646, 1, 0, 1073741823, 5, 1_000_000_000, 2_000_000_000, 99), noon()),
		"awaiting":        liveCard(but(fight(1340, 1250), over), noon().Add(2*time.Second)),
		"awaiting_blind":  liveCard(but(fight(), func(v *battles.View) { over(v); v.Read = time.Time{} }), noon()),
		"stopped":         stoppedCard(fight(1340, 1250), ana, noon().Add(3*time.Second)),
		"stopped_blind":   stoppedCard(battles.View{Ref: battles.Ref{ID: "b+/=1"}}, ana, noon()),
		"moved":           movedCard(fight(1340, 1250)),
		"final_win":       finalOf(won, past{}, samplesOf(won, 0)...),
		"final_changes":   finalOf(won, someChanges(), samplesOf(won, time.Minute)...),
		"final_no_log":    finalOf(won, past{err: errors.New("disk full")}),
		"final_tie":       finalOf(but(fight(1340, 1340), told), past{}),
		"final_tie_three": finalOf(but(fight(1340, 1340, 2), told), past{}),
		"final_tie_zero":  finalOf(but(fight(0, 0), told), past{}),
		"final_read":      finalOf(but(fight(1340, 1250), func(v *battles.View) { told(v); v.Told = false }), past{}),
		"final_untold":    finalOf(but(fight(1340, 1250), func(v *battles.View) { over(v); v.Read = noon().Add(-3 * time.Second) }), past{}),
		"final_late_read": finalOf(but(fight(1340, 1340), func(v *battles.View) { over(v); v.Read = noon().Add(time.Second) }), past{}),
		"final_unread":    finalOf(but(fight(), func(v *battles.View) { over(v); v.Read, v.Started = time.Time{}, time.Time{} }), past{}),
		"closed_slack":    closedCard(ledger.Watch{Channel: "slack:T1/C1", Battle: "b+/=1"}),
		"closed_discord":  closedCard(ledger.Watch{Channel: "discord:1/2", Battle: "b+/=1"}),
	}
}

// drawn is a reply as text.
func drawn(r Reply) string {
	lines := []string{r.Headline}
	for _, row := range r.Rows {
		lines = append(lines, strings.Join(present(row.Label, row.Subject, row.Change, row.Detail), "  "))
	}
	lines = append(lines, r.Notes...)
	for _, e := range r.Examples {
		lines = append(lines, "> "+e)
	}
	lines = append(lines, present(r.Footer)...)
	if r.Picture != nil {
		lines = append(lines, "[picture: "+r.Picture.Alt+"]")
	}
	return strings.Join(lines, "\n") + "\n"
}

func TestCards(t *testing.T) {
	t.Parallel()
	for name, r := range cards(t) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			compareGolden(t, filepath.Join("testdata", "watch", name+".golden"), drawn(r))
			if public := !strings.HasPrefix(name, "closed"); r.Public != public {
				t.Errorf("public: %v", r.Public)
			}
		})
	}
}

func compareGolden(t *testing.T, path, got string) {
	t.Helper()
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("%s\ngot:\n%s\nwant:\n%s", path, got, want)
	}
}
