package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"ringside/bot/slackbot/slackfake"
	"ringside/ledger"
	"ringside/tencent"
)

const (
	benchTick   = 25 * time.Millisecond // between two things that are measured, where the program is to rest meanwhile
	benchRate   = 10_000                // calls a second: no limit that a benchmark of one caller meets
	benchLimit  = 20 * time.Second
	warmUps     = 2 * benchBattles
	ackPace     = 5 * time.Millisecond // 200 commands a second
	ackLines    = 16                   // connections that Slack keeps to us
	probeRegion = 4 << 20
)

// BenchmarkSlackToTencent measures one command at a time on the way from the bytes of Slack's signed request to the
// bytes at Tencent's door, with everything between as it is in production, the synced ledger included.
//
//	p50, p99   the whole way
//	sync-p50   the disk alone: a sync of as many bytes as the intent writes, on a file beside the ledger, while a
//	           battle is read as the command does too
//	net-p50    the network alone: the same bytes there and back on a bare connection
//	own-p50    what is left: p50 less sync-p50 less net-p50
//	ledger-p50 a whole durable write of such an intent, sync included, on a second ledger in the same folder
//	read-p50   a read of the battle; the write waits for the one that runs beside the ledger's write
//	asked-p50  from Slack's bytes to that read at Tencent's door: own work and network, no disk
//
// The probes run in the same seconds as the commands, between them. When rested, each measurement follows some
// milliseconds in which nothing happens, as between two commands of people, so that the processor's caches and sleep
// are part of it; when busy, one follows the other at once. ns/op means nothing here.
func BenchmarkSlackToTencent(b *testing.B) {
	b.Run("rested", func(b *testing.B) {
		tick := time.NewTicker(benchTick)
		defer tick.Stop()
		slackToTencent(b, func() { <-tick.C })
	})
	b.Run("busy", func(b *testing.B) { slackToTencent(b, func() {}) })
}

func slackToTencent(b *testing.B, pause func()) {
	b.Helper()
	w := newBenchWorld(b)
	svc := w.serve(b, "http", benchRate)
	slack := dialSlackLine(b, svc.web.Addr())
	for range warmUps {
		w.command(b, svc, slack)
	}
	p := newProbes(b, w, svc)
	var whole, asked []time.Duration
	b.ReportAllocs()
	b.ResetTimer()
	for range b.N {
		pause()
		way := w.command(b, svc, slack)
		whole, asked = append(whole, way.whole), append(asked, way.asked)
		for _, probe := range []func(*testing.B){p.write, p.sync, p.network} {
			pause()
			probe(b)
		}
	}
	b.StopTimer()
	b.ReportMetric(micros(whole, 50), "p50-µs")
	b.ReportMetric(micros(whole, 99), "p99-µs")
	b.ReportMetric(micros(asked, 50), "asked-p50-µs")
	p.report(b, micros(whole, 50))
}

// benchWay is how long one command took.
type benchWay struct{ whole, asked time.Duration }

// command sends one command and waits until its result stands in Slack.
func (w *benchWorld) command(b *testing.B, svc *service, slack *slackLine) benchWay {
	b.Helper()
	request, err := w.ask(b.Context(), svc.web.Addr())
	mustB(b, err)
	drainArrivals(w.door.reads)
	drainArrivals(w.door.writes)
	told := w.slack.Calls(slackfake.Reply)
	sent, _, err := slack.send(request)
	mustB(b, err)
	limit, cancel := context.WithTimeout(b.Context(), benchLimit)
	defer cancel()
	var gone benchWay
	gone.asked, gone.whole = awaitArrival(b, limit, w.door.reads).Sub(sent), awaitArrival(b, limit, w.door.writes).Sub(sent)
	mustB(b, w.slack.Wait(limit, func() bool { return w.slack.Calls(slackfake.Reply) > told }))
	return gone
}

func awaitArrival(b *testing.B, ctx context.Context, arrivals <-chan time.Time) time.Time { //nolint:revive // b first, as everywhere
	b.Helper()
	select {
	case at := <-arrivals:
		return at
	case <-ctx.Done():
		b.Fatal("nothing arrived")
		return time.Time{}
	}
}

// probes measure the parts of the way that are not Ringside's work.
type probes struct {
	svc     *service
	battle  string
	second  *ledger.Ledger
	file    *os.File
	content []byte // as much as one intent writes
	bare    func() time.Duration
	records int

	writes, syncs, reads, networks []time.Duration
}

func newProbes(b *testing.B, w *benchWorld, svc *service) *probes {
	b.Helper()
	request, err := w.ask(b.Context(), svc.web.Addr())
	mustB(b, err)
	p := &probes{svc: svc, battle: w.battles[0], bare: newBare(b, len(request), w.door.requestSize())}
	path := filepath.Join(w.folder, "second.db")
	p.second, err = ledger.Open(b.Context(), path, "the benchmark")
	mustB(b, err)
	p.file, err = os.Create(filepath.Join(w.folder, "probe"))
	mustB(b, err)
	b.Cleanup(func() { mustB(b, p.second.Close()); mustB(b, p.file.Close()) })
	_, err = p.file.Write(make([]byte, probeRegion)) // the write-ahead log is written over again and again, too
	mustB(b, err)
	mustB(b, p.file.Sync())
	p.content = make([]byte, p.growth(b, path+"-wal"))
	return p
}

// growth returns how many bytes one intent adds to a write-ahead log.
func (p *probes) growth(b *testing.B, wal string) int64 {
	b.Helper()
	p.record(b)
	before, err := os.Stat(wal)
	mustB(b, err)
	p.record(b)
	after, err := os.Stat(wal)
	mustB(b, err)
	return after.Size() - before.Size()
}

func (p *probes) record(b *testing.B) {
	b.Helper()
	p.records++
	id, now := fmt.Sprintf("%06d", p.records), time.Now()
	mustB(b, p.second.Record(b.Context(), "slack:"+id, ledger.Operation{
		ID: id, Kind: ledger.Add, Battle: p.battle, Alias: "show0", State: ledger.Intent, Rooms: []ledger.Room{{Room: "pk-0-red", Points: 1}},
		Asker: "slack:T0123/user/U0456", AskerName: "mika", Channel: "slack:T0123/C0AB", Created: now, Owner: "bench",
		Lease: now.Add(time.Minute), SendBy: now.Add(time.Minute), Sends: 1,
	}, []ledger.Button{{ID: "again-" + id, Action: "again", Expires: now.Add(time.Minute)}}))
}

func (p *probes) write(b *testing.B) {
	b.Helper()
	began := time.Now()
	p.record(b)
	p.writes = append(p.writes, time.Since(began))
}

func (p *probes) sync(b *testing.B) {
	b.Helper()
	var beside sync.WaitGroup
	beside.Go(func() { p.read(b) })
	defer beside.Wait()
	at := int64(p.records) * int64(len(p.content)) % (probeRegion - int64(len(p.content)))
	_, err := p.file.WriteAt(p.content, at)
	mustB(b, err)
	began := time.Now()
	mustB(b, p.file.Sync())
	p.syncs = append(p.syncs, time.Since(began))
}

func (p *probes) read(b *testing.B) {
	b.Helper()
	began := time.Now()
	if _, err := p.svc.client.BattleInfo(b.Context(), tencent.ClassPerson, tencent.BattleQuery{ID: p.battle}); err != nil {
		b.Error(err)
	}
	p.reads = append(p.reads, time.Since(began))
}

func (p *probes) network(b *testing.B) {
	b.Helper()
	p.networks = append(p.networks, p.bare())
}

func (p *probes) report(b *testing.B, whole float64) {
	b.Helper()
	disk, network := micros(p.syncs, 50), micros(p.networks, 50)
	b.ReportMetric(disk, "sync-p50-µs")
	b.ReportMetric(network, "net-p50-µs")
	b.ReportMetric(whole-disk-network, "own-p50-µs")
	b.ReportMetric(micros(p.writes, 50), "ledger-p50-µs")
	b.ReportMetric(micros(p.reads, 50), "read-p50-µs")
}

// BenchmarkAcknowledgement measures from the bytes of a command to its acknowledgement while 200 commands arrive
// every second, each of them carried out. ns/op is the pace.
//
//	p50, p99     of the acknowledgement
//	settled-p50  from the intent in the ledger to the outcome, which needs Tencent's answer
func BenchmarkAcknowledgement(b *testing.B) {
	b.Run("http", func(b *testing.B) {
		w := newBenchWorld(b)
		svc := w.serve(b, "http", 200)
		lines := make(chan *slackLine, ackLines)
		for range ackLines {
			lines <- dialSlackLine(b, svc.web.Addr())
		}
		paced(b, func() (time.Duration, error) {
			request, err := w.ask(b.Context(), svc.web.Addr())
			if err != nil {
				return 0, err
			}
			l := <-lines
			defer func() { lines <- l }()
			sent, answered, err := l.send(request)
			return answered.Sub(sent), err
		})
		w.reportSettled(b, svc)
	})
	b.Run("socket", func(b *testing.B) {
		w := newBenchWorld(b)
		svc := w.serve(b, "socket", 200)
		paced(b, func() (time.Duration, error) {
			receipt, err := w.slack.Ask(b.Context(), slackfake.Ask{Text: w.text()})
			return receipt.Took, err
		})
		w.reportSettled(b, svc)
	})
}

// paced calls ask b.N times, 200 times a second whether or not earlier calls have returned.
func paced(b *testing.B, ask func() (time.Duration, error)) {
	b.Helper()
	took := make([]time.Duration, b.N)
	var asked sync.WaitGroup
	b.ReportAllocs()
	b.ResetTimer()
	began := time.Now()
	for i := range b.N {
		wait := time.NewTimer(time.Until(began.Add(time.Duration(i) * ackPace)))
		<-wait.C
		asked.Go(func() {
			var err error
			if took[i], err = ask(); err != nil {
				b.Error(err)
			}
		})
	}
	asked.Wait()
	b.StopTimer()
	b.ReportMetric(float64(b.N)/time.Since(began).Seconds(), "commands/s")
	b.ReportMetric(micros(took, 50), "p50-µs")
	b.ReportMetric(micros(took, 99), "p99-µs")
}

// reportSettled waits until everybody has been answered, and reports how long the operations took.
func (w *benchWorld) reportSettled(b *testing.B, svc *service) {
	b.Helper()
	limit, cancel := context.WithTimeout(b.Context(), benchLimit)
	defer cancel()
	mustB(b, w.slack.Wait(limit, func() bool { return w.slack.Calls(slackfake.Reply) >= b.N }))
	all, err := svc.ledger.Log(limit, "", b.N)
	mustB(b, err)
	var took []time.Duration
	for _, o := range all {
		if o.State == ledger.Settled {
			took = append(took, o.Settled.Sub(o.Created))
		}
	}
	b.ReportMetric(micros(took, 50), "settled-p50-µs")
}
