package tencent_test

import (
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"ringside/tencent"
)

func TestScoreResults(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name     string
		response string
		want     []tencent.RoomResult
	}{
		{"one", `{"Result":[{"RoomId":"a","ResultCode":0}]}`, []tencent.RoomResult{{Room: "a", HasCode: true}}},
		{
			"another order, other rooms, one twice",
			`{"Result":[{"RoomId":"b","ResultCode":1},{"ResultCode":0,"RoomId":"a","New":{}},{"RoomId":"b","ResultCode":0}],"New":1}`,
			[]tencent.RoomResult{{Room: "b", Code: 1, HasCode: true}, {Room: "a", HasCode: true}, {Room: "b", HasCode: true}},
		},
		{"an unlisted code", `{"Result":[{"RoomId":"a","ResultCode":-7}]}`, []tencent.RoomResult{{Room: "a", Code: -7, HasCode: true}}},
		{"no code", `{"Result":[{"RoomId":"a"}]}`, []tencent.RoomResult{{Room: "a"}}},
		{"a code in words", `{"Result":[{"RoomId":"a","ResultCode":"0"}]}`, []tencent.RoomResult{{Room: "a"}}},
		{"a code with a fraction", `{"Result":[{"RoomId":"a","ResultCode":0.0}]}`, []tencent.RoomResult{{Room: "a"}}},
		{"a code that is null", `{"Result":[{"RoomId":"a","ResultCode":null}]}`, []tencent.RoomResult{{Room: "a"}}},
		{"a code twice", `{"Result":[{"RoomId":"a","ResultCode":0,"ResultCode":1}]}`, []tencent.RoomResult{{Room: "a"}}},
		{"another spelling", `{"Result":[{"roomid":"a","resultcode":0}]}`, []tencent.RoomResult{{}}},
		{"no room", `{"Result":[{"ResultCode":0}]}`, []tencent.RoomResult{{HasCode: true}}},
		{"a room of another type", `{"Result":[{"RoomId":5,"ResultCode":0}]}`, []tencent.RoomResult{{HasCode: true}}},
		{"elements of another type", `{"Result":[null,"a",["a",0],{}]}`, []tencent.RoomResult{{}, {}, {}, {}}},
		{"an empty list", `{"Result":[]}`, nil},
		{"no list", `{}`, nil},
		{"the list is an object", `{"Result":{"RoomId":"a","ResultCode":0}}`, nil},
		{"two lists", `{"Result":[{"RoomId":"a","ResultCode":0}],"Result":[]}`, nil},
		{"null", `null`, nil},
		{"a list instead", `[{"RoomId":"a","ResultCode":0}]`, nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			server := &replies{bodies: []string{success(tt.response)}}
			got, evidence := add(t.Context(), t, newClient(t, serve(t, server.handle)))
			if !evidence.Complete || evidence.Code != 0 || evidence.Status != "OK" || evidence.Err != nil {
				t.Errorf("got %+v", evidence)
			}
			if len(got) == 0 {
				got = nil
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestNoResultsWithARefusal(t *testing.T) {
	t.Parallel()
	body := strings.Replace(refusal(100006), "{", `{"Response":{"Result":[{"RoomId":"a","ResultCode":0}]},`, 1)
	server := &replies{bodies: []string{body}}
	results, evidence := add(t.Context(), t, newClient(t, serve(t, server.handle)))
	if !evidence.Complete || evidence.Code != 100006 || len(results) != 0 {
		t.Errorf("got %v with %+v", results, evidence)
	}
}

// TestMistakesAreNotSent holds what the client refuses to build; the slot stays usable.
func TestMistakesAreNotSent(t *testing.T) {
	t.Parallel()
	good := addHundred()
	tests := map[string]tencent.ScoreChange{
		"no battle":           {Op: good.Op, Scores: good.Scores},
		"no kind":             {BattleID: "b", Scores: good.Scores},
		"another kind":        {BattleID: "b", Op: 3, Scores: good.Scores},
		"no rooms":            {BattleID: "b", Op: good.Op},
		"a room with no name": {BattleID: "b", Op: good.Op, Scores: []tencent.RoomScore{{Score: 1}}},
		"far too long":        {BattleID: strings.Repeat("x", 20000), Op: good.Op, Scores: good.Scores},
	}
	server := &replies{bodies: []string{success(`{"Result":[]}`)}}
	client := newClient(t, serve(t, server.handle))
	slot := reserve(t, client, tencent.CommandSetBattleScore)
	for name, change := range tests {
		results, evidence := client.SetBattleScore(t.Context(), slot, change)
		var failure *tencent.Failure
		if !errors.As(evidence.Err, &failure) || failure.Reason != tencent.ReasonInput || evidence.Written || results != nil {
			t.Errorf("%s: %+v", name, evidence)
		}
	}
	if _, evidence := client.SetBattleScore(t.Context(), slot, good); !evidence.Complete || server.count() != 1 {
		t.Errorf("the slot is gone: %+v after %d requests", evidence, server.count())
	}
}

func BenchmarkSetBattleScore(b *testing.B) {
	base := serve(b, func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		_, _ = io.WriteString(w, success(`{"Result":[{"RoomId":"pk-live1","ResultCode":0}]}`))
	})
	s := settings(base)
	s.CallsPerSecond = 10000
	client, err := tencent.New(s)
	if err != nil {
		b.Fatal(err)
	}
	defer client.Close()
	change := addHundred()
	b.ReportAllocs()
	var busy time.Duration
	for b.Loop() {
		slot, err := client.Reserve(b.Context(), tencent.CommandSetBattleScore, tencent.ClassPerson)
		if err != nil {
			b.Fatal(err)
		}
		_, evidence := client.SetBattleScore(b.Context(), slot, change)
		if !evidence.Complete {
			b.Fatal(evidence.Err)
		}
		busy += evidence.Took
	}
	b.ReportMetric(float64(busy.Nanoseconds())/float64(b.N), "ns/call")
}
