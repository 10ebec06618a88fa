package overlay_test

import (
	"bufio"
	"bytes"
	"fmt"
	"net"
	"net/http/httptest"
	"slices"
	"sync/atomic"
	"testing"
	"time"
)

// BenchmarkViewers measures, over loopback, from a change in the feed to its bytes at each of the viewers of one
// battle. One operation is one update to all of them; allocations are those of the whole process.
func BenchmarkViewers(b *testing.B) {
	for _, viewers := range []int{1, 100, 1000} {
		b.Run(fmt.Sprint(viewers), func(b *testing.B) {
			f := newFeed()
			f.battle("b").show(scores(-1, 0))
			s := newServer(b, f, &gate{})
			srv := httptest.NewServer(s.Handler())
			b.Cleanup(func() { s.Close(); srv.Close() })
			all := &audience{latencies: make([]time.Duration, 0, b.N*viewers), arrived: make(chan time.Duration, viewers)}
			for range viewers {
				all.join(b, srv.Listener.Addr().String())
			}
			all.wait(viewers) // the first view
			all.latencies = all.latencies[:0]
			b.ReportAllocs()
			b.ResetTimer()
			for i := range b.N {
				all.changed.Store(time.Now().UnixNano())
				f.battle("b").show(scores(int64(i), 0))
				all.wait(viewers)
			}
			b.StopTimer()
			all.report(b)
		})
	}
}

// audience reads streams and does nothing else, so that little but the server is measured.
type audience struct {
	changed   atomic.Int64 // when the feed changed, in Unix nanoseconds
	arrived   chan time.Duration
	latencies []time.Duration
}

func (a *audience) join(b *testing.B, address string) {
	b.Helper()
	conn, err := dialer().DialContext(b.Context(), "tcp", address)
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = conn.Close() })
	if _, err := fmt.Fprintf(conn, "GET %s HTTP/1.1\r\nHost: overlay\r\n\r\n", streamPath("b")); err != nil {
		b.Fatal(err)
	}
	go a.read(conn)
}

func (a *audience) read(conn net.Conn) {
	lines, view := bufio.NewReader(conn), []byte(`data: {"now"`)
	for {
		line, err := lines.ReadSlice('\n')
		if err != nil {
			return
		}
		if bytes.HasPrefix(line, view) {
			a.arrived <- time.Duration(time.Now().UnixNano() - a.changed.Load())
		}
	}
}

func (a *audience) wait(viewers int) {
	for range viewers {
		a.latencies = append(a.latencies, <-a.arrived)
	}
}

func (a *audience) report(b *testing.B) {
	slices.Sort(a.latencies)
	at := func(part float64) float64 {
		return float64(a.latencies[int(part*float64(len(a.latencies)-1))]) / float64(time.Millisecond)
	}
	b.ReportMetric(at(0.5), "median-ms")
	b.ReportMetric(at(0.99), "p99-ms")
	b.ReportMetric(at(1), "worst-ms")
}
