package ledger

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"sync"
	"time"
)

const (
	maxWaiting = 4096 // writes that may wait for the writer; beyond it ErrFull
	maxBatch   = 256  // writes that share one transaction and one sync
)

// job is one write. Its function runs at most once, on the writer's goroutine.
type job struct {
	ctx  context.Context //nolint:containedctx // a queued write carries its caller's wish to stop
	work func(*tx) error
	done chan error
}

// writer is the one goroutine that writes. It puts all that waits into one transaction, each job behind
// a savepoint of its own, so that a hundred callers share one sync and one failing job harms no other.
type writer struct {
	jobs   chan *job
	stop   chan struct{}
	ended  chan struct{}
	once   sync.Once
	open   func() (*session, error)
	active *session
	doubt  time.Duration // for how long a commit that got no answer is asked after
}

func newWriter(open func() (*session, error)) (*writer, error) {
	first, err := open()
	if err != nil {
		return nil, err
	}
	w := &writer{
		jobs: make(chan *job, maxWaiting), stop: make(chan struct{}), ended: make(chan struct{}),
		open: open, active: first, doubt: first.doubt,
	}
	go w.run()
	return w, nil
}

// do queues work and waits until it is durable or has failed. When ctx ends first the write may still
// become durable; the error then says so by wrapping ctx's.
func (w *writer) do(ctx context.Context, work func(*tx) error) error {
	j := &job{ctx: ctx, work: work, done: make(chan error, 1)}
	select {
	case <-w.stop:
		return ErrClosed
	default:
	}
	select {
	case w.jobs <- j:
	default:
		return ErrFull
	}
	select {
	case err := <-j.done:
		return err
	case <-ctx.Done():
		return fmt.Errorf("waiting for the ledger: %w: %w", context.Cause(ctx), ErrDoubt)
	case <-w.ended:
		return w.afterEnd(j)
	}
}

// afterEnd tells a write that was queued while the writer stopped what became of it.
func (w *writer) afterEnd(j *job) error {
	select {
	case err := <-j.done:
		return err
	default:
		return ErrClosed
	}
}

func (w *writer) close() {
	w.once.Do(func() { close(w.stop) })
	<-w.ended
}

func (w *writer) run() {
	defer close(w.ended)
	for {
		select {
		case j := <-w.jobs:
			w.commit(w.gather(j))
		case <-w.stop:
			w.finish()
			return
		}
	}
}

// finish writes what was queued before the stop and closes the session.
func (w *writer) finish() {
	for {
		select {
		case j := <-w.jobs:
			w.commit(w.gather(j))
		default:
			w.drop()
			return
		}
	}
}

// gather takes first and whatever waits behind it, without waiting for more.
func (w *writer) gather(first *job) []*job {
	batch := []*job{first}
	for len(batch) < maxBatch {
		select {
		case j := <-w.jobs:
			batch = append(batch, j)
		default:
			return batch
		}
	}
	return batch
}

// commit runs a batch in one transaction. After one that failed the session is thrown away, and the next batch opens a
// new one.
func (w *writer) commit(batch []*job) {
	errs := make([]error, len(batch))
	if err := w.transact(batch, errs); err != nil {
		w.drop()
		if !w.committed(err) {
			for i := range errs {
				errs[i] = err
			}
		}
	}
	for i, j := range batch {
		j.done <- errs[i]
	}
}

func (w *writer) transact(batch []*job, errs []error) error {
	t, cancel, err := w.begin()
	defer cancel()
	if err != nil {
		return err
	}
	began := t.head
	for i, j := range batch {
		err := t.savepoint(j, t.nameOf(i))
		var broken *brokenError
		if errors.As(err, &broken) {
			return err
		}
		errs[i] = err
	}
	if t.end != nil {
		if err := t.end(t, began); err != nil {
			return fmt.Errorf("end: %w", err)
		}
	}
	if err := errors.Join(t.exec("COMMIT"), t.flush()); err != nil {
		return &doubtError{err: fmt.Errorf("commit: %w", err), began: began, end: t.head}
	}
	if t.kept != nil {
		t.kept(t)
	}
	return nil
}

// begin opens a transaction, and a session where there is none. The function that it returns is never nil.
func (w *writer) begin() (*tx, context.CancelFunc, error) {
	ctx, cancel := context.Background(), context.CancelFunc(func() {})
	if w.active == nil {
		s, err := w.open()
		if err != nil {
			return nil, cancel, fmt.Errorf("reopen the ledger: %w", err)
		}
		w.active = s
	}
	if w.active.limit > 0 {
		ctx, cancel = context.WithTimeout(ctx, w.active.limit)
	}
	t := &tx{session: w.active, ctx: ctx}
	if err := t.begin(t); err != nil {
		return nil, cancel, fmt.Errorf("begin: %w", err)
	}
	return t, cancel, nil
}

func (w *writer) drop() {
	if w.active != nil {
		w.active.close()
		w.active = nil
	}
}

// brokenError says that the transaction itself can't go on.
type brokenError struct{ err error }

func (e *brokenError) Error() string { return "the transaction broke: " + e.err.Error() }
func (e *brokenError) Unwrap() error { return e.err }

// savepoint runs one job, and takes back what it did if it fails.
func (t *tx) savepoint(j *job, name string) error {
	if err := j.ctx.Err(); err != nil {
		return fmt.Errorf("the caller left before the write began: %w", err)
	}
	waited, sent := len(t.queued), t.sent
	if err := t.exec("SAVEPOINT " + name); err != nil {
		return &brokenError{err}
	}
	saved := t.head
	failed := guard(j.work, t)
	if failed == nil {
		failed = t.flush()
	}
	if failed != nil {
		if err := t.takeBack(name, waited, sent); err != nil {
			return &brokenError{errors.Join(failed, err)}
		}
		t.head = saved
	}
	if err := t.exec("RELEASE " + name); err != nil {
		return &brokenError{errors.Join(failed, err)}
	}
	return failed
}

// nameOf names the savepoint of the n-th job. Where statements go together, all of them may be refused before the first
// is carried out: then there is no savepoint of that name, and the whole batch fails rather than the job before.
func (t *tx) nameOf(n int) string {
	if t.send == nil {
		return "job"
	}
	return "job" + strconv.Itoa(n%2) // the one before the last is released by then
}

// takeBack undoes what a job did since its savepoint, before which so many statements waited and so many times some had
// been sent. What was not sent is only forgotten.
func (t *tx) takeBack(name string, waited, sent int) error {
	if t.sent == sent && t.send != nil {
		t.queued = t.queued[:waited+1]
	} else {
		t.queued = nil
	}
	return errors.Join(t.exec("ROLLBACK TO "+name), t.flush())
}

// guard turns a panic in one job into that job's error; the others of its batch go on.
func guard(work func(*tx) error, t *tx) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("a ledger write panicked: %v", p)
		}
	}()
	return work(t)
}
