package slackfake

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// Download is the name by which Fail and Calls know the addresses that files are read from.
const Download = "download"

// Attachment is a file that a person hands in with a form.
type Attachment struct {
	Name     string
	Content  string
	Told     int  // what is told of its size; default: the truth
	External bool // it is stored elsewhere
}

// Submit is a form as a person fills it in and sends it.
type Submit struct {
	View  View
	Rows  string
	Files []Attachment

	Team    string // default: the server's own
	User    string // default: who sees the form
	Carried string // what the form carries; default: the truth
	Trigger string // default: a new one
}

// Submit sends a form, waits for the acknowledgement, and does with the form what that says.
func (s *Server) Submit(ctx context.Context, f Submit) (Receipt, error) {
	trigger, d, err := s.prepareSubmit(f)
	if err != nil {
		return Receipt{}, err
	}
	r, err := s.send(ctx, trigger, d)
	if err != nil || (r.Status != 0 && r.Status != http.StatusOK) {
		return r, err
	}
	return r, s.answered(f.View.ID, r.Body)
}

// SubmitBody returns the form that Submit sends in HTTP mode, for tests that send it in their own way.
func (s *Server) SubmitBody(f Submit) (string, error) {
	_, d, err := s.prepareSubmit(f)
	return d.form.Encode(), err
}

func (s *Server) prepareSubmit(f Submit) (trigger string, d delivery, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	trigger = or(f.Trigger, s.newTrigger())
	user := or(f.User, f.View.User)
	payload, err := json.Marshal(map[string]any{
		"type":       "view_submission",
		"team":       map[string]any{"id": s.config.Team, "domain": "fake"},
		"user":       map[string]any{"id": user, "username": "mika", "name": "mika", "team_id": or(f.Team, s.config.Team)},
		"api_app_id": "A01", "token": "legacy-verification-token", "trigger_id": trigger,
		"view": map[string]any{
			"id": f.View.ID, "team_id": s.config.Team, "type": "modal", "blocks": []any{}, "callback_id": f.View.callback,
			"private_metadata": or(f.Carried, f.View.Carried), "state": map[string]any{"values": s.values(f)}, "hash": "1700000000.c0ffee",
			"root_view_id": f.View.ID, "app_id": "A01", "bot_id": "B01",
		},
		"response_urls": []any{}, "is_enterprise_install": false, "enterprise": nil,
	})
	if err != nil {
		return "", delivery{}, fmt.Errorf("slackfake: encoding a form: %w", err)
	}
	return trigger, delivery{kind: "interactive", payload: payload, form: url.Values{"payload": {string(payload)}}}, nil
}

// values writes what was filled in, by field and input. The caller holds the lock.
func (s *Server) values(f Submit) map[string]any {
	all := map[string]any{}
	for _, field := range f.View.Fields {
		filled := map[string]any{"type": field.Kind}
		if field.Kind == "file_input" {
			filled["files"] = s.keep(f.Files)
		} else {
			filled["value"] = nil
			if f.Rows != "" {
				filled["value"] = f.Rows
			}
		}
		all[field.Name] = map[string]any{field.action: filled}
	}
	return all
}

// keep stores files and tells of them as Slack does. The caller holds the lock.
func (s *Server) keep(files []Attachment) []map[string]any {
	at := or(s.config.DownloadsAt, s.web.URL)
	all := make([]map[string]any, 0, len(files))
	for _, file := range files {
		id := fmt.Sprintf("F%07d", s.next())
		s.handed[id] = file
		size := file.Told
		if size == 0 {
			size = len(file.Content)
		}
		all = append(all, map[string]any{
			"id": id, "name": file.Name, "title": file.Name, "mimetype": "text/csv", "filetype": "csv", "size": size,
			"is_external": file.External, "url_private": at + "/files-pri/" + id, "url_private_download": at + "/files-pri/capability-" + id,
		})
	}
	return all
}

// serveFile gives a file to whoever has the token and the scope; others are led to a page where they can sign in.
func (s *Server) serveFile(w http.ResponseWriter, r *http.Request) {
	if fault, due := s.begin(Download); due {
		s.play(fault, w, r)
		return
	}
	s.mu.Lock()
	file, found := s.handed[strings.TrimPrefix(r.PathValue("id"), "capability-")]
	s.mu.Unlock()
	allowed := token(r) == s.config.BotToken && slices.Contains(strings.Split(s.config.Scopes, ","), "files:read")
	switch {
	case !allowed:
		signIn(w)
	case !found:
		http.NotFound(w, r)
	default:
		w.Header().Set("Content-Type", "text/csv")
		_, _ = w.Write([]byte(file.Content))
	}
}

func signIn(w http.ResponseWriter) {
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	_, _ = w.Write([]byte("<!DOCTYPE html><title>Sign in</title>"))
}

func or(given, otherwise string) string {
	if given == "" {
		return otherwise
	}
	return given
}
