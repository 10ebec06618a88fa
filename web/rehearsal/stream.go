package rehearsal

import (
	"net/http"
	"time"

	"ringside/web/page"
)

// follow writes what changes until the viewer leaves or is too slow. Who is late gets the newest of each message.
func (s *Server) follow(r *http.Request, out *page.Stream) {
	beat := time.NewTicker(beatEvery)
	defer beat.Stop()
	news, seen, changed := s.talk.since(0)
	if out.Send(page.Event("begin", s.talk.session), page.Event("messages", news)) != nil {
		return
	}
	for {
		select {
		case <-changed:
			news, seen, changed = s.talk.since(seen)
			if out.Send(page.Event("messages", news)) != nil {
				return
			}
		case <-beat.C:
			if out.Send(page.Event("beat", nil)) != nil {
				return
			}
		case <-r.Context().Done():
			return
		case <-s.over:
			return
		}
	}
}
