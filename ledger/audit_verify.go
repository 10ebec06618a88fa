package ledger

import (
	"context"
	"database/sql"
	"fmt"
)

// Verify walks the whole chain once, from the first event on, and holds the anchors and the operations' records against
// it. It takes no more memory for a long chain than for a short one. An error says that the verification itself failed,
// so that nothing was found.
func (a *Audit) Verify(ctx context.Context, anchors []Anchor) (Report, error) {
	watched, err := watchFor(anchors)
	if err != nil {
		return Report{}, err
	}
	moment, err := a.db.BeginTx(ctx, a.moment) // so that chain and records are of the same moment
	if err != nil {
		return Report{}, fmt.Errorf("read the audit chain: %w", err)
	}
	defer moment.Rollback() //nolint:errcheck // it has written nothing
	w := &walk{Report: Report{Finding: Sound}, watched: watched}
	if err := w.chain(ctx, moment); err != nil {
		return Report{}, fmt.Errorf("read the audit chain: %w", err)
	}
	if w.Finding == Sound {
		if err := a.ends(ctx, moment, w); err != nil {
			return Report{}, fmt.Errorf("read the end of the audit chain: %w", err)
		}
		if err := w.outside(ctx, moment); err != nil {
			return Report{}, fmt.Errorf("hold the operations against the audit chain: %w", err)
		}
	}
	return w.Report, a.undisturbed()
}

// walk is a verification under way.
type walk struct {
	Report
	watched []*watch
}

// chain reads events until the first that does not hold.
func (w *walk) chain(ctx context.Context, q querier) error {
	rows, err := q.QueryContext(ctx, `SELECT seq, at, op, kind, actor, body, hash FROM events ORDER BY seq`)
	if err != nil {
		return err
	}
	defer rows.Close() //nolint:errcheck // what Close could say, Err says
	var e Event        // one for all, as what is scanned into is never on the stack
	var at int64
	var hash sql.RawBytes
	into := []any{&e.Seq, &at, &e.Op, &e.Kind, &e.Actor, &e.Body, &hash}
	for rows.Next() {
		e = Event{}
		flaw := FlawContent // of what can't even be scanned
		if err := rows.Scan(into...); err == nil {
			e.At = fromMicro(at)
			flaw = w.flaw(&e, hash)
		}
		if flaw != "" {
			w.Finding, w.Bad, w.Flaw = Altered, e, flaw
			return nil
		}
		w.follow(e)
	}
	return rows.Err()
}

// flaw returns what is wrong with the next event, if anything, and puts its hash where it belongs.
func (w *walk) flaw(e *Event, hash []byte) Flaw {
	if e.Seq != w.Events+1 {
		return FlawNumber
	}
	if len(hash) != len(e.Hash) {
		return FlawHash
	}
	copy(e.Hash[:], hash)
	if link(w.Hash, *e) != e.Hash {
		return FlawContent
	}
	return ""
}

func (w *walk) follow(e Event) {
	if w.Events == 0 {
		w.First = e.At
	}
	w.Events, w.Last, w.Hash = e.Seq, e.At, e.Hash
	for _, anchor := range w.watched {
		anchor.see(e)
	}
}

// outside holds a chain that is whole in itself against what else is known.
func (w *walk) outside(ctx context.Context, q querier) error {
	for _, anchor := range w.watched {
		w.anchored(anchor)
	}
	return w.records(ctx, q)
}

// anchored takes an anchor's word. A digest alone does not tell whether its event is another one now or gone; the record
// of an operation that was settled by it does.
func (w *walk) anchored(anchor *watch) {
	witness := Witness{Anchor: anchor.String(), Event: anchor.seen}
	switch {
	case anchor.met:
	case anchor.alone():
		witness.Unsure = true
		w.accuse(Rewritten, witness)
	case anchor.seen.Seq != 0:
		w.accuse(Rewritten, witness)
	default:
		w.accuse(CutOff, witness)
	}
}

// accuse keeps the finding that explains the most: a chain that was only cut off has no event that differs, and what is
// unsure gives way to what is not.
func (w *walk) accuse(f Finding, by Witness) {
	weight := func(f Finding, unsure bool) int {
		switch {
		case f == Sound:
			return 0
		case unsure:
			return 1
		case f == CutOff:
			return 2
		}
		return 3
	}
	if old := weight(w.Finding, w.Witness.Unsure); weight(f, by.Unsure) > old {
		w.Finding, w.Witness = f, by
	} else if f == w.Finding && by.Operation != "" && w.Witness.Operation != "" {
		w.Witness.More++
	}
}

// unrecorded selects the operations whose records have gone further than their events. Every state but pending has an
// event: the one with the digest that was shown, or else one of the state's name. It is complete if there is an event for
// each step that the record tells of: then events are there, but not those that were written. Else the end is gone.
const unrecorded = `SELECT o.id, CASE o.settled WHEN 0 THEN o.created ELSE o.settled END, o.settled <> 0
	AND EXISTS (SELECT 1 FROM events e WHERE e.op = o.id AND e.kind IN ('settled', 'swept') AND e.at >= o.settled)
	AND NOT EXISTS (SELECT 1 FROM op_rooms r WHERE r.op = o.id
		AND r.reason IN ('` + DisprovedReason + `', '` + FoundReason + `', '` + ResolvedReason + `')
		AND NOT EXISTS (SELECT 1 FROM events e WHERE e.op = o.id
			AND e.kind = CASE r.reason WHEN '` + ResolvedReason + `' THEN 'resolved' ELSE 'looked' END)) AS complete
	FROM operations o WHERE NOT EXISTS (SELECT 1 FROM events e WHERE e.op = o.id AND CASE
		WHEN o.digest <> '' THEN hex(substr(e.hash, 1, 8)) = upper(o.digest)
		WHEN o.state = 'pending' THEN TRUE
		ELSE e.kind = o.state END)
	ORDER BY o.rowid`

// records takes the word of the operations' records, which are not part of the chain.
func (w *walk) records(ctx context.Context, q querier) error {
	rows, err := q.QueryContext(ctx, unrecorded)
	if err != nil {
		return err
	}
	defer rows.Close() //nolint:errcheck // what Close could say, Err says
	for rows.Next() {
		var op string
		var at int64
		var complete bool
		if err := rows.Scan(&op, &at, &complete); err != nil {
			return err
		}
		finding := CutOff
		if complete {
			finding = Rewritten
		}
		w.accuse(finding, Witness{Operation: op, At: fromMicro(at)})
	}
	return rows.Err()
}
