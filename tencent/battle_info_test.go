package tencent_test

import (
	"context"
	"errors"
	"net"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"ringside/tencent"
)

const infoReply = `{"BattleId":"b+/=","Duration":120000,"StartTime":1739508625,"EndTime":1739508746,"Status":3,"New":[1],
"FromRoomInfo":{"RoomId":"live1","Score":1340,"Owner_Account":"alice","Rank":1},
"ToRoomList":[{"Owner_Account":144115262295492787,"RoomId":"live2","Score":1250},{"RoomId":"live3","Score":-5}]}`

func wantBattle() tencent.Battle {
	return tencent.Battle{
		ID: "b+/=", Duration: 2 * time.Minute, Start: time.Unix(1739508625, 0), End: time.Unix(1739508746, 0), Status: 3,
		Rooms: []tencent.BattleRoom{
			{Room: "live1", Score: 1340, Owner: "alice"},
			{Room: "live2", Score: 1250, Owner: "144115262295492787"},
			{Room: "live3", Score: -5},
		},
	}
}

func TestBattleInfo(t *testing.T) {
	t.Parallel()
	replace := func(old, put string) func(string) string {
		return func(s string) string { return strings.Replace(s, old, put, 1) }
	}
	tests := []struct {
		name string
		edit func(string) string
		want func(*tencent.Battle)
	}{
		{"as documented", replace("", ""), func(*tencent.Battle) {}},
		{"running: no end yet", replace("1739508746", "0"), func(b *tencent.Battle) { b.End = time.Time{} }},
		{"no times at all", replace(`"StartTime":1739508625,"EndTime":1739508746,`, ""), func(b *tencent.Battle) { b.Start, b.End = time.Time{}, time.Time{} }},
		{"times in words", replace("1739508625", `"soon"`), func(b *tencent.Battle) { b.Start = time.Time{} }},
		{"an absurd duration", replace("120000", "9223372036854775807"), func(b *tencent.Battle) { b.Duration = 0 }},
		{"a negative duration", replace("120000", "-1"), func(b *tencent.Battle) { b.Duration = 0 }},
		{"no status", replace(`"Status":3`, `"Status":null`), func(b *tencent.Battle) { b.Status = 0 }},
		{"a new status", replace(`"Status":3`, `"Status":17`), func(b *tencent.Battle) { b.Status = 17 }},
		{"a score beyond 2^53", replace("1340", "9007199254740993"), func(b *tencent.Battle) { b.Rooms[0].Score = 9007199254740993 }},
		{"an owner of another type", replace(`"alice"`, `["alice"]`), func(b *tencent.Battle) { b.Rooms[0].Owner = "" }},
		{"an owner with a fraction", replace(`"alice"`, `1.5e3`), func(b *tencent.Battle) { b.Rooms[0].Owner = "" }},
		{"nobody was called", replace(infoReply[strings.Index(infoReply, `"ToRoomList"`):], `"ToRoomList":[]}`), func(b *tencent.Battle) { b.Rooms = b.Rooms[:1] }},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			server := &replies{bodies: []string{success(tt.edit(infoReply))}}
			client := newClient(t, serve(t, server.handle))
			got, err := client.BattleInfo(t.Context(), tencent.ClassPerson, tencent.BattleQuery{ID: "b+/="})
			if err != nil {
				t.Fatal(err)
			}
			want := wantBattle()
			tt.want(&want)
			if diff := cmp.Diff(want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// TestBattleInfoThatCannotBeTrusted holds replies with code 0 whose data is not a whole battle.
func TestBattleInfoThatCannotBeTrusted(t *testing.T) {
	t.Parallel()
	edit := func(old, put string) string { return success(strings.Replace(infoReply, old, put, 1)) }
	tests := map[string]string{
		"no response":              refusal(0),
		"another type":             success("[]"),
		"another battle":           edit("b+/=", "B+/="),
		"no id":                    edit(`"BattleId":"b+/=",`, ""),
		"an empty id":              edit("b+/=", ""),
		"a score in words":         edit("1340", `"1340"`),
		"a score with a fraction":  edit("1340", "1340.0"),
		"a score out of range":     edit("1340", "92233720368547758070"),
		"a score twice":            edit(`"Score":1340`, `"Score":1340,"Score":1341`),
		"no score":                 edit(`,"Score":1250`, ""),
		"a room without a name":    edit(`"live2"`, `""`),
		"a room of another type":   edit(`"live2"`, "2"),
		"a room with a huge name":  edit("live2", strings.Repeat("x", 300)),
		"a room twice":             edit("live2", "live1"),
		"no first room":            edit("FromRoomInfo", "From"),
		"no list of rooms":         edit("ToRoomList", "To"),
		"a room instead of a list": edit(`"ToRoomList":[`, `"ToRoomList":{},"X":[`),
		"null in the list":         edit(`{"RoomId":"live3","Score":-5}`, "null"),
	}
	for name, body := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := &replies{bodies: []string{body}}
			client := newClient(t, serve(t, server.handle))
			battle, err := client.BattleInfo(t.Context(), tencent.ClassBatch, tencent.BattleQuery{ID: "b+/="})
			var failure *tencent.Failure
			if !errors.As(err, &failure) || failure.Reason != tencent.ReasonShape || len(battle.Rooms) != 0 {
				t.Errorf("got %+v, %v", battle, err)
			}
			if server.count() != 1 {
				t.Errorf("%d requests", server.count())
			}
		})
	}
}

func TestBattleInfoByRoom(t *testing.T) {
	t.Parallel()
	server := &replies{bodies: []string{success(infoReply)}}
	client := newClient(t, serve(t, server.handle))
	battle, err := client.BattleInfo(t.Context(), tencent.ClassPerson, tencent.BattleQuery{Room: "live2"})
	if err != nil || battle.ID != "b+/=" {
		t.Errorf("got %+v, %v", battle, err)
	}
	if _, err := client.BattleInfo(t.Context(), tencent.ClassPerson, tencent.BattleQuery{}); err == nil || server.count() != 1 {
		t.Errorf("a query for nothing: %v after %d requests", err, server.count())
	}
}

// TestReadIsRepeatedOnce says after which first reply a read is tried again.
func TestReadIsRepeatedOnce(t *testing.T) {
	t.Parallel()
	ok := success(infoReply)
	tests := []struct {
		name    string
		replies []string
		calls   int
		code    int // of the error; -1: none
	}{
		{"success", []string{ok}, 1, -1},
		{"gateway, then success", []string{"502", ok}, 2, -1},
		{"gateway twice", []string{"502", "502", ok}, 2, 0},
		{"new signature, then success", []string{refusal(70001), ok}, 2, -1},
		{"new signature in vain", []string{refusal(70003), refusal(70003), ok}, 2, 70003},
		{"too many calls", []string{refusal(60007), ok}, 1, 60007},
		{"internal error", []string{refusal(100001), ok}, 1, 100001},
		{"over", []string{refusal(100411), ok}, 1, 100411},
		{"unlisted", []string{refusal(123456), ok}, 1, 123456},
		{"not JSON", []string{"<html>", ok}, 1, 0},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			server := &replies{bodies: tt.replies}
			hands := &clock{at: time.Unix(1700000000, 0)}
			client := newClient(t, serve(t, server.handle), tencent.WithClock(func() time.Time { hands.move(time.Second); return hands.now() }))
			_, err := client.BattleInfo(t.Context(), tencent.ClassPerson, tencent.BattleQuery{ID: "b+/="})
			var failed *tencent.CallError
			if errors.As(err, &failed) == (tt.code == -1) || (failed != nil && failed.Evidence.Code != tt.code) {
				t.Errorf("got %v", err)
			}
			if server.count() != tt.calls {
				t.Errorf("%d requests, want %d", server.count(), tt.calls)
			}
			if strings.HasPrefix(tt.name, "new signature") && server.seen[0] == server.seen[1] {
				t.Error("the refused signature was sent again")
			}
		})
	}
}

func TestCallErrorInWords(t *testing.T) {
	t.Parallel()
	server := &replies{bodies: []string{refusal(100411)}}
	client := newClient(t, serve(t, server.handle))
	_, err := client.BattleInfo(t.Context(), tencent.ClassPerson, tencent.BattleQuery{ID: "x"})
	const want = `get_battle_info: Tencent answered 100411 "refused" (request "Id-1")`
	if err == nil || err.Error() != want {
		t.Errorf("got  %v\nwant %s", err, want)
	}
	if errors.Unwrap(err) != nil {
		t.Errorf("a complete answer wraps %v", errors.Unwrap(err))
	}
}

// TestReadIsRepeatedOverANewLine cuts the first connection off and answers on the second.
func TestReadIsRepeatedOverANewLine(t *testing.T) {
	t.Parallel()
	var lines atomic.Int32
	client := newClient(t, script(t, func(c *net.TCPConn) {
		if lines.Add(1) == 1 {
			_ = readRequest(c)
			reset(c)
			return
		}
		answer(page(200, success(infoReply)))(c)
	}))
	battle, err := client.BattleInfo(t.Context(), tencent.ClassPerson, tencent.BattleQuery{ID: "b+/="})
	if err != nil || len(battle.Rooms) != 3 || lines.Load() != 2 {
		t.Errorf("got %+v, %v over %d connections", battle, err, lines.Load())
	}
}

// TestReadWaitsItsTurn has no room for a read before its deadline: nothing is sent, and nothing is tried again.
func TestReadWaitsItsTurn(t *testing.T) {
	t.Parallel()
	server := &replies{bodies: []string{success(infoReply)}}
	s := settings(serve(t, server.handle))
	s.CallsPerSecond = 1
	client, err := tencent.New(s)
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	query := tencent.BattleQuery{ID: "b+/="}
	if _, err := client.BattleInfo(t.Context(), tencent.ClassPerson, query); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer cancel()
	_, err = client.BattleInfo(ctx, tencent.ClassPerson, query)
	var busy *tencent.BusyError
	var failed *tencent.CallError
	if !errors.As(err, &busy) || !errors.As(err, &failed) || failed.Evidence.Written || server.count() != 1 {
		t.Errorf("got %v after %d requests", err, server.count())
	}
	if !strings.Contains(err.Error(), "nothing was sent") {
		t.Errorf("reads %q", err)
	}
}
