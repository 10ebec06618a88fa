package web_test

import (
	"errors"
	"net/http"
	"strings"
	"testing"

	"github.com/prometheus/client_golang/prometheus"

	"ringside/web"
)

func TestMetrics(t *testing.T) {
	t.Parallel()
	own := prometheus.NewRegistry()
	sent := prometheus.NewCounter(prometheus.CounterOpts{Name: "ringside_calls_total", Help: "Calls."})
	own.MustRegister(sent)
	sent.Add(3)
	s := start(t, anywhere(), nil, nil, web.WithMetrics(own))
	got := s.get(t, s.AdminAddr()+"/metrics")
	for _, want := range []string{"ringside_calls_total 3", "go_goroutines ", "process_start_time_seconds "} {
		if !strings.Contains(got.body, want) {
			t.Errorf("GET /metrics = %d without %q", got.status, want)
		}
	}
}

// brokenCollector has a metric and cannot tell its value.
type brokenCollector struct{ desc *prometheus.Desc }

func (c brokenCollector) Describe(to chan<- *prometheus.Desc) { to <- c.desc }

func (c brokenCollector) Collect(to chan<- prometheus.Metric) {
	to <- prometheus.NewInvalidMetric(c.desc, errors.New("no value"))
}

func TestABrokenGathererHidesOnlyItsOwn(t *testing.T) {
	t.Parallel()
	broken := prometheus.NewRegistry()
	broken.MustRegister(brokenCollector{prometheus.NewDesc("ringside_broken", "Never there.", nil, nil)})
	s := start(t, anywhere(), nil, nil, web.WithMetrics(broken))
	got := s.get(t, s.AdminAddr()+"/metrics")
	if got.status != http.StatusOK || !strings.Contains(got.body, "go_goroutines ") {
		t.Errorf("GET /metrics = %d %.100q", got.status, got.body)
	}
}

func TestTwoServersInOneProcess(t *testing.T) {
	t.Parallel()
	for range 2 {
		s := start(t, anywhere(), nil, nil)
		if got := s.get(t, s.AdminAddr()+"/metrics"); got.status != http.StatusOK {
			t.Errorf("GET /metrics = %d", got.status)
		}
	}
}

func TestProfiles(t *testing.T) {
	t.Parallel()
	s := start(t, anywhere(), nil, nil)
	tests := []struct{ name, method, path string }{
		{"index", "GET", "/debug/pprof/"},
		{"a named profile", "GET", "/debug/pprof/goroutine?debug=1"},
		{"the heap", "GET", "/debug/pprof/heap"},
		{"command line", "GET", "/debug/pprof/cmdline"},
		{"symbols by GET", "GET", "/debug/pprof/symbol"},
		{"symbols by POST", "POST", "/debug/pprof/symbol"},
		{"health", "GET", "/healthz"},
		{"readiness", "GET", "/readyz"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if got := s.do(t, tt.method, s.AdminAddr()+tt.path, ""); got.status != http.StatusOK || got.body == "" {
				t.Errorf("%s %s = %d %.100q", tt.method, tt.path, got.status, got.body)
			}
		})
	}
}
