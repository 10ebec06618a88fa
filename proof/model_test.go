package proof_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"pgregory.net/rapid"

	"ringside/ledger"
	"ringside/operations"
	"ringside/tencent"
)

// TestModel plays random histories against the whole program, and holds what people were told, what the ledger says and
// what truly happened against each other. -rapid.checks or RAPID_CHECKS says how many; each takes no time for its waits.
func TestModel(t *testing.T) {
	t.Parallel()
	everything := []draw{
		drawAdd, drawAdd, drawAdd, drawSet, drawSet, drawPress, drawPress, drawPress, drawPress, drawRedelivery, drawLook, drawFault,
		drawWeather, drawHitch, drawLateLoss, drawGift, drawDeath, drawRest, drawMood, drawSickness,
	}
	for name, profile := range map[string]struct {
		setting setting
		kinds   []draw
		seen    []string // what a hundred histories surely come upon, besides the three outcomes
	}{
		"additions meet every fault": {
			setting{client: []tencent.Option{tencent.WithoutBreaker()}},
			[]draw{drawAdd, drawAdd, drawAdd, drawPress, drawRedelivery, drawFault, drawWeather, drawHitch, drawDeath},
			[]string{ledger.SweptReason},
		},
		"people and restarts": {setting{}, append(slices.Clone(everything), drawOverwrite, drawClock), []string{string(ledger.Cancelled)}},
		"battles are started": {
			setting{client: []tencent.Option{tencent.WithoutBreaker()}},
			[]draw{drawCreate, drawCreate, drawPress, drawPress, drawRedelivery, drawFault, drawWeather, drawHitch, drawDeath, drawRest},
			[]string{ledger.FoundReason},
		},
		"nobody else overwrites": {
			setting{client: []tencent.Option{tencent.WithoutBreaker()}, engine: []operations.Option{operations.WithSoleOverwriter()}},
			everything, []string{ledger.DisprovedReason},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			folder, seen := newFolder(t), sights{}
			var failed *breach
			defer func() {
				if failed != nil {
					t.Log(failed.shorten(t, folder, profile.setting))
				}
			}()
			rapid.Check(t, func(rt *rapid.T) {
				h := drawHistory(rt, profile.kinds)
				if wrong, diary := play(t, folder, profile.setting, h, seen); len(wrong) > 0 {
					failed = &breach{h, wrong, diary}
					rt.Fatalf("the promise was broken: %s", wrong[0])
				}
			})
			seen.want(t, profile.seen...)
		})
	}
}

// breach is a history that broke the promise.
type breach struct {
	history
	wrong, diary []string
}

// shorten leaves out of a history whatever it can do without and still break the promise.
func (b *breach) shorten(t *testing.T, folder string, how setting) string {
	t.Helper()
	for i := len(b.history) - 1; i >= 0; i-- {
		h := slices.Delete(slices.Clone(b.history), i, i+1)
		if wrong, diary := play(t, folder, how, h, sights{}); len(wrong) > 0 {
			*b = breach{h, wrong, diary}
		}
	}
	return fmt.Sprintf("%s\n\nThe history:\n%v\n\nWhat happened:\n%s", strings.Join(b.wrong, "\n"), b.history, strings.Join(b.diary, "\n"))
}

// newFolder returns a folder with an empty ledger in it, to be copied: making one takes longer than a history.
func newFolder(t *testing.T) string {
	t.Helper()
	folder := t.TempDir()
	must(t, os.Mkdir(filepath.Join(folder, "empty"), 0o700))
	l, err := ledger.Open(t.Context(), filepath.Join(folder, "empty", "ringside.db"), "the test")
	must(t, err)
	must(t, l.Close())
	return folder
}

// play lets a history happen within a bubble and returns what was wrong with it.
func play(t *testing.T, folder string, how setting, h history, seen sights) (wrong, diary []string) {
	t.Helper()
	path := filepath.Join(folder, "history", "ringside.db")
	must(t, os.CopyFS(filepath.Dir(path), os.DirFS(filepath.Join(folder, "empty"))))
	defer os.RemoveAll(filepath.Dir(path)) //nolint:errcheck // the test's own folder goes in the end
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, path, how)
		for i, s := range h {
			time.Sleep(s.after)
			w.note("%d. %s", i+1, s.says)
			s.do(t, w)
		}
		w.end(t)
		ops, err := operationsOf(context.Background(), path)
		must(t, err)
		for _, o := range slices.Backward(ops) {
			w.note("ledger: %s %s by %s, %s, %d sends, yes of %q, repeats %q, undoes %q: %s",
				o.ID, o.Kind, o.Asker, o.State, o.Sends, o.ConfirmedBy, o.Source, o.Undoes, roomWords(o.Rooms))
		}
		for _, b := range w.sim.Battles() {
			w.note("truth: a battle %q from %s to %s of %v", b.Note, b.Start.Format(time.TimeOnly), b.End.Format(time.TimeOnly), b.Rooms)
		}
		for _, e := range w.sim.Effects() {
			w.note("truth: %v %s %d → %d gift %v late %v", e.Op, e.Room, e.Score, e.After, e.Gift, e.Late)
		}
		v := judge(w.sim, ops)
		v.people(w.heard)
		v.asks(w)
		v.authority()
		v.exclusion(w.sim)
		v.rate(w.sim, w.starts)
		wrong, diary = v.wrong, w.diary
		seen.add(w, ops)
	})
	return wrong, diary
}

func roomWords(rooms []ledger.Room) string {
	var all []string
	for _, r := range rooms {
		before := "?"
		if r.Before != nil {
			before = fmt.Sprint(*r.Before)
		}
		all = append(all, fmt.Sprintf("%s %d from %s: %q %s", r.Room, r.Points, before, r.Outcome, r.Reason))
	}
	return strings.Join(all, ", ")
}

// sights counts what histories came upon, since a proof that meets nothing proves nothing.
type sights map[string]int

func (s sights) add(w *world, ops []ledger.Operation) {
	s["histories"]++
	s["runs of the program"] += 1 + len(w.ghosts)
	for _, o := range ops {
		s[string(o.State)]++
		if o.Sends > 1 {
			s["sent again"]++
		}
		if o.Approval && o.ConfirmedBy != "" {
			s["approved"]++
		}
		if o.Source != "" {
			s["repeated by a button"]++
		}
		if o.Undoes != "" && o.Has(ledger.Applied) {
			s["undone"]++
		}
		for _, r := range o.Rooms {
			s["room "+string(r.Outcome)]++
			if slices.Contains([]string{ledger.SweptReason, ledger.DisprovedReason, ledger.ResolvedReason, ledger.FoundReason}, r.Reason) {
				s[r.Reason]++
			}
		}
	}
}

// want complains about what was never seen, unless there were few histories.
func (s sights) want(t *testing.T, what ...string) {
	t.Helper()
	t.Log(s)
	for _, one := range append(what, "room applied", "room not applied", "room unknown", "expired") {
		if s[one] == 0 && s["histories"] >= 100 {
			t.Errorf("%d histories, and none came upon %q", s["histories"], one)
		}
	}
}
