package web

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"syscall"

	"go.uber.org/zap"
)

func (f *face) listen(ctx context.Context) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.address == "" || f.listener != nil {
		return nil
	}
	var config net.ListenConfig
	l, err := config.Listen(ctx, "tcp", f.address)
	if err != nil {
		return fmt.Errorf("%s: %s %w", f.setting, f.address, listenError{err})
	}
	f.listener = l
	return nil
}

// listenError says in plain words why an address cannot be listened on.
type listenError struct{ cause error }

// Error continues a sentence that begins with the address.
func (e listenError) Error() string {
	switch {
	case errors.Is(e.cause, syscall.EADDRINUSE):
		return "is in use"
	case errors.Is(e.cause, syscall.EACCES):
		return "needs rights that this process does not have"
	case errors.Is(e.cause, syscall.EADDRNOTAVAIL):
		return "is not an address of this machine"
	default:
		return "cannot be listened on: " + e.cause.Error()
	}
}

// Unwrap returns the cause.
func (e listenError) Unwrap() error { return e.cause }

// open returns the listener, or nil.
func (f *face) open() net.Listener {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.listener
}

// close closes a listener on which nothing was served.
func (f *face) close() {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.listener != nil {
		_ = f.listener.Close() // it is given up either way
		f.listener = nil
	}
}

func (f *face) serve(ctx context.Context, l net.Listener) error {
	f.server.BaseContext = func(net.Listener) context.Context {
		return context.WithoutCancel(ctx) // a running request is let finish; stopAfter bounds it
	}
	if err := f.server.Serve(l); !errors.Is(err, http.ErrServerClosed) {
		return fmt.Errorf("%s: serve: %w", f.setting, err)
	}
	return nil
}

// stopAfter waits for ctx and then for the running requests, which it cuts off after stopTimeout.
func (f *face) stopAfter(ctx context.Context, log *zap.Logger) error {
	<-ctx.Done()
	bounded, cancel := context.WithTimeout(context.WithoutCancel(ctx), stopTimeout)
	defer cancel()
	if err := f.server.Shutdown(bounded); err != nil {
		log.Warn("requests were cut off at the end", zap.String("listener", f.setting), zap.Error(err))
		_ = f.server.Close() // the sockets are gone either way
	}
	return nil
}

func (f *face) addr() string {
	if l := f.open(); l != nil {
		return l.Addr().String()
	}
	return ""
}
