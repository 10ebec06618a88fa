package commands_test

import (
	"context"
	"fmt"
	"path/filepath"
	"testing"
	"time"

	"go.uber.org/zap"

	"ringside/auth"
	"ringside/battles"
	"ringside/commands"
	"ringside/ledger"
	"ringside/operations"
	"ringside/tencent"
)

// quick is a platform that answers at once: what is left is Ringside's own work and the disk.
type quick struct{}

func (quick) CreateBattle(context.Context, *tencent.Slot, tencent.NewBattle) (tencent.CreatedBattle, tencent.Evidence) {
	return tencent.CreatedBattle{}, tencent.Evidence{}
}

func (quick) Suspended() *tencent.SuspendedError { return nil }

func (quick) Reserve(context.Context, tencent.Command, tencent.Class) (*tencent.Slot, error) {
	return nil, nil //nolint:nilnil // a nil slot may be released like any other
}

func (quick) SetBattleScore(_ context.Context, _ *tencent.Slot, change tencent.ScoreChange) ([]tencent.RoomResult, tencent.Evidence) {
	results := make([]tencent.RoomResult, len(change.Scores))
	for i, s := range change.Scores {
		results[i] = tencent.RoomResult{Room: s.Room, HasCode: true}
	}
	return results, tencent.Evidence{Written: true, Complete: true, HTTPStatus: 200, Status: "OK", RequestID: "Id-1"}
}

func (quick) BattleInfo(_ context.Context, _ tencent.Class, q tencent.BattleQuery) (tencent.Battle, error) {
	return tencent.Battle{ID: q.ID, Rooms: []tencent.BattleRoom{{Room: "pk-live1", Score: 1240}, {Room: "pk-live2", Score: 1185}}}, nil
}

// hearer takes every reply and keeps none but the last.
type hearer struct{ last commands.Reply }

func (h *hearer) Answer(_ context.Context, r commands.Reply) error { h.last = r; return nil }
func (h *hearer) Progress(context.Context, commands.Reply) error   { return nil }
func (h *hearer) Amend(_ context.Context, r commands.Reply) error  { h.last = r; return nil }

func (h *hearer) Notify(context.Context, commands.Place, commands.Reply) (commands.Message, error) {
	return "", nil
}

func (h *hearer) Revise(context.Context, commands.Message, commands.Reply) error { return nil }

func benchHandler(b *testing.B) *commands.Handler {
	b.Helper()
	kept, err := ledger.Open(b.Context(), filepath.Join(b.TempDir(), "ringside.db"), "the benchmark")
	benchMust(b, err)
	book, err := battles.New(b.Context(), quick{}, kept)
	benchMust(b, err)
	for n := range benchBattles {
		_, err := book.Read(b.Context(), fmt.Sprintf("b%d+/=", n))
		benchMust(b, err)
	}
	engine, err := operations.New(kept, quick{}, book, "one", time.Second)
	benchMust(b, err)
	policy, err := auth.New([]auth.Grant{{
		Name: "hosts", Who: []string{ana}, May: auth.Permissions(), Battles: []string{"*"}, Rooms: []string{"pk-*"},
		MaxPoints: 1e9, ConfirmOver: 1e9, ApprovalOver: 1e9,
	}}, nil, nil)
	benchMust(b, err)
	h, err := commands.New(commands.Parts{
		Policy: policy, Engine: engine, Book: book, History: kept, Notifier: &hearer{}, Log: zap.NewNop(),
	}, commands.Settings{ConfirmExpires: time.Minute, ApprovalExpires: time.Minute, Pace: commands.Pace{PerSecond: 1e9, Burst: 1e9, InFlight: 1e9}})
	benchMust(b, err)
	b.Cleanup(func() {
		h.Close()
		benchMust(b, engine.Close(context.WithoutCancel(b.Context())))
		benchMust(b, kept.Close())
	})
	return h
}

// benchBattles is how many battles the commands go round, so that none has a longer past than a busy show.
const benchBattles = 40

func benchMust(b *testing.B, err error) {
	b.Helper()
	if err != nil {
		b.Fatal(err)
	}
}

// BenchmarkHandle carries one typed line from its text to the reply in words: parsing, the grant, the operation with
// its three durable writes where it changes a score, and the wording. The chat and the platform answer at once.
func BenchmarkHandle(b *testing.B) {
	for _, tc := range []struct{ name, command, text string }{
		{"add", "/battle-score", "b%d+/= add pk-live1 1"},
		{"info", "/battle-score", "b%d+/="},
		{"dry_run", "/battle-score", "b%d+/= set pk-live1 500 --dry-run"},
		{"refused_room", "/battle-score", "b%d+/= add rm-live1 1"},
		{"slip", "/battle-score", "b%d+/= adn pk-live1 1"},
	} {
		b.Run(tc.name, func(b *testing.B) {
			h := benchHandler(b)
			heard := &hearer{}
			n := 0
			b.ReportAllocs()
			for b.Loop() {
				n++
				h.Handle(b.Context(), commands.Invocation{
					Key: fmt.Sprintf("slack:trigger:%d", n), Command: tc.command, Text: fmt.Sprintf(tc.text, n%benchBattles),
					Caller: commands.Caller{ID: ana, Name: "ana"}, Place: commands.Place{Channel: channel, User: ana},
				}, heard)
			}
			if len(heard.last.Rows)+len(heard.last.Notes)+len(heard.last.Headline) == 0 {
				b.Fatal("nothing was said")
			}
		})
	}
}
