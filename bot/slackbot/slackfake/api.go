package slackfake

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// maxRequest bounds what the server reads of a request.
const maxRequest = 1 << 20

// asJSON is the field in which a method finds a body that is not a form.
const asJSON = "json"

// answer is what a method says to a form: the fields of the reply, or the word of the refusal.
type answer func(form url.Values) (fields map[string]any, refusal string)

func (s *Server) methods() map[string]answer {
	return map[string]answer{
		"auth.test":                    s.authTest,
		"apps.connections.open":        s.connectionsOpen,
		"chat.postMessage":             s.postMessage,
		"chat.postEphemeral":           s.postEphemeral,
		"chat.update":                  s.update,
		"conversations.open":           s.conversationsOpen,
		"files.getUploadURLExternal":   s.uploadURL,
		"files.completeUploadExternal": s.completeUpload,
		"usergroups.users.list":        s.usersList,
		"views.open":                   s.viewsOpen,
	}
}

// method wraps an answer in what all methods share: faults, tokens, scopes and the envelope.
func (s *Server) method(name string, say answer) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		fault, due := s.begin(name)
		if due && !fault.Lost {
			s.play(fault, w, r)
			return
		}
		r.Body = http.MaxBytesReader(w, r.Body, maxRequest)
		form, err := fieldsOf(r)
		if err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		fields, refusal := s.say(name, say, token(r), form)
		if fault.Lost {
			cut(w)
			return
		}
		if refusal != "" {
			fields = map[string]any{"ok": false, "error": refusal}
		} else {
			fields["ok"] = true
		}
		w.Header().Set("X-OAuth-Scopes", s.config.Scopes)
		writeJSON(w, fields)
	})
}

func fieldsOf(r *http.Request) (url.Values, error) {
	if !strings.HasPrefix(r.Header.Get("Content-Type"), "application/json") {
		err := r.ParseForm()
		return r.PostForm, err
	}
	raw, err := io.ReadAll(r.Body)
	return url.Values{asJSON: {string(raw)}}, err
}

func (s *Server) say(name string, say answer, token string, form url.Values) (map[string]any, string) {
	want := s.config.BotToken
	if name == "apps.connections.open" {
		want = s.config.AppToken
	}
	if token != want {
		return nil, "invalid_auth"
	}
	if scope := scopeOf(name); scope != "" && !slices.Contains(strings.Split(s.config.Scopes, ","), scope) {
		return nil, "missing_scope"
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	defer s.note()
	return say(form)
}

func scopeOf(method string) string {
	switch method {
	case "chat.postMessage", "chat.postEphemeral", "chat.update":
		return "chat:write"
	case "conversations.open":
		return "im:write"
	case "files.getUploadURLExternal", "files.completeUploadExternal":
		return "files:write"
	case "usergroups.users.list":
		return "usergroups:read"
	default:
		return ""
	}
}

func token(r *http.Request) string {
	if bearer, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer "); ok {
		return bearer
	}
	return r.PostForm.Get("token")
}

func writeJSON(w http.ResponseWriter, v any) {
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(v) // A caller that has gone away needs no answer.
}

func (s *Server) authTest(url.Values) (map[string]any, string) {
	return map[string]any{"url": s.web.URL, "team": "Fake", "team_id": s.config.Team, "user": "ringside", "user_id": "UBOT"}, ""
}

func (s *Server) connectionsOpen(url.Values) (map[string]any, string) {
	return map[string]any{"url": fmt.Sprintf("%s?ticket=%d", s.socketURL(), s.next())}, ""
}

func (s *Server) conversationsOpen(form url.Values) (map[string]any, string) {
	user := form.Get("users")
	if user == "" {
		return nil, "users_list_not_supplied"
	}
	return map[string]any{"channel": map[string]any{"id": DirectChannel(user)}}, ""
}

func (s *Server) usersList(form url.Values) (map[string]any, string) {
	users, found := s.groups[form.Get("usergroup")]
	if !found {
		return nil, "no_such_subteam"
	}
	return map[string]any{"users": users}, ""
}

func (s *Server) postMessage(form url.Values) (map[string]any, string) {
	channel := form.Get("channel")
	if strings.HasPrefix(channel, "U") || strings.HasPrefix(channel, "W") {
		channel = DirectChannel(channel)
	}
	return s.post(channel, "", form)
}

func (s *Server) postEphemeral(form url.Values) (map[string]any, string) {
	return s.post(form.Get("channel"), form.Get("user"), form)
}

func (s *Server) post(channel, user string, form url.Values) (map[string]any, string) {
	if s.closed[channel] {
		return nil, "not_in_channel"
	}
	m := &Message{Channel: channel, For: user, Text: form.Get("text"), Blocks: json.RawMessage(form.Get("blocks"))}
	if refusal := m.judge(); refusal != "" {
		return nil, refusal
	}
	s.add(m)
	return map[string]any{"channel": channel, "ts": m.TS, "message_ts": m.TS}, ""
}

func (s *Server) update(form url.Values) (map[string]any, string) {
	if s.closed[form.Get("channel")] {
		return nil, "not_in_channel"
	}
	old := s.find(form.Get("channel"), form.Get("ts"))
	if old == nil || old.For != "" {
		return nil, "message_not_found"
	}
	changed := Message{Text: form.Get("text"), Blocks: json.RawMessage(form.Get("blocks"))}
	if refusal := changed.judge(); refusal != "" {
		return nil, refusal
	}
	old.change(changed)
	return map[string]any{"channel": old.Channel, "ts": old.TS, "text": old.Text}, ""
}
