package overlay

import (
	"context"
	"embed"
	"fmt"
	"io"
	"net/http"
	"path"
)

const plainText = "text/plain; charset=utf-8"

// policy lets the page load its own script and style and read its own stream, and nothing else. The page writes no
// markup from text, which Trusted Types then enforce.
const policy = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; " +
	"base-uri 'none'; form-action 'none'; " +
	"require-trusted-types-for 'script'; trusted-types 'none'; frame-ancestors "

//go:embed assets
var assets embed.FS

// routes gives every asset a pattern of its own: "/overlay/assets/{file}" would contend with
// "/overlay/{battle}/events" for one address.
func (s *Server) routes() (*http.ServeMux, error) {
	files, err := assets.ReadDir("assets")
	if err != nil {
		return nil, fmt.Errorf("overlay: list the assets: %w", err)
	}
	mux := http.NewServeMux()
	for _, f := range files {
		content, err := assets.ReadFile("assets/" + f.Name())
		if err != nil {
			return nil, fmt.Errorf("overlay: read an asset: %w", err)
		}
		if f.Name() == "overlay.html" {
			mux.Handle("GET /overlay/{battle}", s.guarded(file(f.Name(), content)))
			continue
		}
		mux.Handle("GET /overlay/assets/"+f.Name(), s.safe(file(f.Name(), content)))
	}
	mux.Handle("GET /overlay/{battle}/events", s.safe(http.HandlerFunc(s.events)))
	mux.Handle("/overlay/", s.safe(http.HandlerFunc(nothing)))
	return mux, nil
}

// guarded serves h to those whom the gate lets in.
func (s *Server) guarded(h http.Handler) http.Handler {
	return s.safe(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if _, ok := s.admit(r.Context(), passOf(r)); !ok {
			refuse(w)
			return
		}
		h.ServeHTTP(w, r)
	}))
}

// pass is what a viewer shows at the door.
type pass struct{ battle, key string }

// passOf reads a battle's reference from the path, whose segment is percent-encoded: an id may hold "/".
func passOf(r *http.Request) pass {
	return pass{battle: r.PathValue("battle"), key: r.URL.Query().Get("key")}
}

// admit asks the gate; what cannot be a key or a reference is refused without asking.
func (s *Server) admit(ctx context.Context, p pass) (id string, ok bool) {
	if p.key == "" || len(p.key) > maxKey || p.battle == "" || len(p.battle) > maxReference {
		return "", false
	}
	ctx, cancel := context.WithTimeout(ctx, gateTimeout)
	defer cancel()
	return s.gate.Open(ctx, p.battle, p.key)
}

func file(name string, content []byte) http.Handler {
	kind := kindOf(name)
	return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", kind)
		_, _ = w.Write(content) // the caller may be gone
	})
}

// kindOf does not ask the machine's own tables, which differ.
func kindOf(name string) string {
	switch path.Ext(name) {
	case ".html":
		return "text/html; charset=utf-8"
	case ".css":
		return "text/css; charset=utf-8"
	default:
		return "text/javascript; charset=utf-8"
	}
}

// safe sets the headers of everything that is served here.
func (s *Server) safe(h http.Handler) http.Handler {
	ancestors, frames := "'none'", "DENY"
	if s.framing {
		ancestors, frames = "'self'", "SAMEORIGIN"
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		header := w.Header()
		header.Set("Cache-Control", "no-store")
		header.Set("Content-Security-Policy", policy+ancestors)
		header.Set("Cross-Origin-Resource-Policy", "same-origin")
		header.Set("Referrer-Policy", "no-referrer") // the address holds the key
		header.Set("X-Content-Type-Options", "nosniff")
		header.Set("X-Frame-Options", frames)
		h.ServeHTTP(w, r)
	})
}

// refuse tells nothing apart: no such battle, no key, a wrong or a revoked one.
func refuse(w http.ResponseWriter) {
	say(w, http.StatusForbidden, "This address does not open an overlay. Ask whoever runs Ringside for a new one.")
}

// busy asks to come back, in seconds.
func busy(w http.ResponseWriter, seconds string) {
	w.Header().Set("Retry-After", seconds)
	say(w, http.StatusServiceUnavailable, "The overlay cannot be shown right now. It tries again by itself.")
}

func nothing(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		w.Header().Set("Allow", "GET, HEAD")
		say(w, http.StatusMethodNotAllowed, "This address takes GET, HEAD.")
		return
	}
	say(w, http.StatusNotFound, "There is nothing here.")
}

func say(w http.ResponseWriter, status int, words string) {
	w.Header().Set("Content-Type", plainText)
	w.WriteHeader(status)
	_, _ = io.WriteString(w, words+"\n") // the caller may be gone
}
