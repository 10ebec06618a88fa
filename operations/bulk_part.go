package operations

import (
	"slices"
	"time"

	"ringside/ledger"
)

// bulkPart is one call of a bulk.
type bulkPart struct {
	n             int
	kind          ledger.Kind
	battle, alias string
	lines         []int // indexes of its rows
}

// partsOf returns the parts of a bulk by their numbers.
func partsOf(rows []ledger.BulkRow) []*bulkPart {
	byNumber := map[int]*bulkPart{}
	var parts []*bulkPart
	for i, row := range rows {
		p := byNumber[row.Part]
		if p == nil {
			p = &bulkPart{n: row.Part, kind: row.Kind, battle: row.Battle, alias: row.Alias}
			byNumber[row.Part] = p
			parts = append(parts, p)
		}
		p.lines = append(p.lines, i)
	}
	slices.SortFunc(parts, func(a, b *bulkPart) int { return a.n - b.n })
	return parts
}

// lanes puts the parts that are still to be done of each battle in line, one after the other.
func (r *bulkRun) lanes() [][]*bulkPart {
	r.mu.Lock()
	defer r.mu.Unlock()
	place := map[string]int{}
	var lanes [][]*bulkPart
	for _, p := range r.parts {
		if r.decided(p) {
			continue
		}
		i, known := place[p.battle]
		if !known {
			i = len(lanes)
			place[p.battle] = i
			lanes = append(lanes, nil)
		}
		lanes[i] = append(lanes[i], p)
	}
	return lanes
}

// decided reports whether all rows of a part have an outcome.
func (r *bulkRun) decided(p *bulkPart) bool {
	return !slices.ContainsFunc(p.lines, func(i int) bool { return r.rows[i].Outcome == ledger.Undecided })
}

// done counts the parts of which all rows have an outcome.
func (r *bulkRun) done() int {
	n := 0
	for _, p := range r.parts {
		if r.decided(p) {
			n++
		}
	}
	return n
}

// begun returns the operation by which a part was begun; the empty string if none was.
func (r *bulkRun) begun(p *bulkPart) string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.rows[p.lines[0]].Operation
}

// note takes over what became of a part.
func (r *bulkRun) note(p *bulkPart, o ledger.Operation) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, i := range p.lines {
		row := &r.rows[i]
		row.Operation = o.ID
		if at := slices.IndexFunc(o.Rooms, func(room ledger.Room) bool { return room.Room == row.Room }); at >= 0 {
			row.Outcome, row.Reason, row.Code = o.Rooms[at].Outcome, o.Rooms[at].Reason, o.Rooms[at].Code
		}
	}
}

// operation returns a part as an operation that was asked for with the bulk.
func (r *bulkRun) operation(p *bulkPart, rooms []ledger.Room, owner string) ledger.Operation {
	now := r.engine.now()
	return ledger.Operation{
		Kind: p.kind, Battle: p.battle, Alias: p.alias, Rooms: rooms, Bulk: r.o.ID, Part: p.n,
		Asker: r.o.Asker, AskerName: r.o.AskerName, Channel: r.o.Channel, ConfirmedBy: r.o.ConfirmedBy,
		Created: now, Owner: owner, Limit: r.limit(p, rooms, now),
	}
}

// limit is what a part is held against once more as its intent is written: what the asker does to a room within some time
// counts together, in however many bulks and single changes.
func (r *bulkRun) limit(p *bulkPart, rooms []ledger.Room, now time.Time) ledger.Limit {
	r.mu.Lock()
	defer r.mu.Unlock()
	l := ledger.Limit{Askers: r.o.Askers, Since: now.Add(-TogetherFor)}
	for i, line := range p.lines {
		change := rooms[i].Points
		switch is := rooms[i].Before; {
		case p.kind != ledger.Set:
		case is == nil: // not in the battle, and left out
			change = 0
		default:
			change = max(change-*is, *is-change)
		}
		l.Each, l.Changes = append(l.Each, r.rows[line].Approval), append(l.Changes, change)
	}
	return l
}

// rooms returns the rooms of a part with what is to be done to them.
func (r *bulkRun) rooms(p *bulkPart) []ledger.Room {
	r.mu.Lock()
	defer r.mu.Unlock()
	rooms := make([]ledger.Room, len(p.lines))
	for i, line := range p.lines {
		rooms[i] = ledger.Room{Room: r.rows[line].Room, Points: r.rows[line].Points}
	}
	return rooms
}

// moved holds the rows of a part that overwrites against the scores read now. It reports whether the part would do
// something else than was confirmed: another leader after the whole bulk, a room that is set farther than its grant
// allows, or more points discarded beyond what was shown than may be without a question. A room that is not in the battle
// is decided: there is nothing to hold it against.
func (r *bulkRun) moved(p *bulkPart, rooms []ledger.Room, now []ledger.Standing) (held []ledger.Room, moved bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	held = withBefore(rooms, now)
	var more int64
	over := r.rows[p.lines[0]].Over
	for i, line := range p.lines {
		row := r.rows[line]
		over = min(over, row.Over)
		if held[i].Before == nil {
			held[i].Outcome, held[i].Reason = ledger.NotApplied, ReasonNoRoom
			continue
		}
		is := *held[i].Before
		if row.Shown == nil || max(row.Points-is, is-row.Points) > row.Most {
			return held, true
		}
		more += max(0, is-*row.Shown)
	}
	leader := LeadOf(afterRows(now, r.rows, p.battle)).Room
	return held, more > over || leader != r.rows[p.lines[0]].Leader
}
