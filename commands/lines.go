package commands

import (
	"ringside/commands/grammar"
	"ringside/ledger"
)

// lineOf writes an operation as the line that asks for the same.
func lineOf(o ledger.Operation) string {
	req := grammar.Request{Verb: grammar.VerbAdd, Battle: label(o)}
	if o.Kind == ledger.Set {
		req.Verb = grammar.VerbSet
	}
	for _, r := range o.Rooms {
		req.Changes = append(req.Changes, grammar.Change{Room: r.Room, Points: r.Points})
	}
	return req.Line()
}
