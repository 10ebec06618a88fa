package discordfake

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
)

// Form is a form as a person sees it.
type Form struct {
	CustomID string // what the form carries, unseen
	Title    string
	Fields   []Field
}

// Field is one field of a form.
type Field struct {
	CustomID    string `json:"custom_id"`
	Label       string `json:"label"`
	Placeholder string `json:"placeholder"`
	Type        int    `json:"type"`
	Style       int    `json:"style"`
	MaxLength   int    `json:"max_length"`
	Required    bool   `json:"required"`
}

// The type of a field, and its style with several lines.
const (
	typeInput      = 4
	styleParagraph = 2
)

// applyForm shows a form, if Discord would take it. The fields must stand in rows: the library gives up on others.
func applyForm(i *interaction, data json.RawMessage) *refusal {
	wrong := &refusal{http.StatusBadRequest, codeForm, "a form that is not right"}
	var b struct {
		CustomID   string `json:"custom_id"`
		Title      string `json:"title"`
		Components []struct {
			Type       int     `json:"type"`
			Components []Field `json:"components"`
		} `json:"components"`
	}
	if json.Unmarshal(data, &b) != nil || !within(b.CustomID, 100) || !within(b.Title, 45) || len(b.Components) == 0 || len(b.Components) > 5 {
		return wrong
	}
	form := &Form{CustomID: b.CustomID, Title: b.Title}
	for _, row := range b.Components {
		if row.Type != typeRow || len(row.Components) != 1 {
			return wrong
		}
		if !row.Components[0].fits() {
			return wrong
		}
		form.Fields = append(form.Fields, row.Components[0])
	}
	i.form = form
	return nil
}

func (f Field) fits() bool {
	return f.Type == typeInput && within(f.CustomID, 100) && within(f.Label, 45) && units(f.Placeholder) <= 100 &&
		f.Style >= 1 && f.Style <= styleParagraph && f.MaxLength >= 0 && f.MaxLength <= 4000
}

func within(text string, most int) bool { return text != "" && units(text) <= most }

// Submit is a form as a person fills it in and sends it.
type Submit struct {
	Person
	Form Form
	Rows string // in the first field
	ID   string // of the interaction; default: a new one
}

// Submit sends a form and waits for the first answer.
func (s *Server) Submit(ctx context.Context, f Submit) (Receipt, error) {
	i, err := s.prepareSubmit(f)
	if err != nil {
		return Receipt{}, err
	}
	return s.send(ctx, i)
}

// SubmitBody returns the JSON that Submit sends, with a new token, for tests that send it in their own way.
func (s *Server) SubmitBody(f Submit) (string, error) {
	i, err := s.prepareSubmit(f)
	if err != nil {
		return "", err
	}
	return string(i.payload), nil
}

func (s *Server) prepareSubmit(f Submit) (*interaction, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	rows := make([]map[string]any, 0, len(f.Form.Fields))
	for n, field := range f.Form.Fields {
		value := ""
		if n == 0 {
			value = f.Rows
		}
		input := map[string]any{"type": typeInput, "id": 2*n + 2, "custom_id": field.CustomID, "value": value}
		rows = append(rows, map[string]any{"type": typeRow, "id": 2*n + 1, "components": []any{input}})
	}
	return s.newInteraction(f.Person, kindForm, or(f.ID, s.snowflake()), map[string]any{"custom_id": f.Form.CustomID, "components": rows}, nil)
}

// Attachment is a file that a person attaches to a command.
type Attachment struct {
	Name    string
	Content string
	Told    int // what is told of its size; default: the truth
}

// keep stores a file, tells of it as Discord does, and returns its id. The caller holds the lock.
func (s *Server) keep(a Attachment, files map[string]any) string {
	id := s.snowflake()
	s.handed[id] = a
	size := a.Told
	if size == 0 {
		size = len(a.Content)
	}
	address := fmt.Sprintf("%s/attachments/capability-%s/file?ex=1&hm=2", or(s.config.FilesAt, s.web.URL), id)
	files[id] = map[string]any{
		"id": id, "filename": a.Name, "size": size, "url": address, "proxy_url": address, "content_type": "text/csv; charset=utf-8", "ephemeral": true,
	}
	return id
}

// serveFile gives a file to whoever has its address. A token is none of its business.
func (s *Server) serveFile(w http.ResponseWriter, r *http.Request) {
	if fault, due := s.begin(Download); due {
		s.play(fault, w, r)
		return
	}
	s.mu.Lock()
	file, found := s.handed[strings.TrimPrefix(r.PathValue("id"), "capability-")]
	s.mu.Unlock()
	switch {
	case r.Header.Get("Authorization") != "":
		http.Error(w, "a token came where none belongs", http.StatusForbidden)
	case !found:
		http.NotFound(w, r)
	default:
		w.Header().Set("Content-Type", "text/csv; charset=utf-8")
		_, _ = w.Write([]byte(file.Content))
	}
}
