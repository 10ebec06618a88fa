package tencent_test

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"testing"
	"time"

	"ringside/secret"
	"ringside/tencent"
	"ringside/tencent/simulator"
)

// subscribe has the simulator send its webhooks, and returns the events read from them.
func subscribe(t *testing.T, sim *simulator.Simulator, w simulator.Webhooks, s tencent.CallbackSettings) (<-chan tencent.Event, <-chan error) {
	t.Helper()
	events, faults := make(chan tencent.Event, 1000), make(chan error, 1000)
	w.URL = serve(t, func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(io.LimitReader(r.Body, 64<<10))
		event, err := tencent.ParseCallback(r.URL.Query(), body, s)
		if err != nil {
			faults <- err
		} else {
			events <- event
		}
		_, _ = io.WriteString(w, `{"ActionStatus":"OK","ErrorCode":0,"ErrorInfo":""}`)
	})
	t.Cleanup(sim.Close) // Before the server.
	if err := sim.StartWebhooks(w); err != nil {
		t.Fatal(err)
	}
	return events, faults
}

// TestEventsOfTheSimulator follows a battle by its webhooks, which the simulator writes from the vendor's pages alone.
func TestEventsOfTheSimulator(t *testing.T) {
	t.Parallel()
	sim, client := simulate(t)
	settings := tencent.CallbackSettings{SDKAppID: appID, Token: secret.New("a token")}
	events, _ := subscribe(t, sim, simulator.Webhooks{Token: "a token"}, settings)
	battle, _ := client.CreateBattle(t.Context(), reserve(t, client, tencent.CommandCreateBattle),
		tencent.NewBattle{From: "pk-1", To: []string{"pk-2"}, Duration: time.Minute, Extension: "final"})
	if err := errors.Join(sim.Gift(battle.ID, "pk-1", 7), sim.Gift(battle.ID, "pk-2", 9)); err != nil {
		t.Fatal(err)
	}
	sim.EndBattle(battle.ID)

	created, ok := (<-events).(tencent.BattleCreated)
	if !ok || created.BattleID != battle.ID || created.Operator != admin || created.From != "pk-1" || len(created.To) != 1 ||
		created.Duration != time.Minute || created.NeedResponse || created.Extension != "final" {
		t.Errorf("created: %+v", created)
	}
	started, ok := (<-events).(tencent.BattleStarted)
	if !ok || started.BattleID != battle.ID || started.Start.IsZero() || len(started.Rooms) != 2 {
		t.Errorf("started: %+v", started)
	}
	ended, ok := (<-events).(tencent.BattleEnded)
	if !ok || ended.BattleID != battle.ID || ended.How != tencent.EndAllLeft || len(ended.Rooms) != 2 || ended.End.IsZero() ||
		ended.Rooms[0].Score != 7 || ended.Rooms[1].Score != 9 {
		t.Errorf("ended: %+v", ended)
	}
	for i, room := range started.Rooms {
		if room.Owner == "" || room.Owner != ended.Rooms[i].Owner {
			t.Errorf("the owner %q became %q", room.Owner, ended.Rooms[i].Owner)
		}
	}
}

// TestRepeatedAndReorderedEvents counts the events of twenty battles by their keys.
func TestRepeatedAndReorderedEvents(t *testing.T) {
	t.Parallel()
	sim, _ := simulate(t)
	events, _ := subscribe(t, sim, simulator.Webhooks{Repeated: 0.5, Reordered: 0.3}, tencent.CallbackSettings{SDKAppID: appID})
	const battles = 20
	for i := range battles {
		id, err := sim.AddBattle(simulator.BattleSpec{From: fmt.Sprint("a", i), To: []string{"b"}, Duration: time.Minute})
		if err != nil {
			t.Fatal(err)
		}
		sim.EndBattle(id)
	}
	seen := make(map[string]bool)
	came := 0
	for ; len(seen) < 3*battles; came++ {
		seen[(<-events).Key()] = true
	}
	if came == len(seen) {
		t.Error("nothing was repeated")
	}
}

func TestEventsOfSomebodyElse(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		token    string
		settings tencent.CallbackSettings
		want     tencent.CallbackReason
	}{
		"another app":   {"x", tencent.CallbackSettings{SDKAppID: appID + 1, Token: secret.New("x")}, tencent.CallbackWrongApp},
		"another token": {"y", tencent.CallbackSettings{SDKAppID: appID, Token: secret.New("x")}, tencent.CallbackWrongSignature},
		"no token":      {"", tencent.CallbackSettings{SDKAppID: appID, Token: secret.New("x")}, tencent.CallbackUnsigned},
		"another time": {
			"x", tencent.CallbackSettings{SDKAppID: appID, Token: secret.New("x"), Now: func() time.Time { return time.Now().Add(-time.Hour) }},
			tencent.CallbackStale,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			sim, _ := simulate(t)
			_, faults := subscribe(t, sim, simulator.Webhooks{Token: tt.token}, tt.settings)
			if _, err := sim.AddBattle(simulator.BattleSpec{From: "a", To: []string{"b"}, Duration: time.Minute}); err != nil {
				t.Fatal(err)
			}
			var refused *tencent.CallbackError
			if err := <-faults; !errors.As(err, &refused) || refused.Reason != tt.want {
				t.Errorf("got %v, want %q", err, tt.want)
			}
		})
	}
}
