package main

import (
	"context"
	"fmt"
	"time"
)

// Where a ledger is.
const (
	inFile     = "SQLite"
	inPostgres = "PostgreSQL"
)

// benchPlace is a store and how many replicas share it; the zero one is neither's.
type benchPlace struct {
	store    string
	replicas int
}

func (p benchPlace) String() string {
	switch {
	case p.store == "":
		return "no ledger"
	case p.replicas == 1:
		return p.store + ", one replica"
	}
	return fmt.Sprintf("%s, %d replicas", p.store, p.replicas)
}

// figure is what was measured.
type figure struct {
	p50, p99 time.Duration // 0: there is none
	value    float64       // in unit
	unit     string        // empty: there is no value
}

// benchmark is one row of the table, for each place.
type benchmark struct {
	name    string
	limits  string // what limits the figure, or what it is made of
	long    bool   // left out of a quick run
	places  []benchPlace
	measure func(ctx context.Context, b *bench, p benchPlace) (figure, error)
}

// benchmarks returns all rows in their order. Memory comes first, before others have filled it.
func benchmarks() []benchmark {
	nowhere := []benchPlace{{}}
	each := []benchPlace{{inFile, 1}, {inPostgres, 1}}
	all := append(each[:len(each):len(each)], benchPlace{inPostgres, 3})
	return []benchmark{
		{name: "memory at rest, resident", limits: "the Go runtime, SQLite in Go; the simulator is in it", places: each, measure: restingResident},
		{name: "memory at rest, heap", limits: "tables of codes and statements; the simulator is in it", places: each, measure: restingHeap},
		{name: "memory of a known battle", limits: "its rooms, names and times", places: each, measure: battleHeap},
		{name: "memory left by 1,000 operations", limits: "nothing is kept; what shows is noise", places: each, measure: operationHeap},
		{name: "allocations of an operation", limits: "SQL's arguments and rows; HTTP and JSON of the calls", places: each, measure: allocations},
		{name: "sync of the folder", limits: "the disk", places: nowhere, measure: folderSync},
		{name: "ledger write, alone", limits: "one sync, its SQL; PostgreSQL: each statement is a way to the server", places: each, measure: ledgerWrite},
		{name: "ledger write, 64 together", limits: "their SQL, one after the other; the sync is shared", places: each, measure: ledgerWrites},
		{name: "acknowledgement, 200 a second", limits: "the check of the signature; the additions run beside it", places: all, measure: acknowledgement},
		{name: "add, end to end", limits: "two ledger writes; with replicas also their turns, and what others know of battles", places: all, measure: addAlone},
		{name: "add, 50 in flight", limits: "the ledger's one writer: SQL of three writes each; the processors", places: all, measure: addTogether},
		{name: "add, own work", limits: "end to end less Tencent's part: SQL and its syncs, then JSON", places: all, measure: ownWork},
		{name: "operations at a ceiling of 100/s", limits: "the ceiling: 97 % of it are used", places: all, measure: atCeiling},
		{name: "bulk at a ceiling of 100/s", limits: "the ceiling: 97 % of it are used", places: all, measure: bulkAtCeiling},
		{name: "growth: 1 to 1,000 events", limits: "the depth of indexes", places: each, measure: grown(benchSetup{past: 1000})},
		{name: "growth: 1 to 100,000 events", limits: "the depth of indexes", places: each, measure: grown(benchSetup{past: 100_000}), long: true},
		{name: "growth: 1 to 1,000,000 events", limits: "the depth of indexes, the cache of pages", places: each, measure: grown(benchSetup{past: 1_000_000}), long: true},
		{name: "growth: 1 to 2,000 additions to a battle", limits: "what its asker added to the room lately is counted", places: each, measure: grown(benchSetup{battles: 1, past: 4000, recent: true})},
		{name: "growth: 1 to 10,000 grants", limits: "nothing: grants are found by who asks", places: each, measure: grown(benchSetup{grants: 10_000})},
		{name: "growth: 1 to 10,000 battles", limits: "nothing: battles are found by id", places: each, measure: grown(benchSetup{battles: 1, known: 9999})},
	}
}
