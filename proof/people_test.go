package proof_test

import (
	"strconv"
	"strings"

	"ringside/commands"
	"ringside/ledger"
)

// people holds what people heard against the ledger, which the platform was held against before.
func (v *verdict) people(heard []commands.Reply) {
	last := map[string]ledger.Outcome{} // by operation and room
	for _, r := range heard {
		for _, c := range claims(r) {
			v.agrees(c)
			if c.room != "" {
				last[c.op+" "+c.room] = c.outcome
			}
		}
		if op := closed(r); op != "" {
			if s := v.ops[op].State; s != ledger.Cancelled && s != ledger.Expired {
				v.complain("people heard that operation %s was closed with nothing sent; it is %q", op, s)
			}
		}
	}
	for _, o := range v.ops {
		if o.State != ledger.Settled && o.State != ledger.Resolved {
			continue
		}
		for _, r := range o.Rooms {
			got := last[o.ID+" "+r.Room]
			if r.Reason == ledger.ResolvedReason && got == ledger.Unknown {
				continue // who resolved it knows; what he was answered may have been lost
			}
			if got != r.Outcome {
				v.complain("operation %s: people last heard %q of %s, the ledger says %q", o.ID, got, r.Room, r.Outcome)
			}
		}
	}
}

// agrees holds one claim against the ledger's last word. Only an unknown may become something else.
func (v *verdict) agrees(c claim) {
	o, known := v.ops[c.op]
	if !known {
		v.complain("people heard of operation %s, which the ledger does not know", c.op)
		return
	}
	for _, r := range o.Rooms {
		if c.room != "" && c.room != r.Room || c.outcome == ledger.Unknown || c.owed && r.Outcome == ledger.Unknown {
			continue
		}
		if r.Outcome != c.outcome {
			v.complain("operation %s: people heard %q of %s, the ledger says %q in the end", o.ID, c.outcome, r.Room, r.Outcome)
		}
	}
}

// asks holds every ask against what it led to: one operation at most, and none if people were told that nothing was sent.
func (v *verdict) asks(w *world) {
	from := map[int][]ledger.Operation{} // by step
	again, undone := map[string]int{}, map[string]int{}
	for _, o := range v.ops {
		switch {
		case o.Source != "":
			again[o.Source]++
		case o.Undoes != "" && (o.Has(ledger.Applied) || o.Has(ledger.Unknown)):
			undone[o.Undoes]++
		case o.Undoes == "":
			n := stepOf(o)
			from[n] = append(from[n], o)
		}
	}
	for _, a := range w.asks {
		v.ask(a, from[a.n])
	}
	for _, op := range w.pressed {
		again[op]--
	}
	for op, n := range again {
		if n > 0 {
			v.complain("operation %s was repeated %d times more than buttons were pressed", op, n)
		}
	}
	for op, n := range undone {
		if n > 1 {
			v.complain("operation %s was undone %d times", op, n)
		}
	}
}

// stepOf returns the step of a history in which an operation was asked for.
func stepOf(o ledger.Operation) int {
	if note, ok := strings.CutPrefix(o.Note, "step "); ok {
		n, _ := strconv.Atoi(note)
		return n
	}
	return int(o.Rooms[0].Points % 1000)
}

func (v *verdict) ask(a *ask, ops []ledger.Operation) {
	if len(ops) > 1 {
		v.complain("the ask of step %d led to %d operations", a.n, len(ops))
	}
	if a.refusals < a.deliveries || len(ops) == 0 {
		return
	}
	for _, r := range ops[0].Rooms {
		if v.at(signOf(ops[0], r)).effects > 0 {
			v.complain("each of %d deliveries of the ask of step %d was told that nothing was sent; it counted", a.deliveries, a.n)
		}
	}
}

// authority wants the right person behind every change that was sent.
func (v *verdict) authority() {
	human := map[string]string{ana: "ana", anaToo: "ana", ben: "ben"}
	for _, o := range v.ops {
		if o.State != ledger.Intent && o.State != ledger.Settled && o.State != ledger.Resolved {
			continue
		}
		switch {
		case human[o.Asker] == "":
			v.complain("operation %s was sent for %s, who may not", o.ID, o.Asker)
		case o.Approval && (human[o.ConfirmedBy] == "" || human[o.ConfirmedBy] == human[o.Asker]):
			v.complain("operation %s of %s was approved by %q", o.ID, o.Asker, o.ConfirmedBy)
		case !o.Approval && o.ConfirmedBy != "" && o.ConfirmedBy != o.Asker:
			v.complain("operation %s of %s was confirmed by %s", o.ID, o.Asker, o.ConfirmedBy)
		case o.Kind != ledger.Add && o.ConfirmedBy == "":
			v.complain("%s was sent with nobody's yes", o.ID)
		}
		for _, r := range o.Rooms {
			if o.Kind == ledger.Add && !o.Approval && (r.Points > approvalOver || r.Points > confirmOver && o.ConfirmedBy == "") {
				v.complain("operation %s added %d with the yes of %q", o.ID, r.Points, o.ConfirmedBy)
			}
		}
	}
}
