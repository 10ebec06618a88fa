package callback_test

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"ringside/tencent"
	"ringside/web/callback"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const (
	app   = 1400000000
	token = "callback-token-0123456789"

	startBody = `{"CallbackCommand":"Live.CallbackAfterStartBattle","BattleId":"4siHsNsWN/T3aub9zKraqI4zZAyPRpXQhdtKv1q4HOs=",
		"Duration":60000,"CreateTime":1739954005,"StartTime":1739954005,"FromRoomInfo":{"RoomId":"pk-3","Owner_Account":"brennan"},
		"ToRoomList":[{"RoomId":"pk-5","Owner_Account":144115245353757792}],"EventTime":1739954005000}`
	success = `{"ActionStatus":"OK","ErrorCode":0,"ErrorInfo":""}`
)

var noon = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)

// ear keeps what it hears.
type ear struct {
	mu    sync.Mutex
	heard []tencent.Event
	hear  func(ctx context.Context) error // nil hears well
}

func (e *ear) Hear(ctx context.Context, event tencent.Event) error {
	e.mu.Lock()
	e.heard = append(e.heard, event)
	e.mu.Unlock()
	if e.hear != nil {
		return e.hear(ctx)
	}
	return nil
}

func (e *ear) count() int {
	e.mu.Lock()
	defer e.mu.Unlock()
	return len(e.heard)
}

func handler(t testing.TB, s callback.Settings, e callback.Ear, opts ...callback.Option) *callback.Handler {
	t.Helper()
	h, err := callback.New(s, e, append([]callback.Option{callback.WithClock(func() time.Time { return noon })}, opts...)...)
	must(t, err)
	return h
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// address is where Tencent sends a callback that was signed at the given time.
func address(at time.Time) url.Values {
	stamp := fmt.Sprint(at.Unix())
	sum := sha256.Sum256([]byte(token + stamp))
	return url.Values{
		"SdkAppid": {fmt.Sprint(app)}, "CallbackCommand": {tencent.CallbackBattleStarted}, "contenttype": {"json"},
		"ClientIP": {"127.0.0.1"}, "OptPlatform": {"RESTAPI"}, "RequestTime": {stamp}, "Sign": {hex.EncodeToString(sum[:])},
	}
}

func changed(query url.Values, name, value string) url.Values {
	if query.Set(name, value); value == "" {
		query.Del(name)
	}
	return query
}

func send(t testing.TB, h http.Handler, method string, query url.Values, body string) *httptest.ResponseRecorder {
	t.Helper()
	r := httptest.NewRequestWithContext(t.Context(), method, "/tencent/callback?"+query.Encode(), strings.NewReader(body))
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}
