package operations

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"
)

// TestGateFollowsItsBound opens a gate wider and closes it again while some wait.
func TestGateFollowsItsBound(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		most := 2
		g := newGate(func() int { return most })
		in := make(chan func(), 10)
		for range 6 {
			go func() {
				if leave, err := g.enter(t.Context()); err == nil {
					in <- leave
				}
			}()
		}
		for _, step := range []struct{ most, leave, inside int }{{2, 0, 2}, {2, 1, 2}, {4, 1, 4}, {1, 3, 1}, {1, 1, 0}} {
			synctest.Wait()
			most = step.most
			for range step.leave {
				(<-in)()
			}
			synctest.Wait()
			if g.inside != step.inside {
				t.Errorf("%+v: %d are inside", step, g.inside)
			}
		}
	})
}

func TestGateLetsGoOfWhoLeaves(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		g := newGate(func() int { return 1 })
		leave, err := g.enter(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithTimeoutCause(t.Context(), time.Second, errStopped)
		defer cancel()
		if _, err := g.enter(ctx); !errors.Is(err, errStopped) {
			t.Errorf("got %v", err)
		}
		leave()
		if leave, err = g.enter(t.Context()); err != nil {
			t.Fatal(err)
		}
		leave()
	})
}

// TestABulkTakesOnlyWhatIsFree tries battles that others have or wait for.
func TestABulkTakesOnlyWhatIsFree(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		held, waits, wants bool // exclusive; nobody waits for additions
		free               bool
	}{
		"an addition beside an addition":                              {false, false, false, true},
		"an addition beside an overwrite":                             {true, false, false, false},
		"an overwrite beside an addition":                             {false, false, true, false},
		"an overwrite beside an overwrite":                            {true, false, true, false},
		"an addition where an overwrite waits for another addition":   {false, true, false, false},
		"an overwrite where an overwrite waits for another overwrite": {true, true, true, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				h := newHolds()
				release, err := h.take(t.Context(), "b", tc.held, Holder{By: "ana"})
				if err != nil {
					t.Fatal(err)
				}
				if tc.waits {
					go func() {
						if release, err := h.take(t.Context(), "b", true, Holder{By: "cam"}); err == nil {
							release()
						}
					}()
					synctest.Wait()
				}
				leave, err := h.try("b", tc.wants, Holder{By: "ben"})
				var held *HeldError
				if free := err == nil; free != tc.free || !free && (!errors.As(err, &held) || held.Holder.By != "ana") {
					t.Errorf("got %v", err)
				}
				if leave != nil {
					leave()
				}
				release()
				synctest.Wait()
				if len(h.battles) != 0 {
					t.Errorf("%d holds are remembered with nobody left", len(h.battles))
				}
			})
		})
	}
}
