package console

import (
	"context"
	"fmt"
	"io"
	"time"
)

// source gives lines; errLongLine stands for one that did not fit.
type source interface{ next() (string, error) }

// stopWait bounds the wait for a read that was interrupted.
const stopWait = time.Second

// pump reads lines in a goroutine of its own, so that waiting for one can end. It reads a line only
// when it is asked for one.
type pump struct {
	in    io.Reader
	want  chan struct{}
	got   chan read
	gone  chan struct{}
	asked bool // a line was wanted and did not come yet
}

type read struct {
	line string
	err  error
}

// startPump reads from src, which reads from in.
func startPump(src source, in io.Reader) *pump {
	p := &pump{in: in, want: make(chan struct{}), got: make(chan read, 1), gone: make(chan struct{})}
	go func() {
		defer close(p.gone)
		for range p.want {
			p.got <- readOne(src)
		}
	}()
	return p
}

// readOne turns a panic into an error: nobody could restore the terminal in another goroutine.
func readOne(src source) (r read) {
	defer func() {
		if thrown := recover(); thrown != nil {
			r = read{err: fmt.Errorf("the line editor panicked: %T", thrown)}
		}
	}()
	line, err := src.next()
	return read{line: line, err: err}
}

// next returns the next line, or an error when ctx ends first. After that the pump can only be stopped.
func (p *pump) next(ctx context.Context) (string, error) {
	if err := ctx.Err(); err != nil {
		return "", err
	}
	p.want <- struct{}{}
	p.asked = true
	select {
	case r := <-p.got:
		p.asked = false
		return r.line, r.err
	case <-ctx.Done():
		return "", ctx.Err()
	}
}

// stop ends the goroutine and waits for it, unless it sits in a read that cannot be interrupted.
func (p *pump) stop() {
	close(p.want)
	if !p.asked {
		<-p.gone
		return
	}
	in, ok := p.in.(interface{ SetReadDeadline(time.Time) error })
	if !ok || in.SetReadDeadline(time.Unix(1, 0)) != nil {
		return
	}
	late := time.NewTimer(stopWait)
	defer late.Stop()
	select {
	case <-p.gone:
	case <-late.C:
	}
	_ = in.SetReadDeadline(time.Time{}) // it could be set, so it can be unset
}
