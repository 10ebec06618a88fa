package ledger

import (
	"bytes"
	"errors"
	"time"
)

// doubtPause is the wait before a database is asked again what became of a commit.
const doubtPause = 200 * time.Millisecond

// doubtError says that a commit got no good answer, so that it may have been carried out.
type doubtError struct {
	err        error
	began, end head
}

// Is tells that it is an ErrDoubt.
func (e *doubtError) Is(target error) bool { return target == ErrDoubt }

func (e *doubtError) Error() string { return e.err.Error() }
func (e *doubtError) Unwrap() error { return e.err }

// committed asks the database whether a commit that got no good answer was carried out all the same. The chain is the
// witness: the last event of the batch stands in it or does not. To begin a transaction is to wait until the lost one
// has ended. False where there is nothing to go by.
func (w *writer) committed(err error) bool {
	var doubt *doubtError
	if !errors.As(err, &doubt) || doubt.began == doubt.end {
		return false
	}
	for began := time.Now(); ; {
		stands, err := w.stands(doubt.end)
		if err == nil {
			return stands
		}
		w.drop()
		if time.Since(began) >= w.doubt || w.stopping() {
			return false
		}
		pause(doubtPause, w.stop)
	}
}

// pause waits, but not beyond the end of the writer.
func pause(d time.Duration, stop <-chan struct{}) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-stop:
	}
}

// stands reports whether an event is in the chain.
func (w *writer) stands(end head) (bool, error) {
	t, cancel, err := w.begin()
	defer cancel()
	if err != nil {
		return false, err
	}
	hashes, err := scanAll(t, scanBytes, `SELECT hash FROM events WHERE seq = ?`, end.seq)
	if err != nil {
		return false, err
	}
	if err := errors.Join(t.exec("ROLLBACK"), t.flush()); err != nil {
		return false, err
	}
	return len(hashes) == 1 && bytes.Equal(hashes[0], end.hash[:]), nil
}

func (w *writer) stopping() bool {
	select {
	case <-w.stop:
		return true
	default:
		return false
	}
}
