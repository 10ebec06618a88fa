package callback_test

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/iotest"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/zap"
	"go.uber.org/zap/zaptest/observer"

	"ringside/secret"
	"ringside/tencent"
	"ringside/web/callback"
)

func signed() callback.Settings { return callback.Settings{SDKAppID: app, Token: secret.New(token)} }

func TestWhatIsAccepted(t *testing.T) {
	t.Parallel()
	const unknown = `{"CallbackCommand":"Pets.CallbackAfterFeeding","EventTime":5}`
	for name, tc := range map[string]struct {
		settings callback.Settings
		query    url.Values
		body     string
		counted  string
	}{
		"signed":                   {signed(), address(noon), startBody, tencent.CallbackBattleStarted},
		"signed a minute ago":      {signed(), address(noon.Add(-time.Minute)), startBody, tencent.CallbackBattleStarted},
		"not signed, no token set": {callback.Settings{SDKAppID: app}, changed(address(noon), "Sign", ""), startBody, tencent.CallbackBattleStarted},
		"of a room": {
			signed(), changed(address(noon), "CallbackCommand", ""), `{"CallbackCommand":"Live.CallbackAfterCreateRoom"}`, "Live.CallbackAfterCreateRoom",
		},
		"of no list":              {signed(), changed(address(noon), "CallbackCommand", ""), unknown, callback.Unlisted},
		"with strange parameters": {signed(), changed(address(noon), "forwarded by", "a=b;c&d"), startBody, tencent.CallbackBattleStarted},
		"of 64 KiB":               {signed(), address(noon), startBody + strings.Repeat(" ", 64<<10-len(startBody)), tencent.CallbackBattleStarted},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			e := &ear{}
			h := handler(t, tc.settings, e)
			w := send(t, h, http.MethodPost, tc.query, tc.body)
			if w.Code != http.StatusOK || w.Body.String() != success || w.Header().Get("Content-Type") != "application/json" {
				t.Errorf("%d %s %q", w.Code, w.Header(), w.Body)
			}
			if e.count() != 1 {
				t.Errorf("heard %d events", e.count())
			}
			want := callback.Stats{Accepted: map[string]uint64{tc.counted: 1}, Refused: map[callback.Reason]uint64{}}
			if diff := cmp.Diff(want, h.Stats()); diff != "" {
				t.Errorf("counted (-want +got):\n%s", diff)
			}
		})
	}
}

func TestWhatIsRefused(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		method string
		query  url.Values
		body   string
		status int
		reason callback.Reason
	}{
		"a GET":             {method: http.MethodGet, status: 405, reason: callback.ReasonMethod},
		"a PUT":             {method: http.MethodPut, status: 405, reason: callback.ReasonMethod},
		"another app":       {query: changed(address(noon), "SdkAppid", "1400000001"), status: 403, reason: "wrong-app"},
		"no query":          {query: url.Values{}, status: 403, reason: "wrong-app"},
		"not signed":        {query: changed(address(noon), "Sign", ""), status: 403, reason: "unsigned"},
		"another token":     {query: changed(address(noon), "Sign", strings.Repeat("0", 64)), status: 403, reason: "wrong-signature"},
		"another time":      {query: changed(address(noon), "RequestTime", "1"), status: 403, reason: "wrong-signature"},
		"too old":           {query: address(noon.Add(-61 * time.Second)), status: 403, reason: "stale"},
		"of the future":     {query: address(noon.Add(61 * time.Second)), status: 403, reason: "stale"},
		"another command":   {query: changed(address(noon), "CallbackCommand", "Live.CallbackAfterEndBattle"), status: 400, reason: "no-command"},
		"no JSON":           {body: "BattleId=b", status: 400, reason: "not-readable"},
		"about no battle":   {body: `{"CallbackCommand":"Live.CallbackAfterStartBattle"}`, status: 400, reason: "not-readable"},
		"too large":         {body: strings.Repeat(" ", 64<<10+1), status: 413, reason: callback.ReasonTooLarge},
		"too large by far":  {body: strings.Repeat("{", 1<<20), status: 413, reason: callback.ReasonTooLarge},
		"unsigned and ugly": {query: changed(address(noon), "Sign", ""), body: "{", status: 403, reason: "unsigned"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if tc.method == "" {
				tc.method = http.MethodPost
			}
			if tc.query == nil {
				tc.query = address(noon)
			}
			if tc.body == "" {
				tc.body = startBody
			}
			e := &ear{}
			h := handler(t, signed(), e)
			w := send(t, h, tc.method, tc.query, tc.body)
			if w.Code != tc.status || e.count() != 0 || h.Stats().Refused[tc.reason] != 1 || len(h.Stats().Accepted) != 0 {
				t.Errorf("%d %s, heard %d, counted %+v", w.Code, w.Body, e.count(), h.Stats())
			}
			mustBePlain(t, w, tc.query)
		})
	}
}

// mustBePlain fails if a refusal is no sentence, or shows a secret or what the sender wrote.
func mustBePlain(t *testing.T, w *httptest.ResponseRecorder, query url.Values) {
	t.Helper()
	text := w.Body.String()
	if !strings.HasSuffix(text, ".\n") || strings.Contains(text, success) || !strings.HasPrefix(w.Header().Get("Content-Type"), "text/plain") {
		t.Errorf("said %q as %s", text, w.Header())
	}
	for _, hidden := range []string{token, query.Get("Sign"), "4siHsNs", "pk-3"} {
		if hidden != "" && strings.Contains(text, hidden) {
			t.Errorf("%q shows %q", text, hidden)
		}
	}
	if (w.Code == http.StatusMethodNotAllowed) != (w.Header().Get("Allow") == http.MethodPost) {
		t.Errorf("headers %s", w.Header())
	}
}

func TestEveryReasonHasItsWords(t *testing.T) {
	t.Parallel()
	reasons := callback.Reasons()
	for _, r := range tencent.CallbackReasons() {
		if !slices.Contains(reasons, callback.Reason(r)) {
			t.Errorf("%s is not on the list", r)
		}
	}
	if slices.Sort(reasons); len(slices.Compact(reasons)) != 5+len(tencent.CallbackReasons()) {
		t.Errorf("reasons: %q", reasons)
	}
}

func TestABodyThatBreaksOff(t *testing.T) {
	t.Parallel()
	h := handler(t, signed(), &ear{})
	body := io.MultiReader(strings.NewReader(startBody[:50]), iotest.ErrReader(io.ErrUnexpectedEOF))
	w := httptest.NewRecorder()
	h.ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/tencent/callback?"+address(noon).Encode(), body))
	if w.Code != http.StatusBadRequest || h.Stats().Refused[callback.ReasonBroken] != 1 {
		t.Errorf("%d %s", w.Code, w.Body)
	}
}

// TestALedgerThatFails makes the answer a failure, so that Tencent may send it again.
func TestALedgerThatFails(t *testing.T) {
	t.Parallel()
	core, logs := observer.New(zap.DebugLevel)
	e := &ear{hear: func(context.Context) error { return errors.New("the disk is full") }}
	h := handler(t, signed(), e, callback.WithLog(zap.New(core)))
	w := send(t, h, http.MethodPost, address(noon), startBody)
	if w.Code != http.StatusInternalServerError || h.Stats().Refused[callback.ReasonLedger] != 1 || json.Valid(w.Body.Bytes()) {
		t.Errorf("%d %s", w.Code, w.Body)
	}
	mustBePlain(t, w, address(noon))
	if logs.FilterMessageSnippet("written down").Len() != 1 || strings.Contains(w.Body.String(), "disk") {
		t.Errorf("logged %v, said %q", logs.All(), w.Body)
	}
}

// TestTheAnswerComesInTime also when the ledger does not.
func TestTheAnswerComesInTime(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		e := &ear{hear: func(ctx context.Context) error { <-ctx.Done(); return ctx.Err() }}
		began := time.Now()
		w := send(t, handler(t, signed(), e), http.MethodPost, address(noon), startBody)
		if took := time.Since(began); w.Code != http.StatusInternalServerError || took >= 2*time.Second {
			t.Errorf("%d after %v", w.Code, took)
		}
	})
}

// TestASenderWhoDoesNotWaitIsHeard all the same: a forwarding receiver may hang up at once.
func TestASenderWhoDoesNotWaitIsHeard(t *testing.T) {
	t.Parallel()
	e := &ear{hear: func(ctx context.Context) error { return ctx.Err() }}
	ctx, gone := context.WithCancel(t.Context())
	gone()
	w := httptest.NewRecorder()
	handler(t, signed(), e).ServeHTTP(w,
		httptest.NewRequestWithContext(ctx, http.MethodPost, "/tencent/callback?"+address(noon).Encode(), strings.NewReader(startBody)))
	if w.Code != http.StatusOK {
		t.Errorf("%d %s", w.Code, w.Body)
	}
}

// TestTooManyAtOnce refuses at once what is more than it may write down at the same time, and takes it afterwards.
func TestTooManyAtOnce(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		free := make(chan struct{})
		e := &ear{hear: func(context.Context) error { <-free; return nil }}
		h := handler(t, signed(), e, callback.WithMost(3))
		var wg sync.WaitGroup
		for range 3 {
			wg.Go(func() {
				if w := send(t, h, http.MethodPost, address(noon), startBody); w.Code != http.StatusOK {
					t.Errorf("%d %s", w.Code, w.Body)
				}
			})
		}
		synctest.Wait()
		w := send(t, h, http.MethodPost, address(noon), startBody)
		if w.Code != http.StatusServiceUnavailable || w.Header().Get("Retry-After") == "" || h.Stats().Refused[callback.ReasonBusy] != 1 {
			t.Errorf("%d %s", w.Code, w.Body)
		}
		mustBePlain(t, w, address(noon))
		if w := send(t, h, http.MethodPost, changed(address(noon), "Sign", ""), startBody); w.Code != http.StatusForbidden {
			t.Errorf("one who is not believed was told %d", w.Code)
		}
		close(free)
		wg.Wait()
		if w := send(t, h, http.MethodPost, address(noon), startBody); w.Code != http.StatusOK || e.count() != 4 {
			t.Errorf("afterwards: %d %s", w.Code, w.Body)
		}
	})
}

func TestNew(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		settings callback.Settings
		ear      callback.Ear
	}{
		"no app":         {callback.Settings{}, &ear{}},
		"nobody to hear": {signed(), nil},
	} {
		if _, err := callback.New(tc.settings, tc.ear); err == nil {
			t.Errorf("%s was taken", name)
		}
	}
}

// FuzzCallback sends anything. Nothing is heard unsigned, and whatever is heard is answered as Tencent wants it.
func FuzzCallback(f *testing.F) {
	good := address(noon).Encode()
	for _, body := range []string{startBody, `{"CallbackCommand":"x"}`, `{}`, `null`, ``, `{"BattleId":1}`} {
		f.Add(http.MethodPost, good, body)
		f.Add(http.MethodPost, "SdkAppid=1400000000", body)
	}
	f.Add(http.MethodGet, good, startBody)
	f.Fuzz(func(t *testing.T, method, query, body string) {
		e := &ear{}
		h := handler(t, signed(), e)
		r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/tencent/callback", strings.NewReader(body))
		r.Method, r.URL.RawQuery = method, query
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		heard := e.count() == 1
		if heard != (w.Code == http.StatusOK) || heard != (w.Body.String() == success) {
			t.Fatalf("%d %q, heard %d", w.Code, w.Body, e.count())
		}
		if heard && (method != http.MethodPost || !strings.Contains(query, address(noon).Get("Sign")[:16])) &&
			!strings.Contains(strings.ToLower(query), "sign") {
			t.Fatalf("heard %s %q", method, query)
		}
		if strings.Contains(w.Body.String(), token) {
			t.Fatal("the token shows")
		}
	})
}
