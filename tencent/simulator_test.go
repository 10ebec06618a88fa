package tencent_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"ringside/tencent"
	"ringside/tencent/simulator"
)

// simulate starts a simulator and a client for it.
func simulate(t *testing.T, opts ...simulator.Option) (*simulator.Simulator, *tencent.Client) {
	t.Helper()
	sim, err := simulator.New(simulator.Settings{SDKAppID: appID, Admin: admin, SecretKey: appKey}, opts...)
	if err != nil {
		t.Fatal(err)
	}
	host, err := simulator.Listen(t.Context(), sim, "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := host.Close(); err != nil {
			t.Error(err)
		}
	})
	return sim, newClient(t, host.URL())
}

// TestBattleFromStartToEnd runs one battle on the simulator, which shares no code with the client.
func TestBattleFromStartToEnd(t *testing.T) {
	t.Parallel()
	sim, client := simulate(t, simulator.WithRoomLookup(), simulator.WithNumericOwners(), simulator.WithReversedResults())
	created, evidence := client.CreateBattle(t.Context(), reserve(t, client, tencent.CommandCreateBattle),
		tencent.NewBattle{From: "pk-live1", To: []string{"pk-live2"}, Duration: time.Minute})
	if !evidence.Complete || evidence.Code != 0 || created.ID == "" || len(created.Results) != 1 {
		t.Fatalf("create: %+v, %+v", created, evidence)
	}
	results, evidence := client.SetBattleScore(t.Context(), reserve(t, client, tencent.CommandSetBattleScore), tencent.ScoreChange{
		BattleID: created.ID, Op: tencent.OpAdd, Scores: []tencent.RoomScore{{"pk-live1", 100}, {"pk-live2", 50}, {"pk-live9", 1}},
	})
	if len(results) != 3 || results[0] != (tencent.RoomResult{Room: "pk-live9", Code: 1, HasCode: true}) || evidence.RequestID == "" {
		t.Errorf("score: %+v, %+v", results, evidence)
	}
	for _, query := range []tencent.BattleQuery{{ID: created.ID}, {Room: "pk-live2"}} {
		battle, err := client.BattleInfo(t.Context(), tencent.ClassPerson, query)
		if err != nil || battle.ID != created.ID || battle.Duration != time.Minute || len(battle.Rooms) != 2 {
			t.Fatalf("info: %+v, %v", battle, err)
		}
		if battle.Rooms[0].Score != 100 || battle.Rooms[1].Score != 50 || battle.Rooms[0].Owner == "" {
			t.Errorf("info: %+v", battle.Rooms)
		}
	}
	sim.EndBattle(created.ID)
	_, evidence = client.SetBattleScore(t.Context(), reserve(t, client, tencent.CommandSetBattleScore), tencent.ScoreChange{
		BattleID: created.ID, Op: tencent.OpOverwrite, Scores: []tencent.RoomScore{{"pk-live1", 1}},
	})
	if !evidence.Complete || evidence.Code != 100006 {
		t.Errorf("after the end: %+v", evidence)
	}
}

// verdict is what one room's outcome would be by evidence alone.
func verdict(evidence tencent.Evidence, results []tencent.RoomResult) (applied, certain bool) {
	entry, _ := tencent.Lookup(tencent.CommandSetBattleScore, evidence.Code)
	switch {
	case !evidence.Written:
		return false, true
	case !evidence.Complete:
		return false, false
	case evidence.Code != 0:
		return false, entry.NotExecuted()
	case len(results) == 1 && results[0].Room == "pk-1" && results[0].HasCode:
		return results[0].Code == 0, true
	default:
		return false, false
	}
}

// TestEvidenceAgainstTheTruth meets every fault of the simulator and compares what the evidence proves with what truly
// happened to the score.
func TestEvidenceAgainstTheTruth(t *testing.T) {
	t.Parallel()
	for _, fault := range simulator.AllFaults(10*time.Millisecond, 10*time.Millisecond, 48*time.Hour) {
		t.Run(fault.String(), func(t *testing.T) {
			t.Parallel()
			sim, client := simulate(t)
			battle, err := sim.AddBattle(simulator.BattleSpec{From: "pk-1", To: []string{"pk-2"}, Duration: time.Hour})
			if err != nil {
				t.Fatal(err)
			}
			sim.Script(fault)
			ctx, cancel := context.WithTimeout(t.Context(), time.Second)
			defer cancel()
			results, evidence := client.SetBattleScore(ctx, reserve(t, client, tencent.CommandSetBattleScore),
				tencent.ScoreChange{BattleID: battle, Op: tencent.OpAdd, Scores: []tencent.RoomScore{{"pk-1", 100}}})
			sim.ApplyLate()
			score, _ := sim.Score(battle, "pk-1")
			applied, certain := verdict(evidence, results)
			if certain && applied != (score == 100) {
				t.Errorf("the evidence proves applied = %v, the score is %d: %+v %v", applied, score, evidence, results)
			}
			if calls := sim.Totals().Commands["set_battle_score"]; calls > 1 {
				t.Errorf("%d calls arrived", calls)
			}
			var failure *tencent.Failure
			if !evidence.Complete && !errors.As(evidence.Err, &failure) {
				t.Errorf("no reason: %+v", evidence)
			}
		})
	}
}
