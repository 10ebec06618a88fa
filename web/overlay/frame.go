package overlay

import (
	"encoding/json"
	"strconv"
	"time"
)

// frame is one message as it goes over the wire, shared by all viewers of a battle.
type frame struct {
	seq   uint64 // grows with every frame of a battle
	bytes []byte
}

// message is a View for the page; times are Unix milliseconds, and left out when not known.
type message struct {
	Now     int64         `json:"now"`
	Name    string        `json:"name"`
	Rooms   []messageRoom `json:"rooms"`
	Started int64         `json:"started,omitzero"`
	Ends    int64         `json:"ends,omitzero"`
	Over    bool          `json:"over,omitzero"`
	Read    int64         `json:"read,omitzero"`
}

type messageRoom struct {
	Name  string `json:"name"`
	Score int64  `json:"score"`
}

// viewFrame encodes v as the event "view".
func viewFrame(seq uint64, v View, now time.Time) frame {
	m := message{
		Now: now.UnixMilli(), Name: v.Name, Rooms: make([]messageRoom, len(v.Rooms)),
		Started: millis(v.Started), Ends: millis(v.Ends), Over: v.Over, Read: millis(v.Read),
	}
	for i, room := range v.Rooms {
		m.Rooms[i] = messageRoom(room)
	}
	data, _ := json.Marshal(m) // strings and numbers always encode
	out := make([]byte, 0, len(data)+48)
	out = append(out, "event: view\nid: "...)
	out = strconv.AppendUint(out, seq, 10)
	out = append(out, "\ndata: "...)
	out = append(out, data...)
	return frame{seq: seq, bytes: append(out, "\n\n"...)}
}

// clockFrame tells a page what time it is. It is the heartbeat too: a comment would keep the connection open as
// well, but an event also lets a page notice that the connection is dead.
func clockFrame(seq uint64, now time.Time) frame {
	out := strconv.AppendInt([]byte("event: clock\ndata: "), now.UnixMilli(), 10)
	return frame{seq: seq, bytes: append(out, "\n\n"...)}
}

// greeting opens a stream. The view that follows it may have been encoded a while ago, so the time comes first.
func greeting(now time.Time) []byte {
	return append([]byte("retry: 1000\n\n"), clockFrame(0, now).bytes...)
}

func millis(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMilli()
}
