package browser_test

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"sync"
	"testing"
	"time"

	"ringside/secret"
	"ringside/web/dashboard"
)

const operatorKey = "an-operator-key-that-opens"

func TestDashboard(t *testing.T) {
	t.Parallel()
	node := tools(t)
	known := &overview{}
	p := newPlace(t, func() (http.Handler, func()) {
		pages, err := dashboard.New(known, secret.New(operatorKey))
		if err != nil {
			t.Error(err)
			return http.NotFoundHandler(), func() {}
		}
		return pages.Handler(), pages.Close
	})
	control := controlled(t, p, map[string]func(*json.Decoder) error{"overview": known.take})
	run(t, node, "dashboard.test.mjs", p.url(), control, operatorKey)
}

var errTold = errors.New("the page's test wants it so")

// overview is what the page's test said last. Times are milliseconds from then.
type overview struct {
	mu   sync.Mutex
	last dashboard.Overview
	fail bool
}

func (o *overview) Overview(context.Context) (dashboard.Overview, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.fail {
		return dashboard.Overview{}, errTold
	}
	return o.last, nil
}

func (o *overview) take(d *json.Decoder) error {
	var told struct {
		Fail    bool
		Battles []struct {
			ID, Name string
			Rooms    []dashboard.Room
			Read     *int64
			Ends     *int64
			Unknown  int
		}
		Operations []struct {
			ID, Who, What, Outcome, Battle string
			At                             *int64
		}
	}
	if err := d.Decode(&told); err != nil {
		return err
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	o.fail, o.last = told.Fail, dashboard.Overview{}
	for _, b := range told.Battles {
		o.last.Battles = append(o.last.Battles, dashboard.Battle{
			ID: b.ID, Name: b.Name, Rooms: b.Rooms, Read: afterNow(b.Read), Ends: afterNow(b.Ends), Unknown: b.Unknown,
		})
	}
	for _, op := range told.Operations {
		o.last.Operations = append(o.last.Operations, dashboard.Operation{
			ID: op.ID, At: afterNow(op.At), Who: op.Who, What: op.What, Outcome: op.Outcome, Battle: op.Battle,
		})
	}
	return nil
}

func afterNow(ms *int64) time.Time {
	if ms == nil {
		return time.Time{}
	}
	return time.Now().Add(time.Duration(*ms) * time.Millisecond)
}
