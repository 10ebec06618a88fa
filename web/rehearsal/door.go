package rehearsal

import (
	"net"
	"net/http"
	"strings"

	"ringside/web/page"
)

// door lets in only who asks for this machine by its own name, at the port that answers. Another name that leads here
// is a foreign page's, which would read along (DNS rebinding).
func door(h http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !isHere(r) {
			page.Say(w, http.StatusForbidden, "The rehearsal room opens only on the machine it runs on, at the address that Ringside told.")
			return
		}
		h.ServeHTTP(w, r)
	})
}

func isHere(r *http.Request) bool {
	local, ok := r.Context().Value(http.LocalAddrContextKey).(net.Addr)
	if !ok {
		return false
	}
	address, port, err := net.SplitHostPort(local.String())
	if err != nil || !net.ParseIP(address).IsLoopback() {
		return false
	}
	name, asked, err := net.SplitHostPort(r.Host)
	if err != nil {
		name, asked = strings.Trim(r.Host, "[]"), "80"
	}
	return asked == port && (name == "127.0.0.1" || name == "localhost" || name == "::1")
}
