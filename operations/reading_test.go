package operations_test

import (
	"context"
	"sync"
	"testing"
	"time"

	"ringside/ledger"
	"ringside/ledger/ledgertest"
	"ringside/operations"
)

// crowded is a reader that refuses everybody at once, as a full line for the limiter does.
type crowded struct {
	mu    sync.Mutex
	waits []time.Duration // how long each asker would have waited
}

func (c *crowded) Standings(ctx context.Context, _ string) ([]ledger.Standing, error) {
	deadline, _ := ctx.Deadline()
	wait := time.Until(deadline)
	c.mu.Lock()
	c.waits = append(c.waits, wait)
	c.mu.Unlock()
	return nil, context.DeadlineExceeded
}

func (c *crowded) BatchStandings(ctx context.Context, battle string) ([]ledger.Standing, error) {
	return c.Standings(ctx, battle)
}

func TestAnAdditionDoesNotStandInLineToRead(t *testing.T) {
	t.Parallel()
	kept, err := ledgertest.Open(t.Context(), ledgertest.Place(t))
	must(t, err)
	reader := &crowded{}
	engine, err := operations.New(kept, quick{}, reader, "one", time.Second)
	must(t, err)
	t.Cleanup(func() {
		must(t, engine.Close(context.WithoutCancel(t.Context())))
		must(t, kept.Close())
	})
	got, err := engine.Submit(t.Context(), operations.Ask{
		Key: "k", Kind: ledger.Add, Battle: "b", Rooms: []ledger.Room{room("pk-live1", 100)},
		By: operations.Person{ID: "console:local"}, Channel: "console:local",
	})
	must(t, err)
	if !got.Operation.Has(ledger.Applied) || got.Operation.Rooms[0].Before != nil {
		t.Errorf("got %+v", got.Operation.Rooms)
	}
	if len(reader.waits) != 2 || reader.waits[0] > 500*time.Millisecond || reader.waits[1] < time.Second {
		t.Errorf("it would have waited %v; want a moment before the write, and longer after it", reader.waits)
	}
}

func (c *crowded) Find(context.Context, []string, time.Time, time.Time, time.Duration) (string, bool, error) {
	return "", false, nil
}
