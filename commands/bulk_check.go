package commands

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"sync/atomic"

	"ringside/auth"
	"ringside/battles"
	"ringside/commands/grammar"
	"ringside/commands/sheet"
	"ringside/ledger"
	"ringside/operations"
)

// check holds all rows of a sheet against what is known, so that everything that is wrong is told at once.
type check struct {
	*Handler
	t        talk
	rows     []*candidate
	problems sheet.Problems
	forbids  bool // some row is not the caller's to send
}

// candidate is a row on its way through a check.
type candidate struct {
	sheet.Row
	ref   battles.Ref
	grant auth.Grant
	shown *int64
	now   []ledger.Standing // of its battle, where it is overwritten
}

// checkSheet holds a sheet against everything. Its rows are of use only if there are no problems. The error is the
// ledger's, or the context's.
func (h *Handler) checkSheet(ctx context.Context, t talk) (checked, error) {
	c := &check{Handler: h, t: t}
	rows, problems := sheet.Read(t.Sheet.Text)
	c.problems = problems
	c.resolve(ctx, rows)
	c.once()
	c.keep(func(r *candidate) string { return c.decide(ctx, r) })
	c.readScores(ctx)
	err := c.together(ctx)
	if err == nil {
		err = ctx.Err()
	}
	return c.result(), err
}

// keep drops the rows that wrong has something to say about.
func (c *check) keep(wrong func(*candidate) string) {
	c.rows = slices.DeleteFunc(c.rows, func(r *candidate) bool {
		what := wrong(r)
		if what != "" {
			c.problems.Add(sheet.Problem{Line: r.Line, Text: r.Text, What: what})
		}
		return what != ""
	})
}

// resolve finds the battle of each row, and looks each one up once.
func (c *check) resolve(ctx context.Context, rows []sheet.Row) {
	type found struct {
		ref  battles.Ref
		what string
	}
	known := map[string]found{}
	var done atomic.Int64
	defer c.telling(ctx, "Looking up the battles", countBattles(rows), &done)()
	for _, row := range rows {
		f, seen := known[row.Battle]
		if !seen {
			var err error
			if f.ref, err = c.Book.Resolve(ctx, row.Battle); err == nil {
				err = sure(f.ref)
			}
			if err != nil {
				f.what = c.inWords(err)
			}
			known[row.Battle] = f
			done.Add(1)
		}
		if f.what != "" {
			c.problems.Add(sheet.Problem{Line: row.Line, Text: row.Text, What: f.what})
			continue
		}
		c.rows = append(c.rows, &candidate{Row: row, ref: f.ref})
	}
}

func countBattles(rows []sheet.Row) int {
	named := map[string]bool{}
	for _, r := range rows {
		named[r.Battle] = true
	}
	return len(named)
}

// inWords puts an error into one text for a line.
func (c *check) inWords(err error) string {
	r := c.refusalOf(err)
	return sentence(append([]string{r.Headline}, r.Notes...)...)
}

// once refuses a room that another line has under another name of the same battle.
func (c *check) once() {
	type place struct{ battle, room string }
	seen := map[place]int{}
	c.keep(func(r *candidate) string {
		at := place{r.ref.ID, r.Room}
		if other, twice := seen[at]; twice {
			return sheet.Twice(r.Room, other)
		}
		seen[at] = r.Line
		return ""
	})
}

// decide asks the policy about a row: for score.bulk in its battle and room, and for what it does. How far an overwrite
// goes is not known before the scores are read.
func (c *check) decide(ctx context.Context, r *candidate) string {
	d := c.Policy.Decide(ctx, c.question(r, auth.ScoreBulk, 0))
	if d.Allowed {
		points := r.Points
		if r.Verb == grammar.VerbSet {
			points = 0
		}
		d = c.Policy.Decide(ctx, c.question(r, permissionOf(kindOf(r.Row)), points))
	}
	return c.granted(r, d)
}

// granted notes the grant that covers a row, or says why there is none.
func (c *check) granted(r *candidate, d auth.Decision) string {
	if !d.Allowed {
		c.forbids = true
		return ruleWords(d.Refusal)
	}
	r.grant = d.Grant
	return ""
}

func (c *check) question(r *candidate, may auth.Permission, points int64) auth.Question {
	return auth.Question{
		Caller: c.t.Caller.ID, Vouched: c.t.Caller.Groups, May: may, Battles: present(r.ref.Names()...), Rooms: []string{r.Room},
		Channel: c.t.Place.Channel, Points: points,
	}
}

// judge holds an overwrite against the scores of its battle as they were read.
func (c *check) judge(ctx context.Context, r *candidate, read reading) string {
	if read.err != nil {
		return c.inWords(read.err)
	}
	is, known := operations.ScoreIn(read.now, r.Room)
	if !known {
		no := noSuchRoom(r.Room, battles.Snapshot{Standings: read.now})
		return sentence(append([]string{fmt.Sprintf("The room %s is not in this battle.", r.Room)}, no.Notes...)...)
	}
	r.shown, r.now = &is, read.now
	return c.granted(r, c.Policy.Decide(ctx, c.question(r, auth.ScoreSet, max(r.Points-is, is-r.Points))))
}

// together refuses what needs a second person, counting what the caller put on a room lately as for a single change.
func (c *check) together(ctx context.Context) (err error) {
	askers, since := c.Policy.Accounts(c.t.Caller.ID), c.now().Add(-togetherFor)
	c.keep(func(r *candidate) string {
		if err != nil {
			return ""
		}
		lately, failed := c.History.PutOn(ctx, r.ref.ID, r.Room, askers, since)
		if failed != nil {
			err = errors.Join(err, &operations.NotSentError{Step: operations.StepLedger, Err: failed})
			return ""
		}
		if lately+distance(r.row()) <= r.grant.ApprovalOver {
			return ""
		}
		return fmt.Sprintf("It needs a second person: above %s points in 10 minutes (grant %q) another person must approve. Use /battle-score for it.",
			grammar.FormatInt(r.grant.ApprovalOver), r.grant.Name)
	})
	return err
}

// row is the candidate as the ledger keeps it.
func (r *candidate) row() ledger.BulkRow {
	return ledger.BulkRow{
		Line: r.Line, Kind: kindOf(r.Row), Battle: r.ref.ID, Alias: r.ref.Alias, Room: r.Room, Points: r.Points,
		Most: r.grant.MaxPoints, Over: r.grant.ConfirmOver, Approval: r.grant.ApprovalOver, Shown: r.shown,
	}
}

// checked is a sheet that was held against everything.
type checked struct {
	rows     []ledger.BulkRow
	shown    map[string][]ledger.Standing // of each battle that is overwritten, by its id
	problems sheet.Problems
	notes    []string // about the problems
}

func (c *check) result() checked {
	slices.SortStableFunc(c.problems.Kept, func(a, b sheet.Problem) int { return cmp.Compare(a.Line, b.Line) })
	done := checked{problems: c.problems, shown: map[string][]ledger.Standing{}}
	if c.forbids {
		done.notes = []string{idWords(c.t.Caller.ID)}
	}
	for _, r := range c.rows {
		done.rows = append(done.rows, r.row())
		if r.now != nil {
			done.shown[r.ref.ID] = r.now
		}
	}
	return done
}
