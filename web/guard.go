package web

import (
	"errors"
	"fmt"
	"net/http"
	"runtime"
	"time"

	"go.uber.org/zap"
)

const plainText = "text/plain; charset=utf-8"

// maxLoggedPath bounds, in bytes, what a log line repeats of a path.
const maxLoggedPath = 200

// guard puts around a mux what every request needs: safe headers, a bounded body, recovery, a line in
// the log, and plain words where nothing is.
func guard(mux *http.ServeMux, log *zap.Logger) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		begun := time.Now()
		seen := &observed{ResponseWriter: w}
		defer logRequest(log, seen, r, begun)
		defer recoverRequest(log, seen, r)
		setSafeHeaders(w.Header())
		r.Body = http.MaxBytesReader(w, r.Body, maxBodyBytes)
		serve(mux, seen, r)
	})
}

// serve lets the mux answer, and puts what it says when it knows no answer into plain words.
func serve(mux *http.ServeMux, w http.ResponseWriter, r *http.Request) {
	if fallback, pattern := mux.Handler(r); pattern == "" {
		fallback.ServeHTTP(&worded{ResponseWriter: w}, r)
		return
	}
	mux.ServeHTTP(w, r)
}

// setSafeHeaders sets what suits an endpoint that no page is made of; a handler of a page sets its own.
func setSafeHeaders(h http.Header) {
	h.Set("Cache-Control", "no-store")
	h.Set("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'")
	h.Set("Cross-Origin-Resource-Policy", "same-origin")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("X-Frame-Options", "DENY")
}

// recoverRequest answers 500 for a handler that panicked, unless it had begun to answer.
func recoverRequest(log *zap.Logger, w *observed, r *http.Request) {
	thrown := recover()
	if thrown == nil {
		return
	}
	if err, ok := thrown.(error); ok && errors.Is(err, http.ErrAbortHandler) {
		panic(http.ErrAbortHandler) //nolint:forbidigo // the agreed way to cut a reply off, and no fault
	}
	log.Error("request panicked",
		zap.String("path", loggedPath(r)), zap.String("panic", kindOf(thrown)), zap.Stack("stack"))
	if w.status != 0 {
		panic(http.ErrAbortHandler) //nolint:forbidigo // a reply that is cut off must not look whole
	}
	w.Header().Set("Content-Type", plainText)
	w.WriteHeader(http.StatusInternalServerError)
	_, _ = w.Write([]byte("Something went wrong inside Ringside.\n")) // the caller may be gone
}

// kindOf tells what was thrown without its value, which may hold anything the request held.
func kindOf(thrown any) string {
	if err, ok := thrown.(error); ok {
		var own runtime.Error
		if errors.As(err, &own) {
			return own.Error()
		}
	}
	return fmt.Sprintf("a value of type %T", thrown)
}

// logRequest leaves out queries and bodies: either may hold a secret.
func logRequest(log *zap.Logger, w *observed, r *http.Request, begun time.Time) {
	line := log.Check(zap.DebugLevel, "request")
	if line == nil {
		return
	}
	line.Write(
		zap.String("method", bounded(r.Method)),
		zap.String("path", loggedPath(r)),
		zap.Int("status", w.status),
		zap.Int64("bytes", w.bytes),
		zap.Duration("took", time.Since(begun)),
	)
}

func loggedPath(r *http.Request) string { return bounded(r.URL.Path) }

func bounded(s string) string { return s[:min(len(s), maxLoggedPath)] }

// observed remembers what was answered.
type observed struct {
	http.ResponseWriter
	status int // 0 until the answer has begun
	bytes  int64
}

// Unwrap lets http.ResponseController reach the connection.
func (o *observed) Unwrap() http.ResponseWriter { return o.ResponseWriter }

// WriteHeader notes the status; that of an interim answer is not the one.
func (o *observed) WriteHeader(status int) {
	if o.status == 0 && status >= http.StatusOK {
		o.status = status
	}
	o.ResponseWriter.WriteHeader(status)
}

// Write notes the size.
func (o *observed) Write(p []byte) (int, error) {
	if o.status == 0 {
		o.status = http.StatusOK
	}
	n, err := o.ResponseWriter.Write(p)
	o.bytes += int64(n)
	return n, err
}
