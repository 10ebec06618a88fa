package dashboard_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"
)

func isForm(body string) bool { return strings.Contains(body, `name="key"`) }

func TestTheRightKeyOpens(t *testing.T) {
	t.Parallel()
	for name, secure := range map[string]bool{"http": false, "https": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := newDesk(t)
			res := d.enter(t, rightKey, header("X-Forwarded-Proto", name))
			if res.status != http.StatusSeeOther || res.header.Get("Location") != "/" || len(res.cookies) != 1 {
				t.Fatalf("got %d to %q with %d cookies", res.status, res.header.Get("Location"), len(res.cookies))
			}
			c := res.cookies[0]
			if !c.HttpOnly || c.SameSite != http.SameSiteStrictMode || c.Path != "/" || c.Secure != secure || c.MaxAge != 12*3600 {
				t.Errorf("the cookie is %s", c)
			}
			if strings.Contains(c.Value, rightKey) || len(c.Value) < 26 {
				t.Errorf("the session's id is %q", c.Value)
			}
		})
	}
}

func TestNothingIsShownWithoutTheKey(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	d.source.now = busy()
	tests := map[string]reply{
		"nothing":          d.ask(t, http.MethodGet, "/", nil),
		"a wrong key":      d.enter(t, rightKey+"x"),
		"half of the key":  d.enter(t, rightKey[:8]),
		"no key":           d.enter(t, ""),
		"a made-up cookie": d.ask(t, http.MethodGet, "/", nil, header("Cookie", "ringside_operator=abc")),
		"the key as one":   d.ask(t, http.MethodGet, "/", nil, header("Cookie", "ringside_operator="+rightKey)),
		"an empty cookie":  d.ask(t, http.MethodGet, "/", nil, header("Cookie", "ringside_operator=")),
		"the key in the address": d.ask(t, http.MethodPost, "/dashboard/enter?key="+url.QueryEscape(rightKey),
			strings.NewReader("")),
	}
	for name, res := range tests {
		body := res.body
		if !isForm(body) || strings.Contains(body, "grand-final") || len(res.cookies) > 0 {
			t.Errorf("%s: %d, %d cookies:\n%s", name, res.status, len(res.cookies), body)
		}
	}
	if d.source.looked() > 0 {
		t.Error("the source was asked")
	}
}

func TestTriesAreBounded(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	for range 4 {
		wantPage(t, d.enter(t, "no"), http.StatusForbidden, "That is not the operator key.")
		d.later(time.Second)
	}
	wantPage(t, d.enter(t, "no"), http.StatusForbidden)
	d.later(500 * time.Millisecond)
	res := d.enter(t, rightKey)
	wantPage(t, res, http.StatusTooManyRequests, "Too many tries in a minute. Wait 56 s, then try again.")
	if res.header.Get("Retry-After") != "56" || len(res.cookies) > 0 {
		t.Errorf("Retry-After %q, %d cookies", res.header.Get("Retry-After"), len(res.cookies))
	}
	d.later(55500 * time.Millisecond)
	wantPage(t, d.enter(t, rightKey), http.StatusSeeOther) // the first of the five is a minute ago
	wantPage(t, d.enter(t, rightKey), http.StatusTooManyRequests)
}

func TestSigningOut(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	in, other := d.session(t), d.session(t)
	res := d.ask(t, http.MethodPost, "/dashboard/leave", nil, in)
	wantPage(t, res, http.StatusSeeOther)
	if c := res.cookies; len(c) != 1 || c[0].MaxAge >= 0 || c[0].Value != "" {
		t.Errorf("the cookie stays: %v", c)
	}
	if !isForm(d.ask(t, http.MethodGet, "/", nil, in).body) {
		t.Error("the session lives on")
	}
	if isForm(d.ask(t, http.MethodGet, "/", nil, other).body) {
		t.Error("another session ended too")
	}
}

func TestASessionEndsAfterTwelveHours(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	in := d.session(t)
	d.later(12*time.Hour - time.Second)
	if isForm(d.ask(t, http.MethodGet, "/", nil, in).body) {
		t.Error("it ended too early")
	}
	d.later(time.Second)
	if !isForm(d.ask(t, http.MethodGet, "/", nil, in).body) {
		t.Error("it did not end")
	}
}

func TestSessionsAreBounded(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	var in []func(*http.Request)
	for range 101 {
		in = append(in, d.session(t))
		d.later(13 * time.Second)
	}
	if !isForm(d.ask(t, http.MethodGet, "/", nil, in[0]).body) {
		t.Error("the oldest session lives on")
	}
	for _, i := range []int{1, 100} {
		if isForm(d.ask(t, http.MethodGet, "/", nil, in[i]).body) {
			t.Errorf("session %d has ended", i)
		}
	}
}

func TestOtherSitesCannotSend(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	in := d.session(t)
	for _, from := range []func(*http.Request){header("Sec-Fetch-Site", "cross-site"), header("Origin", "https://evil.example")} {
		for _, target := range []string{"/dashboard/enter", "/dashboard/leave"} {
			res := d.ask(t, http.MethodPost, target, strings.NewReader("key="+rightKey), in, from)
			wantPage(t, res, http.StatusForbidden)
			if len(res.cookies) > 0 {
				t.Errorf("%s set a cookie", target)
			}
		}
	}
	if isForm(d.ask(t, http.MethodGet, "/", nil, in).body) {
		t.Error("the session ended")
	}
}

func TestAFormThatIsTooLarge(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	wantPage(t, d.enter(t, strings.Repeat("x", 5000)), http.StatusBadRequest, "The form could not be read.")
}

func FuzzEnter(f *testing.F) {
	for _, seed := range []string{"key=" + rightKey, "key=", "", "key=a&key=b", "%", "key=%zz", "a=b;key=c", "key=" + rightKey + "%00"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, body string) {
		d := newDesk(t)
		res := d.ask(t, http.MethodPost, "/dashboard/enter", strings.NewReader(body))
		page := res.body
		values, err := url.ParseQuery(body)
		right := err == nil && values.Get("key") == rightKey
		if opened := len(res.cookies) > 0; opened != right {
			t.Errorf("%q: opened is %v, want %v (%d)", body, opened, right, res.status)
		}
		if strings.Contains(page, rightKey) {
			t.Error("the reply tells the key")
		}
	})
}
