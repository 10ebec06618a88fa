package overlay

import (
	"context"
	"errors"
	"net/http"
	"time"
)

var errSlow = errors.New("overlay: the feed did not answer in time")

// events streams a battle to one viewer.
func (s *Server) events(w http.ResponseWriter, r *http.Request) {
	p := passOf(r)
	id, ok := s.admit(r.Context(), p)
	if !ok {
		refuse(w)
		return
	}
	if r.Method == http.MethodHead {
		announce(w.Header())
		return
	}
	v, err := s.join(id, p) //nolint:contextcheck // the battle is followed for longer than this viewer stays
	if err != nil {
		busy(w, "10")
		return
	}
	defer s.leave(v)
	if err := s.ready(r.Context(), v.stage); err != nil {
		busy(w, "5")
		return
	}
	announce(w.Header())
	s.show(r.Context(), newLine(w), v)
}

// ready waits until the feed follows the battle, or says that it does not.
func (s *Server) ready(ctx context.Context, st *stage) error {
	limit := time.NewTimer(followWait)
	defer limit.Stop()
	select {
	case <-st.opened:
		return st.err
	case <-limit.C:
		return errSlow
	case <-ctx.Done():
		return ctx.Err()
	case <-s.ctx.Done():
		return s.ctx.Err()
	}
}

func announce(h http.Header) {
	h.Set("Content-Type", "text/event-stream; charset=utf-8")
	h.Set("X-Accel-Buffering", "no") // nginx would hold events back
}

// show writes scene after scene until the viewer leaves, is too slow, or has to go.
func (s *Server) show(ctx context.Context, out *line, v seat) {
	sc := v.stage.current.Load()
	if out.send(greeting(s.now()), sc.view.bytes) != nil {
		return
	}
	for {
		select {
		case <-sc.next:
		case <-ctx.Done():
			return
		case <-s.ctx.Done():
			return
		case <-v.group.closed:
			return
		case <-v.stage.done:
			return
		}
		seen := sc.seq
		sc = v.stage.current.Load()
		if out.send(sc.view.after(seen), sc.clock.after(seen)) != nil {
			return
		}
	}
}

// after returns the bytes of a frame that somebody who has seen everything up to seq has not seen.
func (f frame) after(seq uint64) []byte {
	if f.seq <= seq {
		return nil
	}
	return f.bytes
}

// line writes to one viewer, who has a bounded time to take each write.
type line struct {
	w    http.ResponseWriter
	ctrl *http.ResponseController
}

func newLine(w http.ResponseWriter) *line {
	return &line{w: w, ctrl: http.NewResponseController(w)}
}

// send takes the place of the server's own limit, which is on a whole request.
func (l *line) send(parts ...[]byte) error {
	if err := l.ctrl.SetWriteDeadline(time.Now().Add(writeTimeout)); err != nil {
		return err
	}
	for _, part := range parts {
		if len(part) == 0 {
			continue
		}
		if _, err := l.w.Write(part); err != nil {
			return err
		}
	}
	return l.ctrl.Flush()
}
