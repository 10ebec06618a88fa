package discordfake

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"
)

// Option is one option as a person fills it in: a string, an int, a bool, an Attachment, or, for a subcommand, nil.
type Option struct {
	Name    string
	Value   any
	Focused bool     // it is being typed
	Options []Option // of a subcommand
}

// Person is who acts, and where. Empty fields have sensible values.
type Person struct {
	Guild    string   // default: the server's own; "-" for a direct message
	Channel  string   // default: DefaultChannel
	Thread   string   // a thread in the channel, if it is used there
	User     string   // default: DefaultUser
	Name     string   // default: "mika"
	Roles    []string // ids
	Language string   // default: "en-US"
}

// Ask is a command as a person sends it.
type Ask struct {
	Person
	Command string // default: "battle-score"
	Options []Option
	ID      string // of the interaction; default: a new one
}

// Press is the press of a button. Message and CustomID are needed.
type Press struct {
	Person
	Message  Message
	CustomID string
	ID       string // of the interaction; default: a new one
}

// Receipt is what Discord knows of a delivery.
type Receipt struct {
	ID       string
	Answered int           // the type of the first answer
	Status   int           // HTTP mode only
	Body     string        // HTTP mode only: of the answer
	Took     time.Duration // from the first byte sent to the first answer
	Choices  []Choice      // of Suggest
	Form     *Form         // that the first answer shows; nil for none

	interaction *interaction
}

// Ask sends a command and waits for its first answer.
func (s *Server) Ask(ctx context.Context, a Ask) (Receipt, error) {
	i, err := s.prepareAsk(a, kindCommand)
	if err != nil {
		return Receipt{}, err
	}
	return s.send(ctx, i)
}

// Suggest types into an option and returns what is offered.
func (s *Server) Suggest(ctx context.Context, a Ask) (Receipt, error) {
	i, err := s.prepareAsk(a, kindComplete)
	if err != nil {
		return Receipt{}, err
	}
	return s.send(ctx, i)
}

// Press presses a button and waits for the first answer.
func (s *Server) Press(ctx context.Context, p Press) (Receipt, error) {
	i, err := s.preparePress(p)
	if err != nil {
		return Receipt{}, err
	}
	return s.send(ctx, i)
}

// Repeat delivers the same interaction again, as after a resumed session or by somebody who has recorded
// a request, and waits for the answer to that.
func (s *Server) Repeat(ctx context.Context, r Receipt) (Receipt, error) {
	return s.send(ctx, r.interaction)
}

func or(given, otherwise string) string {
	if given == "" {
		return otherwise
	}
	return given
}

func (s *Server) prepareAsk(a Ask, kind int) (*interaction, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	files := map[string]any{}
	data := map[string]any{"id": s.snowflake(), "name": or(a.Command, "battle-score"), "type": 1, "options": s.encode(a.Options, files)}
	if len(files) > 0 {
		data["resolved"] = map[string]any{"attachments": files}
	}
	return s.newInteraction(a.Person, kind, or(a.ID, s.snowflake()), data, nil)
}

// encode writes options as Discord does, with their types, and adds what it tells of files to files. The caller holds the
// lock.
func (s *Server) encode(options []Option, files map[string]any) []map[string]any {
	all := make([]map[string]any, 0, len(options))
	for _, o := range options {
		kind := 1
		switch v := o.Value.(type) {
		case Attachment:
			kind, o.Value = 11, s.keep(v, files)
		case string:
			kind = 3
		case int, int64, json.Number:
			kind = 4
		case bool:
			kind = 5
		}
		option := map[string]any{"name": o.Name, "type": kind}
		if kind == 1 {
			option["options"] = s.encode(o.Options, files)
		} else {
			option["value"] = o.Value
		}
		if o.Focused {
			option["focused"] = true
		}
		all = append(all, option)
	}
	return all
}

func (s *Server) preparePress(p Press) (*interaction, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	m := s.find(p.Message.ID)
	if m == nil {
		return nil, errors.New("discordfake: the message is not there any more")
	}
	p.Channel = m.Channel
	data := map[string]any{"custom_id": p.CustomID, "component_type": typeButton, "id": 7}
	i, err := s.newInteraction(p.Person, kindPress, or(p.ID, s.snowflake()), data, m)
	if err == nil {
		i.original = m
	}
	return i, err
}

// newInteraction makes an interaction and its payload. The caller holds the lock.
func (s *Server) newInteraction(p Person, kind int, id string, data any, m *Message) (*interaction, error) {
	i := &interaction{
		id: id, token: fmt.Sprintf("capability-%d-aW50ZXJhY3Rpb24", s.serial), kind: kind, made: s.config.Clock(),
		guild: or(p.Guild, s.config.Guild), channel: or(p.Thread, or(p.Channel, DefaultChannel)), user: or(p.User, DefaultUser),
	}
	user := map[string]any{"id": i.user, "username": or(p.Name, "mika"), "global_name": or(p.Name, "mika"), "discriminator": "0", "avatar": nil}
	channel := map[string]any{"id": i.channel, "type": 0, "name": "finals", "guild_id": i.guild}
	if p.Thread != "" {
		channel["type"], channel["parent_id"] = 11, or(p.Channel, DefaultChannel)
	}
	payload := map[string]any{
		"id": id, "application_id": s.config.Application, "type": kind, "token": i.token, "version": 1, "data": data,
		"channel_id": i.channel, "channel": channel, "locale": or(p.Language, "en-US"), "guild_locale": "en-US", "entitlements": []any{},
	}
	if i.guild == "-" {
		i.guild = ""
		payload["user"], payload["context"] = user, 1
	} else {
		payload["guild_id"], payload["context"] = i.guild, 0
		payload["member"] = map[string]any{"user": user, "roles": append([]string{}, p.Roles...), "permissions": "2147483647", "joined_at": "2026-01-01T00:00:00Z"}
	}
	if m != nil {
		payload["message"] = shown(m)
	}
	raw, err := json.Marshal(payload)
	if err != nil {
		return nil, fmt.Errorf("discordfake: encoding an interaction: %w", err)
	}
	i.payload = raw
	s.interactions[i.token] = i
	return i, nil
}

func (s *Server) send(ctx context.Context, i *interaction) (Receipt, error) {
	s.mu.Lock()
	endpoint, before := s.endpoint, i.attempts
	i.sentAt, i.inFlight = time.Now(), endpoint != ""
	s.mu.Unlock()
	if endpoint != "" {
		return s.sendHTTP(ctx, endpoint, i)
	}
	if err := s.dispatch("INTERACTION_CREATE", i.payload); err != nil {
		return Receipt{}, err
	}
	err := s.Wait(ctx, func() bool { return s.attempts(i) > before })
	if err != nil {
		return s.receipt(i), fmt.Errorf("%w: no answer to interaction %s", err, i.id)
	}
	return s.receipt(i), nil
}

func (s *Server) attempts(i *interaction) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return i.attempts
}

func (s *Server) receipt(i *interaction) Receipt {
	s.mu.Lock()
	defer s.mu.Unlock()
	return Receipt{ID: i.id, Answered: i.answered, Took: i.took, Choices: i.choices, Form: i.form, interaction: i}
}

// Forget drops the interactions that were answered, for tests of many.
func (s *Server) Forget() {
	s.mu.Lock()
	defer s.mu.Unlock()
	clear(s.interactions)
	s.messages = nil
}
