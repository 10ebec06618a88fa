package auth_test

import (
	"fmt"
	"testing"

	"ringside/auth"
)

// BenchmarkDecide answers one question by policies of different sizes: grants that each name another
// person, and grants that each name another group.
func BenchmarkDecide(b *testing.B) {
	for _, size := range []int{1, 100, 10_000} {
		b.Run(fmt.Sprintf("people/%d", size), func(b *testing.B) {
			benchmarkDecide(b, size, "slack:T0123/user/U%d")
		})
		b.Run(fmt.Sprintf("groups/%d", size), func(b *testing.B) {
			benchmarkDecide(b, size, "slack:T0123/group/S%d")
		})
	}
}

func benchmarkDecide(b *testing.B, size int, who string) {
	b.Helper()
	in := make(map[string]bool)
	grants := []auth.Grant{grant("own", []string{alice}, rooms("pk-*"))}
	for i := range size - 1 {
		id := fmt.Sprintf(who, i)
		in[id] = false
		grants = append(grants, grant(fmt.Sprintf("g%d", i), []string{id}, rooms("pk-*")))
	}
	p := policy(b, &directory{in: in}, grants...)
	q := ask(inRooms("pk-live1", "pk-live2"))
	b.ReportAllocs()
	for b.Loop() {
		if d := p.Decide(b.Context(), q); !d.Allowed {
			b.Fatalf("Decide = %+v", d)
		}
	}
}

// BenchmarkRefuse is the dearest case: a stranger, for whom every grant of a group has to be held against
// the question and every group asked for.
func BenchmarkRefuse(b *testing.B) {
	for _, size := range []int{1, 100, 10_000} {
		b.Run(fmt.Sprintf("groups/%d", size), func(b *testing.B) {
			var grants []auth.Grant
			for i := range size {
				grants = append(grants, grant(fmt.Sprintf("g%d", i), []string{fmt.Sprintf("slack:T0123/group/S%d", i%20)}))
			}
			p := policy(b, nobody{}, grants...)
			q := ask()
			b.ReportAllocs()
			for b.Loop() {
				if d := p.Decide(b.Context(), q); d.Refusal.Rule != auth.RuleCaller {
					b.Fatalf("Decide = %+v", d)
				}
			}
		})
	}
}
