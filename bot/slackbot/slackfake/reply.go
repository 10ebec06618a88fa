package slackfake

import (
	"encoding/json"
	"fmt"
	"net/http"
	"time"
)

// What a response address is good for.
const (
	replyUses = 5
	replyLife = 30 * time.Minute
)

// hook is one response address.
type hook struct {
	channel  string
	user     string
	command  bool // it came with a command, not with a press
	made     time.Time
	used     int
	original *Message // what may be replaced or deleted
}

type replyBody struct {
	ResponseType    string          `json:"response_type"`
	ReplaceOriginal bool            `json:"replace_original"`
	DeleteOriginal  bool            `json:"delete_original"`
	Text            string          `json:"text"`
	Blocks          json.RawMessage `json:"blocks"`
}

// newHook makes a response address. The caller holds the lock.
func (s *Server) newHook(h *hook) string {
	h.made = s.config.Clock()
	id := fmt.Sprintf("capability-%d-k7Qx", s.next())
	s.hooks[id] = h
	return s.web.URL + "/reply/" + id
}

// reply serves response addresses.
func (s *Server) reply(w http.ResponseWriter, r *http.Request) {
	fault, due := s.begin(Reply)
	if due && !fault.Lost {
		s.play(fault, w, r)
		return
	}
	var body replyBody
	if err := json.NewDecoder(http.MaxBytesReader(w, r.Body, maxRequest)).Decode(&body); err != nil {
		http.Error(w, "invalid_payload", http.StatusBadRequest)
		return
	}
	refusal := s.use(r.PathValue("id"), body)
	switch {
	case fault.Lost:
		cut(w)
	case refusal != "":
		w.WriteHeader(http.StatusNotFound)
		writeJSON(w, map[string]any{"ok": false, "error": refusal})
	default:
		_, _ = w.Write([]byte("ok"))
	}
}

// use does what a body asks for, or returns the word of the refusal.
func (s *Server) use(id string, body replyBody) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	defer s.note()
	h, found := s.hooks[id]
	if !found {
		return "no_such_url"
	}
	if s.config.Clock().Sub(h.made) > replyLife {
		return "expired_url"
	}
	if h.used >= replyUses {
		return "used_url"
	}
	h.used++
	if body.DeleteOriginal {
		return s.deleteOriginal(h)
	}
	return s.deliver(h, body)
}

func (s *Server) deleteOriginal(h *hook) string {
	if h.original == nil || (h.command && s.config.CommandsNeverReplace) {
		return "cant_delete_message"
	}
	h.original.Deleted = true
	h.original = nil
	return ""
}

func (s *Server) deliver(h *hook, body replyBody) string {
	m := &Message{Channel: h.channel, Text: body.Text, Blocks: body.Blocks}
	if body.ResponseType != "in_channel" {
		m.For = h.user
	}
	if refusal := m.judge(); refusal != "" {
		return refusal
	}
	if body.ReplaceOriginal && h.original != nil && (!h.command || !s.config.CommandsNeverReplace) {
		h.original.change(*m)
		return ""
	}
	s.add(m)
	if h.command && h.original == nil && m.For != "" {
		h.original = m
	}
	return ""
}

// ReplyUses returns how often each response address was used so far, in the order they were made.
func (s *Server) ReplyUses() []int {
	s.mu.Lock()
	defer s.mu.Unlock()
	var uses []int
	for i := range s.serial + 1 {
		if h, found := s.hooks[fmt.Sprintf("capability-%d-k7Qx", i)]; found {
			uses = append(uses, h.used)
		}
	}
	return uses
}
