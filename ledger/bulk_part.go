package ledger

import (
	"context"
	"errors"
	"fmt"
	"strings"
)

// RecordUnsent writes a part of a bulk that ends before anything of it was sent: the operation's rooms, each NotApplied
// with its reason, are its outcome. The error is one of Record's for a part.
func (l *Ledger) RecordUnsent(ctx context.Context, o Operation) (Operation, error) {
	return write(ctx, l, func(t *tx) (Operation, error) {
		for _, r := range o.Rooms {
			if r.Outcome != NotApplied {
				return Operation{}, fmt.Errorf("%s was not sent, so it can't be %q", r.Room, r.Outcome)
			}
		}
		if err := t.mayJoin(o); err != nil {
			return Operation{}, err
		}
		o.State, o.Settled = Settled, o.Created
		if err := t.insert(o); err != nil {
			return Operation{}, err
		}
		var err error
		if o.Digest, err = t.append(o.Created, o.ID, "settled", o.Owner, contentOf(o)); err != nil {
			return Operation{}, err
		}
		return o, t.decided(o, news{at: o.Created})
	})
}

// mayJoin holds a part against its bulk: it is recorded once, ever, and only while the bulk runs and is its owner's. The
// owner of a part is its bulk's owner, a slash, and a name of its own.
func (t *tx) mayJoin(o Operation) error {
	known, err := t.part(o.Bulk, o.Part)
	if err != nil {
		return err
	}
	if known != "" {
		return &DuplicateError{Operation: known}
	}
	bulk, err := t.bulk(o.Bulk)
	switch {
	case err != nil:
		return err
	case bulk.State != Running:
		return &ClosedError{Operation: bulk.ID, State: bulk.State}
	case bulk.Owner == "" || !strings.HasPrefix(o.Owner, bulk.Owner+"/") || !bulk.Lease.After(o.Created):
		return ErrNotOwner
	}
	return nil
}

// part returns the operation that is a part of a bulk, or the empty string.
func (t *tx) part(bulk string, part int) (string, error) {
	known, err := scanOne(t, scanString, `SELECT id FROM operations WHERE bulk = ? AND bulk <> '' AND part = ?`, bulk, part)
	if errors.Is(err, ErrNotFound) {
		return "", nil
	}
	return known, err
}

// holdOn gives the hold under which a part overwrites the part's own end. Without that hold it may not begin.
func (t *tx) holdOn(o Operation, own bool) error {
	if o.Bulk == "" || o.Kind != Set {
		return nil
	}
	if !own {
		return &HeldError{}
	}
	lease := micro(o.Lease)
	err := t.exec(`UPDATE holds SET until = ? WHERE until < ? AND battle = ? AND owner = ?`, lease, lease, o.Battle, o.Owner)
	return err
}
