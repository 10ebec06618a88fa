package dashboard_test

import (
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"ringside/web/dashboard"
)

func TestNews(t *testing.T) {
	t.Parallel()
	bubble(t, func(t *testing.T, d *desk) {
		v := d.watch(d.session(t))
		now := []dashboard.Battle{battle(10, 20)}
		turn := func() { now[0] = battle(now[0].Rooms[1].Score, now[0].Rooms[0].Score) }
		steps := []struct {
			change func()
			want   string
		}{
			{func() {}, ""}, // what is there at first is no news
			{turn, "final: a now leads by 10."},
			{turn, ""}, // too soon
			{func() { now[0] = battle(10, 10) }, ""},
			{func() { now = append(now, dashboard.Battle{ID: "b2", Rooms: now[0].Rooms}) }, "b2 has begun: a against b."},
			{func() { now[0].Unknown = 1 }, "final: an outcome is unknown, 1 open."},
			{func() { now[0].Unknown = 0 }, ""},
			{func() { now = now[:1] }, "b2 is over."},
			{func() { now[0] = battle(10, 20) }, ""}, // still too soon since it was told
			{func() { time.Sleep(15 * time.Second) }, "final: b now leads by 10."},
			{func() {
				for i := range 5 {
					now = append(now, dashboard.Battle{ID: string(rune('p' + i))})
				}
			}, "p has begun. q has begun. And 3 more changes."},
		}
		seen := 0
		for i, step := range steps {
			step.change()
			d.source.change(func(s *source) { s.now.Battles = slices.Clone(now) })
			if i > 0 {
				pass(time.Second)
			}
			synctest.Wait()
			_, boards := v.heard(t)
			var said []string
			for _, b := range boards[seen:] {
				said = append(said, b.News...)
			}
			seen = len(boards)
			if got := strings.Join(said, " "); got != step.want {
				t.Errorf("step %d: heard %q, want %q", i, got, step.want)
			}
		}
		v.quit()
		v.ended(t)
	})
}
