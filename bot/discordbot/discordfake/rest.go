package discordfake

import (
	"encoding/json"
	"net/http"
	"strings"
)

// refusal is Discord's error to a call.
type refusal struct {
	status  int
	code    int
	message string
}

func refuse(w http.ResponseWriter, r *refusal) {
	writeJSON(w, r.status, map[string]any{"code": r.code, "message": r.message})
}

func writeJSON(w http.ResponseWriter, status int, v any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(v) // A caller that has gone away needs no answer.
}

// say answers a call: with the fields of the reply (nil for none), or with a refusal.
type say func(r *http.Request) (reply any, no *refusal)

func (s *Server) routes() http.Handler {
	api := http.NewServeMux()
	add := func(pattern, name string, token bool, answer say) { api.Handle(pattern, s.call(name, token, answer)) }
	add("GET /applications/@me", Application, true, s.application)
	add("GET /applications/{app}/guilds/{guild}/commands", CommandsGet, true, s.getCommands)
	add("PUT /applications/{app}/guilds/{guild}/commands", CommandsPut, true, s.putCommands)
	add("POST /interactions/{id}/{token}/callback", Callback, false, s.callback)
	add("POST /webhooks/{app}/{token}", FollowUp, false, s.followUp)
	add("PATCH /webhooks/{app}/{token}/messages/{id}", Edit, false, s.edit)
	add("DELETE /webhooks/{app}/{token}/messages/{id}", Delete, false, s.remove)
	add("POST /channels/{channel}/messages", Post, true, s.post)
	add("PATCH /channels/{channel}/messages/{id}", Update, true, s.update)
	add("POST /users/@me/channels", OpenDirect, true, s.openDirect)
	add("GET /gateway", GatewayLookUp, false, s.gateway)
	add("GET /gateway/bot", GatewayBot, true, s.gatewayBot)
	mux := http.NewServeMux()
	for _, version := range []string{"/api/v9", "/api/v10"} {
		mux.Handle(version+"/", http.StripPrefix(version, api))
	}
	mux.HandleFunc("GET /link/", s.socket)
	mux.HandleFunc("GET /attachments/{id}/{name}", s.serveFile)
	return mux
}

// call wraps an answer in what all calls share: faults, the bot's token and rate-limit headers.
func (s *Server) call(name string, token bool, answer say) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		fault, due := s.begin(name)
		if due && !fault.after() {
			s.play(fault, w, r)
			return
		}
		if token && r.Header.Get("Authorization") != "Bot "+s.config.BotToken {
			refuse(w, &refusal{http.StatusUnauthorized, 0, "401: Unauthorized"})
			return
		}
		r.Body = http.MaxBytesReader(w, r.Body, maxRequest)
		reply, no := answer(r)
		if fault.Lost {
			cut(w)
			return
		}
		s.finish(w, fault, reply, no)
	})
}

func (s *Server) finish(w http.ResponseWriter, fault Fault, reply any, no *refusal) {
	h := w.Header()
	h.Set("X-RateLimit-Limit", "5")
	h.Set("X-RateLimit-Remaining", "4")
	h.Set("X-RateLimit-Reset-After", "1.000")
	h.Set("X-RateLimit-Bucket", "abcd1234")
	if fault.Exhausted > 0 {
		limitHeaders(h, fault.Exhausted)
	}
	switch {
	case no != nil:
		refuse(w, no)
	case reply == nil:
		w.WriteHeader(http.StatusNoContent)
	default:
		writeJSON(w, http.StatusOK, reply)
	}
}

// locked runs do under the lock and tells those who wait.
func (s *Server) locked(do func() (any, *refusal)) (any, *refusal) {
	s.mu.Lock()
	defer s.mu.Unlock()
	defer s.note()
	return do()
}

// read decodes and judges the message in a request.
func read(r *http.Request) (body, *refusal) {
	b, err := decode(r)
	if err != nil {
		return body{}, &refusal{http.StatusBadRequest, 50109, "The request body contains invalid JSON."}
	}
	return b, b.judge()
}

func (s *Server) application(*http.Request) (any, *refusal) {
	return map[string]any{
		"id": s.config.Application, "name": "Ringside", "verify_key": s.PublicKey(), "interactions_endpoint_url": nilIfEmpty(s.config.Endpoint),
	}, nil
}

func nilIfEmpty(text string) any {
	if text == "" {
		return nil
	}
	return text
}

func (s *Server) gateway(*http.Request) (any, *refusal) {
	return map[string]any{"url": s.socketURL()}, nil
}

func (s *Server) gatewayBot(*http.Request) (any, *refusal) {
	return s.locked(func() (any, *refusal) {
		return map[string]any{"url": s.socketURL(), "shards": 1, "session_start_limit": map[string]any{
			"total": 1000, "remaining": max(s.config.Sessions-s.identified, 0), "reset_after": 14400000, "max_concurrency": 1,
		}}, nil
	})
}

func (s *Server) socketURL() string { return "ws" + strings.TrimPrefix(s.web.URL, "http") + "/link" }

func (s *Server) openDirect(r *http.Request) (any, *refusal) {
	var b struct {
		User string `json:"recipient_id"`
	}
	if json.NewDecoder(r.Body).Decode(&b) != nil || b.User == "" {
		return nil, &refusal{http.StatusBadRequest, codeForm, "no recipient"}
	}
	return map[string]any{"id": DirectChannel(b.User), "type": 1}, nil
}

// post keeps the promise of a nonce: the second message with it is the first.
func (s *Server) post(r *http.Request) (any, *refusal) {
	b, no := read(r)
	if no != nil {
		return nil, no
	}
	channel := r.PathValue("channel")
	return s.locked(func() (any, *refusal) {
		if s.closed[channel] {
			return nil, &refusal{http.StatusForbidden, 50001, "Missing Access"}
		}
		if len(b.files) > 0 && s.fileless[channel] {
			return nil, &refusal{http.StatusForbidden, 50013, "Missing Permissions"}
		}
		key := channel + "/" + b.Nonce
		if first, found := s.nonces[key]; found && b.Enforce && b.Nonce != "" {
			return shown(first), nil
		}
		m := &Message{Guild: s.config.Guild, Channel: channel}
		m.put(b)
		s.add(m)
		s.nonces[key] = m
		return shown(m), nil
	})
}

func (s *Server) update(r *http.Request) (any, *refusal) {
	b, no := read(r)
	if no != nil {
		return nil, no
	}
	return s.locked(func() (any, *refusal) {
		channel := r.PathValue("channel")
		if s.closed[channel] {
			return nil, &refusal{http.StatusForbidden, 50001, "Missing Access"}
		}
		if len(b.files) > 0 && s.fileless[channel] {
			return nil, &refusal{http.StatusForbidden, 50013, "Missing Permissions"}
		}
		m := s.find(r.PathValue("id"))
		if m == nil || m.For != "" || m.Channel != channel {
			return nil, &refusal{http.StatusNotFound, 10008, "Unknown Message"}
		}
		m.put(b)
		m.Changes++
		return shown(m), nil
	})
}

func shown(m *Message) any {
	return map[string]any{"id": m.ID, "channel_id": m.Channel, "flags": m.Flags, "components": m.Components}
}
