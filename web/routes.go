package web

import (
	"errors"
	"fmt"
	"maps"
	"net/http"
	"net/http/pprof"
	"slices"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"
	"go.uber.org/zap"
)

// publicMux serves health and the platforms' endpoints.
func publicMux(ready *readiness, routes map[string]http.Handler) (*http.ServeMux, error) {
	mux := healthMux(ready)
	for _, pattern := range slices.Sorted(maps.Keys(routes)) {
		if err := mount(mux, pattern, routes[pattern]); err != nil {
			return nil, err
		}
	}
	return mux, nil
}

// mount turns the panics of http.ServeMux into errors.
func mount(mux *http.ServeMux, pattern string, h http.Handler) (err error) {
	if h == nil {
		return fmt.Errorf("web: nothing serves %q", pattern)
	}
	defer func() {
		if thrown := recover(); thrown != nil {
			err = fmt.Errorf("web: cannot mount %q: %v", pattern, thrown)
		}
	}()
	mux.Handle(pattern, h)
	return nil
}

// adminMux serves health, metrics and profiles.
func adminMux(ready *readiness, more []prometheus.Gatherer, log *zap.Logger) (*http.ServeMux, error) {
	metrics, err := metricsHandler(more, log)
	if err != nil {
		return nil, err
	}
	mux := healthMux(ready)
	mux.Handle("GET /metrics", metrics)
	mux.HandleFunc("GET /debug/pprof/", pprof.Index)
	mux.HandleFunc("GET /debug/pprof/cmdline", pprof.Cmdline)
	mux.HandleFunc("GET /debug/pprof/profile", pprof.Profile)
	mux.HandleFunc("GET /debug/pprof/symbol", pprof.Symbol)
	mux.HandleFunc("POST /debug/pprof/symbol", pprof.Symbol)
	mux.HandleFunc("GET /debug/pprof/trace", pprof.Trace)
	return mux, nil
}

func healthMux(ready *readiness) *http.ServeMux {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /healthz", alive)
	mux.Handle("GET /readyz", ready)
	return mux
}

// alive says that the process runs and answers, and nothing about what it is connected to.
func alive(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", plainText)
	_, _ = w.Write([]byte("ok")) // the caller may be gone
}

// metricsHandler shows the runtime's and the process's metrics and more. A gatherer that fails hides
// only its own.
func metricsHandler(more []prometheus.Gatherer, log *zap.Logger) (http.Handler, error) {
	own := prometheus.NewRegistry()
	err := errors.Join(
		own.Register(collectors.NewGoCollector()),
		own.Register(collectors.NewProcessCollector(collectors.ProcessCollectorOpts{})),
	)
	if err != nil {
		return nil, fmt.Errorf("web: register the runtime's metrics: %w", err)
	}
	all := append(prometheus.Gatherers{own}, more...)
	return promhttp.HandlerFor(all, promhttp.HandlerOpts{
		ErrorLog:            zap.NewStdLog(log.Named("metrics")),
		ErrorHandling:       promhttp.ContinueOnError,
		MaxRequestsInFlight: 4,
	}), nil
}
