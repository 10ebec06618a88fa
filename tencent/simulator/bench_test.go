package simulator_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"ringside/tencent/simulator"
)

// BenchmarkCall measures the simulator's own share of a call, without a network: what to subtract when it stands
// at the far end of another measurement.
func BenchmarkCall(b *testing.B) {
	sim := newSimulator(b, simulator.WithClock(newClock().Now), simulator.WithHistory(1000))
	body, target := addBoth(addBattle(b, sim)), pathOf(simulator.SetBattleScore)+"?"+goodQuery().Encode()
	b.ReportAllocs()
	for b.Loop() {
		request := httptest.NewRequestWithContext(b.Context(), http.MethodPost, target, strings.NewReader(body))
		sim.ServeHTTP(httptest.NewRecorder(), request)
	}
	if sim.Totals().Effects == 0 {
		b.Error("no call took effect")
	}
}
