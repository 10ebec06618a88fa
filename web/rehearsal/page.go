package rehearsal

import (
	"bytes"
	"embed"
	"fmt"
	"io/fs"
	"net/http"
	"strconv"

	"ringside/web/page"
)

//go:embed assets
var assets embed.FS

func (s *Server) routes() (http.Handler, error) {
	files, err := fs.Sub(assets, "assets")
	if err != nil {
		return nil, fmt.Errorf("open the page's files: %w", err)
	}
	mux := http.NewServeMux()
	if err := page.Files(mux, "/rehearsal/assets/", files); err != nil {
		return nil, err
	}
	mux.HandleFunc("GET /rehearsal", s.show)
	mux.HandleFunc("GET /rehearsal/events", s.events)
	mux.HandleFunc("GET /rehearsal/pictures/{id}/{seq}", s.picture)
	mux.HandleFunc("POST /rehearsal/say", s.say)
	mux.HandleFunc("POST /rehearsal/press", s.press)
	mux.HandleFunc("POST /rehearsal/suggest", s.complete)
	mux.HandleFunc("/", page.Nothing)
	return page.Safe("; frame-src 'self'", door(http.NewCrossOriginProtection().Handler(mux))), nil
}

// show writes the whole page or none.
func (s *Server) show(w http.ResponseWriter, _ *http.Request) {
	var out bytes.Buffer
	if err := s.words.ExecuteTemplate(&out, "rehearsal.html", s.face); err != nil {
		s.log.Error("the page could not be made: " + err.Error())
		page.Say(w, http.StatusInternalServerError, "Something went wrong inside Ringside.")
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	_, _ = w.Write(out.Bytes()) // the caller may be gone
}

func (s *Server) picture(w http.ResponseWriter, r *http.Request) {
	id, err := strconv.Atoi(r.PathValue("id"))
	png := s.talk.picture(id)
	if err != nil || png == nil {
		page.Nothing(w, r)
		return
	}
	w.Header().Set("Content-Type", "image/png")
	_, _ = w.Write(png) // the caller may be gone
}

// events streams the conversation to one page: all that is remembered, then every change.
func (s *Server) events(w http.ResponseWriter, r *http.Request) {
	if r.Method == http.MethodHead {
		return
	}
	select {
	case s.viewers <- struct{}{}:
		defer func() { <-s.viewers }()
	default:
		w.Header().Set("Retry-After", "10")
		page.Say(w, http.StatusServiceUnavailable, "This page is open too often. Please close one.")
		return
	}
	s.follow(r, page.NewStream(w))
}
