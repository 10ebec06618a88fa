package dashboard

import (
	"context"
	"net/http"

	"ringside/web/page"
)

// events streams the board to one viewer. Who has not entered the key, or not any more, is told so by an event: the
// browser does not tell a page which status a stream was refused with.
func (s *Server) events(w http.ResponseWriter, r *http.Request) {
	if !s.mayLook(r, s.now()) {
		_ = page.NewStream(w).Send(page.Event("out", nil)) // the viewer may be gone
		return
	}
	if r.Method == http.MethodHead {
		return
	}
	if err := s.hall.join(); err != nil {
		w.Header().Set("Retry-After", "10")
		page.Say(w, http.StatusServiceUnavailable, "Too many people watch this page. Please close one, or try again later.")
		return
	}
	defer s.hall.leave()
	s.watch(r, page.NewStream(w))
}

// watch writes board after board until the viewer leaves, is too slow, or is signed out.
func (s *Server) watch(r *http.Request, out *page.Stream) {
	for {
		sc := s.hall.current()
		if !s.mayLook(r, s.now()) {
			_ = out.Send(page.Event("out", nil)) // the viewer may be gone
			return
		}
		if sc.event != nil && out.Send(sc.event) != nil {
			return
		}
		select {
		case <-sc.next:
		case <-r.Context().Done():
			return
		case <-s.hall.ctx.Done():
			return
		}
	}
}

// encode looks, and encodes what is seen once for all who watch.
func (s *Server) encode(ctx context.Context) []byte {
	seen := s.eyes.look(ctx)
	b := boardOf(seen, s.now())
	b.News = s.herald.tell(seen, s.now())
	return page.Event("board", b)
}
