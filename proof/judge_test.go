package proof_test

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"slices"
	"time"

	"ringside/ledger"
	"ringside/ledger/ledgertest"
	"ringside/tencent/simulator"
)

// sign is what an operation's part in one room looks like to the platform. Points name their ask, so only an operation
// that repeats another one looks like it.
type sign struct {
	kind   ledger.Kind
	battle string // of a creation: its note, which names its ask
	room   string
	points int64
}

func signOf(o ledger.Operation, r ledger.Room) sign {
	if o.Kind == ledger.Create {
		return sign{kind: o.Kind, battle: o.Note, room: r.Room}
	}
	return sign{o.Kind, o.Battle, r.Room, r.Points}
}

// tally counts what operations of one sign say of themselves, and what truly happened.
type tally struct {
	applied, unknown, other int
	effects, sends          int
}

// verdict holds what a history left behind against the promise.
type verdict struct {
	ops     map[string]ledger.Operation
	tallies map[sign]*tally
	wrong   []string
}

func (v *verdict) complain(format string, args ...any) {
	v.wrong = append(v.wrong, fmt.Sprintf(format, args...))
}

func (v *verdict) at(s sign) *tally {
	if v.tallies[s] == nil {
		v.tallies[s] = &tally{}
	}
	return v.tallies[s]
}

// judge returns every way in which the promise was broken.
func judge(sim *simulator.Simulator, ops []ledger.Operation) *verdict {
	v := &verdict{ops: map[string]ledger.Operation{}, tallies: map[sign]*tally{}}
	for _, o := range ops {
		v.ops[o.ID] = o
		v.finished(o)
		for _, r := range o.Rooms {
			v.count(o, r)
		}
	}
	v.observe(sim)
	for s, t := range v.tallies {
		if t.effects < t.applied || t.effects > t.applied+t.unknown {
			v.complain("%v: the ledger says applied %d times, unknown %d times, else %d times; it truly counted %d times",
				s, t.applied, t.unknown, t.other, t.effects)
		}
		if most := 3 * (t.applied + t.unknown + t.other); t.sends > most {
			v.complain("%v: sent %d times, at most %d are allowed", s, t.sends, most)
		}
	}
	return v
}

// finished wants a last word of every operation.
func (v *verdict) finished(o ledger.Operation) {
	if o.State == ledger.Intent || o.State == ledger.Pending {
		v.complain("operation %s is still %s", o.ID, o.State)
	}
	if len(o.Rooms) == 0 {
		v.complain("operation %s has no rooms", o.ID)
	}
}

func (v *verdict) count(o ledger.Operation, r ledger.Room) {
	t := v.at(signOf(o, r))
	switch {
	case o.State != ledger.Settled && o.State != ledger.Resolved:
		t.other++
	case r.Outcome == ledger.Applied:
		t.applied++
	case r.Outcome == ledger.Unknown:
		t.unknown++
	case r.Outcome == ledger.NotApplied:
		t.other++
	default:
		v.complain("operation %s is %s and says %q of %s", o.ID, o.State, r.Outcome, r.Room)
	}
}

// observe counts what the platform saw.
func (v *verdict) observe(sim *simulator.Simulator) {
	for _, e := range sim.Effects() {
		if e.Gift {
			continue
		}
		v.at(sign{kindOf(e), e.Battle, e.Room, e.Score}).effects++
	}
	for _, b := range sim.Battles() {
		for _, r := range b.Rooms {
			if b.Note != "" { // what people create has a note
				v.at(sign{kind: ledger.Create, battle: b.Note, room: r.Room}).effects++
			}
		}
	}
	for _, c := range sim.Calls() {
		if c.Command != simulator.GetBattleInfo && c.Body != "" {
			v.sent(c)
		}
	}
}

func kindOf(e simulator.Effect) ledger.Kind {
	if e.Op == simulator.Set {
		return ledger.Set
	}
	return ledger.Add
}

// sent counts a call. One that was cut before its body was read is not known.
func (v *verdict) sent(c simulator.Call) {
	var body struct {
		BattleId, ExtensionInfo, FromRoomId string //nolint:revive // the vendor's names
		OpType                              int
		ScoreList                           []struct {
			RoomId string //nolint:revive // the vendor's name
			Score  int64
		}
	}
	if err := json.Unmarshal([]byte(c.Body), &body); err != nil {
		v.complain("call %d has a body that cannot be read: %v", c.Index, err)
		return
	}
	if c.Command == simulator.CreateBattle {
		v.at(sign{kind: ledger.Create, battle: body.ExtensionInfo, room: body.FromRoomId}).sends++
	}
	kind := ledger.Add
	if body.OpType == int(simulator.Set) {
		kind = ledger.Set
	}
	for _, s := range body.ScoreList {
		v.at(sign{kind, body.BattleId, s.RoomId, s.Score}).sends++
	}
}

// exclusion wants no addition of Ringside's own between the read by which an overwrite was decided and its effect. One
// that takes effect late is left out: it is unknown by then, and others may go on.
func (v *verdict) exclusion(sim *simulator.Simulator) {
	effects := sim.Effects()
	for _, o := range v.ops {
		if o.Kind != ledger.Set {
			continue
		}
		for _, r := range o.Rooms {
			i := slices.IndexFunc(effects, func(e simulator.Effect) bool {
				return !e.Gift && !e.Late && kindOf(e) == ledger.Set && e.Room == r.Room && e.Score == r.Points && e.At.After(o.Created)
			})
			if i >= 0 && r.Before != nil {
				v.undisturbed(o, r, effects[:i])
			}
		}
	}
}

// undisturbed walks back from an overwrite to the score that was read before it.
func (v *verdict) undisturbed(o ledger.Operation, r ledger.Room, past []simulator.Effect) {
	for _, e := range slices.Backward(past) {
		switch {
		case e.Room != r.Room || e.Battle != o.Battle:
			continue
		case e.After == *r.Before:
			return
		case !e.Gift && !e.Late && v.at(sign{kindOf(e), e.Battle, e.Room, e.Score}).unknown == 0:
			v.complain("overwrite %s read %d in %s, and before it took effect %s %d of Ringside's own did", o.ID, *r.Before, r.Room, kindOf(e), e.Score)
			return
		}
	}
}

// rate wants the ceiling kept by each run of the program.
func (v *verdict) rate(sim *simulator.Simulator, starts []time.Time) {
	for i, start := range starts {
		v.ceiling(sim, callsPerSecond, func(c simulator.Call) bool {
			return !c.At.Before(start) && (i+1 == len(starts) || c.At.Before(starts[i+1]))
		})
	}
}

// noted is by how much the platform of a test may note one call later than another, on a machine that does other things at
// the same time: it is a part of the test's own process. PROOF_ALONE=1 says that the machine does nothing else.
func noted() time.Duration {
	if os.Getenv("PROOF_ALONE") != "" {
		return 0
	}
	return 150 * time.Millisecond
}

// ceiling wants no more than so many calls of one kind in any second, of those that count. Those that came while the
// platform stood still are taken to have come at once.
func (v *verdict) ceiling(sim *simulator.Simulator, most int, counts func(simulator.Call) bool, stalls ...stall) {
	calls := map[string][]time.Time{}
	for _, c := range sim.Calls() {
		if counts(c) {
			calls[c.Command] = append(calls[c.Command], c.At)
		}
	}
	for command, at := range calls {
		for i := most; i < len(at); i++ {
			if took := at[i].Sub(at[i-most]); took < time.Second-lateness(at[i-most], stalls)-noted() {
				v.complain("%d calls of %s within %v, from %s on", most+1, command, took, at[i-most].Format("15:04:05.000"))
			}
		}
	}
}

// always counts every call.
func always(simulator.Call) bool { return true }

// once wants one operation for each change that was asked for, where every ask has points of its own.
func (v *verdict) once() {
	for s, t := range v.tallies {
		if n := t.applied + t.unknown + t.other; n > 1 {
			v.complain("%v: %d operations", s, n)
		}
	}
}

// operationsOf reads all that a ledger holds; nobody else may have its file open.
func operationsOf(ctx context.Context, path string) ([]ledger.Operation, error) {
	l, err := ledgertest.Open(ctx, path)
	if err != nil {
		return nil, err
	}
	defer l.Close() //nolint:errcheck // it was only read
	return l.Log(ctx, "", 100_000)
}
