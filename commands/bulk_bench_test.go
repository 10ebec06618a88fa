package commands_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"ringside/commands"
)

// BenchmarkBulkCheck checks and records a sheet of 10,000 additions in 2,500 battles, of which nothing is read.
func BenchmarkBulkCheck(b *testing.B) {
	r := newRig(b)
	var text strings.Builder
	for i := range 10_000 {
		fmt.Fprintf(&text, "battle-%d,add,pk-%d,%d\n", i/4, i, i%900+1)
	}
	b.ReportAllocs()
	for b.Loop() {
		r.later(time.Minute)
		ask := r.ask(ana, "/battle bulk")
		ask.Sheet = &commands.Sheet{Text: []byte(text.String())}
		l := &listener{}
		r.handler.Handle(b.Context(), ask, l)
		if n := len(l.answers); n != 1 || len(l.answers[0].Buttons) != 2 {
			b.Fatalf("%d answers: %+v", n, l.answers)
		}
	}
}
