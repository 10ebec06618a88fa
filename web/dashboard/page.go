package dashboard

import (
	"bytes"
	"embed"
	"fmt"
	"io/fs"
	"net/http"

	"ringside/web/page"
)

//go:embed assets
var assets embed.FS

// routes refuses what another site makes a browser send.
func (s *Server) routes() (http.Handler, error) {
	files, err := fs.Sub(assets, "assets")
	if err != nil {
		return nil, fmt.Errorf("open the page's files: %w", err)
	}
	mux := http.NewServeMux()
	if err := page.Files(mux, "/dashboard/assets/", files); err != nil {
		return nil, err
	}
	mux.HandleFunc("GET /{$}", s.show)
	mux.HandleFunc("GET /dashboard/events", s.events)
	mux.HandleFunc("POST /dashboard/enter", s.enter)
	mux.HandleFunc("POST /dashboard/leave", s.leave)
	mux.HandleFunc("/", page.Nothing)
	return page.Safe("", http.NewCrossOriginProtection().Handler(mux)), nil
}

// sheet is the page: the board, and blank rows that the script fills.
type sheet struct {
	board
	BlankBattle    battleRow
	BlankRoom      roomRow
	BlankOperation operationRow
}

// show serves the page, or asks for the key.
func (s *Server) show(w http.ResponseWriter, r *http.Request) {
	if !s.mayLook(r, s.now()) {
		s.ask(w, http.StatusOK, "")
		return
	}
	s.render(w, http.StatusOK, "dashboard.html", sheet{board: boardOf(s.eyes.look(r.Context()), s.now())})
}

// ask shows the form for the key, with what is wrong.
func (s *Server) ask(w http.ResponseWriter, status int, wrong string) {
	s.render(w, status, "enter.html", wrong)
}

// render writes a whole page or none.
func (s *Server) render(w http.ResponseWriter, status int, name string, data any) {
	var out bytes.Buffer
	if err := s.words.ExecuteTemplate(&out, name, data); err != nil {
		s.log.Error("a page could not be made: " + err.Error())
		page.Say(w, http.StatusInternalServerError, "Something went wrong inside Ringside.")
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(status)
	_, _ = w.Write(out.Bytes()) // the caller may be gone
}
