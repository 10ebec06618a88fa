package overlay_test

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
)

// FuzzAddress asks for whatever stands behind "/overlay/". It never panics, and nobody gets in without the key.
func FuzzAddress(f *testing.F) {
	for _, rest := range []string{
		"b?key=k3y", "b/events?key=k3y", "a%2Bb%2Fc%3D%3D?key=k3y", "b?key=wrong", "b?key=k3y&key=wrong", "?key=k3y",
		"assets/main.mjs", "assets/../b?key=k3y", "%2e%2e/?key=k3y", "b?key=%zz", "b;key=k3y", "b/events/?key=k3y",
		"%00?key=k3y", "b//events?key=k3y", "b?theme=\"><script>",
	} {
		f.Add(rest)
	}
	g := &gate{}
	h := newServer(f, newFeed(), g).Handler()
	f.Fuzz(func(t *testing.T, rest string) {
		target, err := url.ParseRequestURI("/overlay/" + rest)
		if err != nil {
			return
		}
		r := httptest.NewRequestWithContext(t.Context(), http.MethodHead, "/overlay/", nil)
		r.URL = target
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		if w.Header().Get("Content-Security-Policy") != policy && w.Code/100 != 3 {
			t.Errorf("%q: %d without the policy", rest, w.Code)
		}
		isAsset := strings.HasPrefix(target.EscapedPath(), "/overlay/assets/")
		if w.Code == http.StatusOK && !isAsset && target.Query().Get("key") != rightKey {
			t.Errorf("%q opened the overlay", rest)
		}
	})
}
