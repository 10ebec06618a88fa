package ledger

import (
	"context"
	"database/sql"
	"strconv"
	"strings"
	"sync"
	"time"
)

// dialect is what differs between the databases that keep a ledger. All else is written once, in SQL that both
// understand, with a question mark for each value.
type dialect struct {
	words func(query string) string             // a query in the database's own words
	limit time.Duration                         // for one transaction; 0: nothing but the disk ends it
	begin func(t *tx) error                     // opens a transaction that no other write overlaps, with the chain's end in t.head
	end   func(t *tx, began head) error         // is called before the commit; may be nil
	kept  func(t *tx)                           // is called after the commit; may be nil
	send  func(t *tx, queued []statement) error // several statements in one round trip; nil: each is sent by itself
	doubt time.Duration                         // for how long a commit that got no answer is asked after
}

// pool is where is read outside of transactions.
type pool struct {
	*sql.DB
	words func(query string) string
	limit time.Duration // for one read, if the server is silent; 0: none
}

// QueryContext reads in the database's own words.
func (p *pool) QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	return p.DB.QueryContext(ctx, p.words(query), args...)
}

// asWritten leaves a query as it is.
func asWritten(query string) string { return query }

// numbered returns a function that puts queries into PostgreSQL's words, each once: its values are numbered, and it knows
// no order of joins to keep to.
func numbered() func(query string) string {
	var known sync.Map
	return func(query string) string {
		if ready, ok := known.Load(query); ok {
			words, _ := ready.(string)
			return words
		}
		words := number(strings.ReplaceAll(query, "CROSS JOIN", "JOIN"))
		known.Store(query, words)
		return words
	}
}

// number writes $1, $2 … for the question marks of a query. None of this package's queries has one in a text.
func number(query string) string {
	var b strings.Builder
	n := 0
	for _, r := range query {
		if r != '?' {
			b.WriteRune(r)
			continue
		}
		n++
		b.WriteString("$" + strconv.Itoa(n))
	}
	return b.String()
}
