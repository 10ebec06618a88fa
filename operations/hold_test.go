package operations

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"
)

func TestHoldsKeepOverwritesApart(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		first, second bool // exclusive
		together      bool
	}{
		"additions run together":             {false, false, true},
		"an overwrite waits for an addition": {false, true, false},
		"an addition waits for an overwrite": {true, false, false},
		"overwrites one after the other":     {true, true, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				h := newHolds()
				release, err := h.take(t.Context(), "b", tc.first, Holder{By: "ana"})
				if err != nil {
					t.Fatal(err)
				}
				began := time.Now()
				second, err := h.take(t.Context(), "b", tc.second, Holder{By: "ben"})
				if tc.together {
					if err != nil {
						t.Fatal(err)
					}
					second()
				} else {
					var held *HeldError
					if !errors.As(err, &held) || held.Holder.By != "ana" {
						t.Fatalf("got %v, want to be told that ana holds it", err)
					}
					if waited := time.Since(began); waited != holdWait {
						t.Errorf("waited %v, want %v", waited, holdWait)
					}
				}
				release()
				third, err := h.take(t.Context(), "b", tc.second, Holder{By: "cam"})
				if err != nil {
					t.Fatalf("after the release: %v", err)
				}
				third()
				if len(h.battles) != 0 {
					t.Errorf("%d holds are remembered with nobody left", len(h.battles))
				}
			})
		})
	}
}

func TestHoldsOfOtherBattlesDoNotWait(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := newHolds()
		if _, err := h.take(t.Context(), "b", true, Holder{}); err != nil {
			t.Fatal(err)
		}
		if _, err := h.take(t.Context(), "c", true, Holder{}); err != nil {
			t.Fatal(err)
		}
	})
}

func TestAnOverwriteIsNotStarvedByAdditions(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := newHolds()
		first, err := h.take(t.Context(), "b", false, Holder{})
		if err != nil {
			t.Fatal(err)
		}
		var order []string
		done := make(chan struct{})
		go func() {
			defer close(done)
			release, err := h.take(t.Context(), "b", true, Holder{})
			if err != nil {
				t.Error(err)
				return
			}
			order = append(order, "overwrite")
			release()
		}()
		synctest.Wait()
		later := make(chan struct{})
		go func() {
			defer close(later)
			release, err := h.take(t.Context(), "b", false, Holder{})
			if err != nil {
				t.Error(err)
				return
			}
			<-done
			order = append(order, "addition")
			release()
		}()
		synctest.Wait()
		first()
		<-later
		if len(order) != 2 || order[0] != "overwrite" {
			t.Errorf("order: %v", order)
		}
	})
}

func TestAHoldIsGivenUpWithItsContext(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := newHolds()
		if _, err := h.take(t.Context(), "b", true, Holder{}); err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if _, err := h.take(ctx, "b", false, Holder{}); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("got %v", err)
		}
	})
}
