package edge_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"go.uber.org/goleak"

	"ringside/bot/edge"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestSlotsAreBounded(t *testing.T) {
	t.Parallel()
	slots := make(edge.Slots, 2)
	hold, ran := make(chan struct{}), make(chan struct{}, 2)
	task := func() { <-hold; ran <- struct{}{} }
	for range cap(slots) {
		if !slots.Start(task) {
			t.Fatal("a free slot was refused")
		}
	}
	if slots.Start(task) {
		t.Error("a third task got one of two slots")
	}
	close(hold)
	slots.Wait()
	if len(ran) != 2 {
		t.Errorf("%d tasks had ended when Wait returned, want 2", len(ran))
	}
	if !slots.Start(func() {}) {
		t.Error("no slot came back")
	}
	slots.Wait()
}

func TestKindOfTellsNoValue(t *testing.T) {
	t.Parallel()
	for name, thrown := range map[string]any{
		"a text": "hidden", "an error": errors.New("hidden"), "a wrapped error": fmt.Errorf("x: %w", errors.New("hidden")),
	} {
		if kind := edge.KindOf(thrown); strings.Contains(kind, "hidden") || kind == "" {
			t.Errorf("%s is told as %q", name, kind)
		}
	}
	defer func() {
		if kind := edge.KindOf(recover()); !strings.Contains(kind, "index out of range") {
			t.Errorf("the runtime's own words are lost: %q", kind)
		}
	}()
	var none []int
	_ = none[len(none)]
}
