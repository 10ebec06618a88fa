package tencent_test

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"ringside/tencent"
)

func TestCompleteAnswer(t *testing.T) {
	t.Parallel()
	at, _ := fixed(t)
	body := `{"RequestId":"Id-abc-O-Seq-1","ErrorCode":100411,"ErrorInfo":"line one\nline two\u202e\u0007","ActionStatus":"FAIL","More":{}}`
	client := newClient(t, script(t, answer(page(200, body))), at)
	results, evidence := add(t.Context(), t, client)
	if evidence.Took <= 0 {
		t.Error("took no time")
	}
	evidence.Took = 0
	want := tencent.Evidence{
		Written: true, LastByte: time.Unix(1700000000, 0), Complete: true, HTTPStatus: 200, Code: 100411, Status: "FAIL",
		Info: "line one line two", RequestID: "Id-abc-O-Seq-1",
	}
	if evidence != want || results != nil {
		t.Errorf("got  %+v %v\nwant %+v", evidence, results, want)
	}
}

// TestLargestAnswer pads an envelope to the bound exactly.
func TestLargestAnswer(t *testing.T) {
	t.Parallel()
	body := refusal(100411)
	body += strings.Repeat(" ", 1<<20-len(body))
	client := newClient(t, script(t, answer(page(200, body))))
	if _, evidence := add(t.Context(), t, client); !evidence.Complete || evidence.Code != 100411 {
		t.Errorf("got %+v", evidence)
	}
}

func TestLongTextsAreCut(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("é", 100000)
	client := newClient(t, script(t, answer(page(200, fmt.Sprintf(
		`{"ErrorCode":1,"ErrorInfo":%q,"RequestId":%q,"ActionStatus":%q}`, long, long, long)))))
	_, evidence := add(t.Context(), t, client)
	if len(evidence.Info) > 400 || len(evidence.RequestID) > 128 || len(evidence.Status) > 16 || !strings.HasSuffix(evidence.Info, "é…") {
		t.Errorf("%d, %d and %d bytes: %q", len(evidence.Info), len(evidence.RequestID), len(evidence.Status), evidence.Info)
	}
}

// TestServerQuotesTheAddress lets the platform repeat our signature in every text it sends, whole, cut and escaped.
func TestServerQuotesTheAddress(t *testing.T) {
	t.Parallel()
	cut := func(s string, n int) string { return s[:min(n, len(s))] }
	base := serve(t, func(w http.ResponseWriter, r *http.Request) {
		sig := r.URL.Query().Get("usersig")
		text := "cannot parse " + cut(r.RequestURI, 600) + " with " + sig + " and " + sig[40:90] + "x" + cut(sig, 20)
		_, _ = fmt.Fprintf(w, `{"ErrorCode":0,"ActionStatus":%q,"ErrorInfo":%q,"RequestId":%q,"Response":{"BattleId":"b","Result":[{"RoomId":"r","ResultCode":5,"ResultMessage":%q}]}}`,
			cut(sig, 16), text, sig, text)
	})
	at, signature := fixed(t)
	client := newClient(t, base, at)
	_, evidence := add(t.Context(), t, client)
	created, second := client.CreateBattle(t.Context(), reserve(t, client, tencent.CommandCreateBattle),
		tencent.NewBattle{From: "a", To: []string{"b"}, Duration: time.Minute})
	for _, text := range []string{evidence.Info, second.Info, created.Results[0].Message} {
		if !strings.Contains(text, "cannot parse /v4/") || !strings.Contains(text, "[redacted]") {
			t.Errorf("reads %q", text)
		}
	}
	evidence.Info = strings.ReplaceAll(evidence.Info, "usersig", "")
	second.Info, created.Results[0].Message = evidence.Info, evidence.Info
	noSecrets(t, signature, evidence, second, created)
}

func TestRedirectIsNotFollowed(t *testing.T) {
	t.Parallel()
	var hits atomic.Int32
	trap := serve(t, func(w http.ResponseWriter, _ *http.Request) {
		hits.Add(1)
		_, _ = io.WriteString(w, success(`{"Result":[]}`))
	})
	for _, status := range []int{301, 302, 303, 307, 308, 304} {
		base := serve(t, func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, trap, status) })
		_, evidence := add(t.Context(), t, newClient(t, base))
		var failure *tencent.Failure
		if !errors.As(evidence.Err, &failure) || failure.Reason != tencent.ReasonRedirect || !evidence.Written || evidence.HTTPStatus != status {
			t.Errorf("%d: %+v", status, evidence)
		}
	}
	if hits.Load() != 0 {
		t.Errorf("followed %d times", hits.Load())
	}
}

func TestSlotIsNeededOnce(t *testing.T) {
	t.Parallel()
	server := &replies{bodies: []string{refusal(100411)}}
	client := newClient(t, serve(t, server.handle))
	used := reserve(t, client, tencent.CommandSetBattleScore)
	client.SetBattleScore(t.Context(), used, addHundred())
	given := reserve(t, client, tencent.CommandSetBattleScore)
	given.Release()
	for name, slot := range map[string]*tencent.Slot{
		"none": nil, "used": used, "given back": given, "of another command": reserve(t, client, tencent.CommandCreateBattle),
	} {
		_, evidence := client.SetBattleScore(t.Context(), slot, addHundred())
		var failure *tencent.Failure
		if !errors.As(evidence.Err, &failure) || failure.Reason != tencent.ReasonSlot || evidence.Written || evidence.Complete {
			t.Errorf("%s: %+v", name, evidence)
		}
	}
	if server.count() != 1 {
		t.Errorf("%d requests", server.count())
	}
}
