package battles_test

import (
	"testing"
	"time"

	"ringside/tencent"
)

// heard makes a battle known as the webhook about its start does.
func heard(t *testing.T, d *desk, id string, start time.Time, lasts time.Duration, rooms ...string) {
	t.Helper()
	e := tencent.BattleStarted{CallbackHead: tencent.CallbackHead{BattleID: id, At: start}, Start: start, Duration: lasts}
	for _, r := range rooms {
		e.Rooms = append(e.Rooms, tencent.BattleRoom{Room: r})
	}
	must(t, d.book.Hear(t.Context(), e))
}

func TestFind(t *testing.T) {
	t.Parallel()
	from, until := noon.Add(-10*time.Second), noon
	start := noon.Add(-5 * time.Second)
	for name, tc := range map[string]struct {
		told func(t *testing.T, d *desk)
		err  error
		want string
		fail bool
		asks int // the platform
	}{
		"told of": {told: func(t *testing.T, d *desk) { t.Helper(); heard(t, d, "b", start, time.Minute, "a", "b") }, want: "b"},
		"two seconds early": {told: func(t *testing.T, d *desk) {
			t.Helper()
			heard(t, d, "b", from.Add(-2*time.Second), time.Minute, "a", "b")
		}, want: "b"},
		"two seconds late": {told: func(t *testing.T, d *desk) {
			t.Helper()
			heard(t, d, "b", until.Add(2*time.Second), time.Minute, "a", "b")
		}, want: "b"},
		"too early": {told: func(t *testing.T, d *desk) {
			t.Helper()
			heard(t, d, "b", from.Add(-3*time.Second), time.Minute, "a", "b")
		}, asks: 1},
		"too late": {told: func(t *testing.T, d *desk) {
			t.Helper()
			heard(t, d, "b", until.Add(3*time.Second), time.Minute, "a", "b")
		}, asks: 1},
		"the other way round": {told: func(t *testing.T, d *desk) { t.Helper(); heard(t, d, "b", start, time.Minute, "b", "a") }, asks: 1},
		"one room more":       {told: func(t *testing.T, d *desk) { t.Helper(); heard(t, d, "b", start, time.Minute, "a", "b", "c") }, asks: 1},
		"one room less":       {told: func(t *testing.T, d *desk) { t.Helper(); heard(t, d, "b", start, time.Minute, "a") }, asks: 1},
		"longer":              {told: func(t *testing.T, d *desk) { t.Helper(); heard(t, d, "b", start, time.Minute+time.Second, "a", "b") }, asks: 1},
		"without a start":     {told: func(t *testing.T, d *desk) { t.Helper(); heard(t, d, "b", time.Time{}, time.Minute, "a", "b") }, asks: 1},
		"over already": {told: func(t *testing.T, d *desk) {
			t.Helper()
			heard(t, d, "b", start, time.Minute, "a", "b")
			must(t, d.book.Hear(t.Context(), tencent.BattleEnded{CallbackHead: tencent.CallbackHead{BattleID: "b"}, End: noon}))
		}, want: "b"},
		"two of them": {told: func(t *testing.T, d *desk) {
			t.Helper()
			heard(t, d, "b", start, time.Minute, "a", "b")
			heard(t, d, "c", start.Add(time.Second), time.Minute, "a", "b")
		}},
		"made by Ringside": {told: func(t *testing.T, d *desk) {
			t.Helper()
			heard(t, d, "b", start, time.Minute, "a", "b")
			must(t, d.book.Made(t.Context(), "b", []string{"a", "b"}, start, time.Minute, ""))
		}, asks: 1},
		"looked up": {told: func(_ *testing.T, d *desk) {
			d.platform.battles = []tencent.Battle{{ID: "b", Start: start, Duration: time.Minute, Rooms: []tencent.BattleRoom{{Room: "a"}, {Room: "b"}}}}
		}, want: "b", asks: 1},
		"another looked up": {told: func(_ *testing.T, d *desk) {
			d.platform.battles = []tencent.Battle{{ID: "b", Start: start, Duration: time.Hour, Rooms: []tencent.BattleRoom{{Room: "a"}, {Room: "b"}}}}
		}, asks: 1},
		"looked up, but known to be Ringside's": {told: func(t *testing.T, d *desk) {
			t.Helper()
			d.platform.battles = []tencent.Battle{{ID: "b", Start: start, Duration: time.Minute, Rooms: []tencent.BattleRoom{{Room: "a"}, {Room: "b"}}}}
			must(t, d.book.Made(t.Context(), "b", []string{"a", "b"}, start, time.Minute, ""))
		}, asks: 1},
		"none":                   {asks: 1},
		"no network":             {err: noNetwork(), fail: true, asks: 1},
		"too often":              {err: refusal(60007), fail: true, asks: 1},
		"the platform's fault":   {err: refusal(100001), fail: true, asks: 1},
		"no such question there": {err: refusal(100002), asks: 1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := newDesk(t)
			if tc.told != nil {
				tc.told(t, d)
			}
			d.platform.err = tc.err
			id, ok, err := d.book.Find(t.Context(), []string{"a", "b"}, from, until, time.Minute)
			if id != tc.want || ok != (tc.want != "") || (err != nil) != tc.fail || len(d.platform.asked) != tc.asks {
				t.Errorf("%q, %v, %v after %d questions", id, ok, err, len(d.platform.asked))
			}
		})
	}
}

func TestFindNeedsTwoRooms(t *testing.T) {
	t.Parallel()
	d := newDesk(t, running("b", "a"))
	if id, ok, err := d.book.Find(t.Context(), []string{"a"}, noon.Add(-time.Hour), noon, 5*time.Minute); ok || id != "" || err != nil || d.platform.asked != nil {
		t.Errorf("%q, %v, %v", id, ok, err)
	}
}
