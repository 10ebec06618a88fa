package operations_test

import (
	"bytes"
	"context"
	"fmt"
	"net"
	"slices"
	"sync"
	"testing"
	"time"

	"ringside/ledger"
	"ringside/tencent"
	"ringside/tencent/simulator"
)

// BenchmarkBulk sends 10,000 rows over 2,500 battles, which are 2,500 calls, as fast as the ceiling lets it. "%ceiling" is
// the share of the calls that the ceiling would allow in the time from the first call to the last.
func BenchmarkBulk(b *testing.B) {
	const battles = 2500
	for _, bench := range []struct {
		kind    ledger.Kind
		ceiling int
		latency time.Duration
	}{
		{ledger.Add, 100, 0}, {ledger.Add, 100, 500 * time.Millisecond}, {ledger.Set, 100, 0}, {ledger.Set, 100, 500 * time.Millisecond}, {ledger.Add, 200, 500 * time.Millisecond},
	} {
		b.Run(fmt.Sprintf("%s/ceiling=%d/latency=%s", bench.kind, bench.ceiling, bench.latency), func(b *testing.B) {
			for range b.N {
				f := newField(b, 0)
				rows := make([]ledger.BulkRow, 0, 4*battles)
				for i := range battles {
					id, err := f.sim.AddBattle(simulator.BattleSpec{From: fmt.Sprint(i, "a"), To: []string{fmt.Sprint(i, "b"), fmt.Sprint(i, "c"), fmt.Sprint(i, "d")}, Duration: time.Hour})
					must(b, err)
					f.battles = append(f.battles, id)
					for _, name := range []string{"a", "b", "c", "d"} {
						rows = append(rows, ledger.BulkRow{Line: len(rows) + 1, Kind: bench.kind, Battle: id, Room: fmt.Sprint(i, name), Points: int64(len(rows) + 1), Most: 1e6, Over: 1e6})
					}
				}
				if bench.latency > 0 {
					f.sim.Plan(1, 1, simulator.Slow(bench.latency))
				}
				sent := &departures{}
				engine := f.dialing(b, f.ledger, "one", bench.ceiling, sent.dial)
				f.start(b, rows)
				p := run(b, engine).last(b)
				if !p.Done || p.Applied != len(rows) {
					b.Fatalf("ended as %+v", p)
				}
				perSecond := pace(f)
				b.ReportMetric(perSecond, "calls/s")
				b.ReportMetric(100*perSecond/float64(bench.ceiling), "%ceiling")
				if most := sent.most(); most > bench.ceiling {
					b.Errorf("%d calls left in a second", most)
				}
			}
		})
	}
}

// pace returns how many calls a second arrived, from the first to the last.
func pace(f *field) float64 {
	var first, last time.Time
	n := 0
	for _, c := range f.sim.Calls() {
		if c.Command != simulator.SetBattleScore {
			continue
		}
		if n++; first.IsZero() {
			first = c.At
		}
		last = c.At
	}
	return float64(n-1) / last.Sub(first).Seconds()
}

// departures notes when each overwrite or addition leaves this machine. When they arrive says less: what left apart may
// arrive together.
type departures struct {
	mu sync.Mutex
	at []time.Time
}

func (d *departures) dial(ctx context.Context, network, address string) (net.Conn, error) {
	conn, err := new(net.Dialer).DialContext(ctx, network, address)
	return &noting{conn, d}, err
}

type noting struct {
	net.Conn
	departures *departures
}

func (n *noting) Write(p []byte) (int, error) {
	if bytes.Contains(p, []byte(tencent.CommandSetBattleScore)) {
		n.departures.mu.Lock()
		n.departures.at = append(n.departures.at, time.Now())
		n.departures.mu.Unlock()
	}
	return n.Conn.Write(p)
}

// most returns the largest number of departures within one second.
func (d *departures) most() int {
	d.mu.Lock()
	defer d.mu.Unlock()
	slices.SortFunc(d.at, time.Time.Compare)
	most, first := 0, 0
	for i, at := range d.at {
		for at.Sub(d.at[first]) >= time.Second {
			first++
		}
		most = max(most, i-first+1)
	}
	return most
}
