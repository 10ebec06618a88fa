package page

import (
	"encoding/json"
	"net/http"
	"time"
)

// sendLimit is how long one viewer may take to take one write.
const sendLimit = 10 * time.Second

// Stream writes server-sent events to one viewer.
type Stream struct {
	w    http.ResponseWriter
	ctrl *http.ResponseController
}

// NewStream begins to answer with a stream. The server's limit on the time of a whole request is lifted: when it is
// over, the request's context ends.
func NewStream(w http.ResponseWriter) *Stream {
	w.Header().Set("Content-Type", "text/event-stream; charset=utf-8")
	w.Header().Set("X-Accel-Buffering", "no") // nginx would hold events back
	s := &Stream{w: w, ctrl: http.NewResponseController(w)}
	_ = s.ctrl.SetReadDeadline(time.Time{}) // a server without limits has none to lift
	return s
}

// Send writes events, made by Event, at once. An error says that the viewer is gone or too slow.
func (s *Stream) Send(events ...[]byte) error {
	if err := s.ctrl.SetWriteDeadline(time.Now().Add(sendLimit)); err != nil {
		return err
	}
	for _, event := range events {
		if _, err := s.w.Write(event); err != nil {
			return err
		}
	}
	return s.ctrl.Flush()
}

// Event encodes an event with its data as JSON, which must be of a kind that always encodes.
func Event(name string, data any) []byte {
	encoded, err := json.Marshal(data)
	if err != nil {
		encoded = []byte("null")
	}
	out := make([]byte, 0, len(name)+len(encoded)+20)
	out = append(out, "event: "...)
	out = append(out, name...)
	out = append(out, "\ndata: "...)
	out = append(out, encoded...)
	return append(out, "\n\n"...)
}
