package slackfake

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strings"
	"time"
	"unicode/utf8"
)

// triggerLife is how long a trigger opens a form.
const triggerLife = 3 * time.Second

// opener is what a trigger is good for.
type opener struct {
	user string
	made time.Time
	used bool
}

// View is a form as a person sees it.
type View struct {
	ID      string
	User    string // who sees it
	Title   string
	Submit  string // the word on the button
	Carried string // what the form carries, unseen
	Fields  []Field
	Errors  map[string]string // by the field; what the person was told the last time
	Closed  bool

	callback string
}

// Field is one field of a form.
type Field struct {
	Name        string
	Kind        string // "plain_text_input" or "file_input"
	Label       string
	Placeholder string
	Types       []string // of files

	action string
}

// viewBody is a form as a caller opens it.
type viewBody struct {
	Type     string      `json:"type"`
	Callback string      `json:"callback_id"`
	Carried  string      `json:"private_metadata"`
	Title    text        `json:"title"`
	Submit   text        `json:"submit"`
	Close    text        `json:"close"`
	Blocks   []viewBlock `json:"blocks"`
}

type viewBlock struct {
	Type     string `json:"type"`
	BlockID  string `json:"block_id"`
	Label    text   `json:"label"`
	Optional bool   `json:"optional"`
	Element  struct {
		Type        string   `json:"type"`
		ActionID    string   `json:"action_id"`
		Placeholder text     `json:"placeholder"`
		Multiline   bool     `json:"multiline"`
		MaxLength   int      `json:"max_length"`
		Types       []string `json:"filetypes"`
		MaxFiles    int      `json:"max_files"`
	} `json:"element"`
}

// viewsOpen shows a form to the person whose trigger it is.
func (s *Server) viewsOpen(form url.Values) (map[string]any, string) {
	var asked struct {
		Trigger string   `json:"trigger_id"`
		View    viewBody `json:"view"`
	}
	if json.Unmarshal([]byte(form.Get(asJSON)), &asked) != nil {
		return nil, "invalid_arguments"
	}
	by, found := s.triggers[asked.Trigger]
	switch {
	case !found || !asked.View.fits():
		return nil, "invalid_arguments"
	case asked.View.takesFiles() && !slices.Contains(strings.Split(s.config.Scopes, ","), "files:read"):
		return nil, "missing_scope"
	case by.used:
		return nil, "exchanged_trigger_id"
	case s.config.Clock().Sub(by.made) > triggerLife:
		return nil, "expired_trigger_id"
	}
	by.used = true
	v := asked.View.view(by.user)
	v.ID = fmt.Sprintf("V%07d", s.next())
	s.views = append(s.views, v)
	return map[string]any{"view": map[string]any{"id": v.ID, "type": "modal"}}, ""
}

func (b viewBody) takesFiles() bool {
	return slices.ContainsFunc(b.Blocks, func(k viewBlock) bool { return k.Element.Type == "file_input" })
}

// fits reports whether Slack would take the form.
func (b viewBody) fits() bool {
	within := func(t text, most int) bool {
		n := utf8.RuneCountInString(t.Text)
		return t.Type == "plain_text" && n > 0 && n <= most
	}
	seen := map[string]bool{}
	for _, k := range b.Blocks {
		if k.Type != "input" || k.BlockID == "" || seen[k.BlockID] || !within(k.Label, 2000) || !k.fits(within) {
			return false
		}
		seen[k.BlockID] = true
	}
	return b.Type == "modal" && len(seen) > 0 && len(b.Callback) <= 255 && utf8.RuneCountInString(b.Carried) <= 3000 &&
		within(b.Title, 24) && within(b.Submit, 24) && within(b.Close, 24)
}

func (k viewBlock) fits(within func(text, int) bool) bool {
	switch e := k.Element; e.Type {
	case "plain_text_input":
		return within(e.Placeholder, 150) && e.MaxLength >= 0 && e.MaxLength <= 3000
	case "file_input":
		return e.MaxFiles >= 1 && e.MaxFiles <= 10
	default:
		return false
	}
}

func (b viewBody) view(user string) *View {
	v := &View{User: user, Title: b.Title.Text, Submit: b.Submit.Text, Carried: b.Carried, callback: b.Callback}
	for _, k := range b.Blocks {
		v.Fields = append(v.Fields, Field{
			Name: k.BlockID, Kind: k.Element.Type, Label: k.Label.Text, Placeholder: k.Element.Placeholder.Text, Types: k.Element.Types, action: k.Element.ActionID,
		})
	}
	return v
}

// Views returns every form that was ever opened, as it stands now.
func (s *Server) Views() []View {
	s.mu.Lock()
	defer s.mu.Unlock()
	all := make([]View, len(s.views))
	for i, v := range s.views {
		all[i] = *v
		all[i].Errors = maps.Clone(v.Errors)
	}
	return all
}

// WaitView returns the newest form that stands open before a person, as soon as there is one.
func (s *Server) WaitView(ctx context.Context, user string) (View, error) {
	var found View
	err := s.Wait(ctx, func() bool {
		for _, v := range s.Views() {
			if v.User == user && !v.Closed {
				found = v
			}
		}
		return found.ID != ""
	})
	if err != nil {
		return View{}, fmt.Errorf("%w: no form stands before %s", err, user)
	}
	return found, nil
}

// answered does with a form what the acknowledgement of it says. An empty one closes it.
func (s *Server) answered(id, acknowledgement string) error {
	var says struct {
		Action string            `json:"response_action"`
		Errors map[string]string `json:"errors"`
	}
	if acknowledgement != "" {
		if err := json.Unmarshal([]byte(acknowledgement), &says); err != nil {
			return fmt.Errorf("slackfake: the answer to a form is not JSON: %w", err)
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	defer s.note()
	at := slices.IndexFunc(s.views, func(v *View) bool { return v.ID == id })
	if at < 0 {
		return errors.New("slackfake: the form is not there")
	}
	v := s.views[at]
	switch says.Action {
	case "", "clear":
		v.Closed, v.Errors = true, nil
		return nil
	case "errors":
		return v.tell(says.Errors)
	default:
		return fmt.Errorf("slackfake: a form is answered with %q", says.Action)
	}
}

// tell shows what is wrong with the fields of a form, which must be its own.
func (v *View) tell(wrong map[string]string) error {
	for name, why := range wrong {
		if why == "" || !slices.ContainsFunc(v.Fields, func(f Field) bool { return f.Name == name }) {
			return fmt.Errorf("slackfake: a form is told of %q in the field %q", why, name)
		}
	}
	if len(wrong) == 0 {
		return errors.New("slackfake: a form is told of no errors")
	}
	v.Errors = wrong
	return nil
}
