package slackfake

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"time"
)

// Ask is a slash command as a person types it. Empty fields have sensible values.
type Ask struct {
	Team    string // default: the server's own
	Channel string // default: "C0AB"
	User    string // default: "U0456"
	Name    string // default: "mika"
	Command string // default: "/battle-score"
	Text    string
	Trigger string // default: a new one
}

// Press is the press of a button. Message and Value are needed.
type Press struct {
	Message Message
	Value   string // of the button
	Team    string // default: the server's own
	User    string // default: "U0456"
	Name    string // default: "mika"
	Trigger string // default: a new one
}

// Receipt is what Slack gets back for a delivery.
type Receipt struct {
	Trigger  string
	Envelope string        // Socket Mode only
	Status   int           // HTTP mode only
	Body     string        // HTTP mode: of the answer. Socket Mode: the payload of the acknowledgement.
	Took     time.Duration // from the first byte sent to the acknowledgement

	delivery delivery
}

// delivery is what Slack sends, ready for one way or the other.
type delivery struct {
	kind    string          // of the envelope: "slash_commands" or "interactive"
	payload json.RawMessage // for a socket
	form    url.Values      // for HTTP
}

// Ask types a command and waits for its acknowledgement.
func (s *Server) Ask(ctx context.Context, a Ask) (Receipt, error) {
	trigger, d, err := s.prepareAsk(a)
	if err != nil {
		return Receipt{}, err
	}
	return s.send(ctx, trigger, d)
}

// Press presses a button and waits for the acknowledgement.
func (s *Server) Press(ctx context.Context, p Press) (Receipt, error) {
	trigger, d, err := s.preparePress(p)
	if err != nil {
		return Receipt{}, err
	}
	return s.send(ctx, trigger, d)
}

// Repeat delivers the same thing again, as Slack does when it is not sure: the same trigger and response
// address, in a new request or envelope.
func (s *Server) Repeat(ctx context.Context, r Receipt) (Receipt, error) {
	return s.send(ctx, r.Trigger, r.delivery)
}

func (s *Server) prepareAsk(a Ask) (trigger string, d delivery, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	channel, user := or(a.Channel, "C0AB"), or(a.User, "U0456")
	trigger = or(a.Trigger, s.newTrigger())
	s.triggers[trigger] = &opener{user: user, made: s.config.Clock()}
	fields := map[string]string{
		"token":                 "legacy-verification-token",
		"team_id":               or(a.Team, s.config.Team),
		"team_domain":           "fake",
		"channel_id":            channel,
		"channel_name":          "finals",
		"user_id":               user,
		"user_name":             or(a.Name, "mika"),
		"command":               or(a.Command, "/battle-score"),
		"text":                  a.Text,
		"api_app_id":            "A01",
		"is_enterprise_install": "false",
		"response_url":          s.newHook(&hook{channel: channel, user: user, command: true}),
		"trigger_id":            trigger,
	}
	form := url.Values{}
	for name, value := range fields {
		form.Set(name, value)
	}
	payload, err := json.Marshal(fields)
	if err != nil {
		return "", delivery{}, fmt.Errorf("slackfake: encoding a command: %w", err)
	}
	return trigger, delivery{kind: "slash_commands", payload: payload, form: form}, nil
}

func (s *Server) preparePress(p Press) (trigger string, d delivery, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	m := s.find(p.Message.Channel, p.Message.TS)
	if m == nil {
		return "", delivery{}, errors.New("slackfake: the message is not there any more")
	}
	trigger = p.Trigger
	if trigger == "" {
		trigger = s.newTrigger()
	}
	payload, err := json.Marshal(s.pressPayload(p, *m, trigger))
	if err != nil {
		return "", delivery{}, fmt.Errorf("slackfake: encoding a press: %w", err)
	}
	form := url.Values{"payload": {string(payload)}}
	return trigger, delivery{kind: "interactive", payload: payload, form: form}, nil
}

func (s *Server) pressPayload(p Press, m Message, trigger string) map[string]any {
	team, user, name := or(p.Team, s.config.Team), or(p.User, "U0456"), or(p.Name, "mika")
	pressed := Button{BlockID: "unknown", ActionID: "unknown"}
	// A client may still show the message as it was, and then sends what it shows.
	for _, b := range append(m.Buttons(), p.Message.Buttons()...) {
		if b.Value == p.Value {
			pressed = b
		}
	}
	original := s.find(m.Channel, m.TS)
	payload := map[string]any{
		"type":                  "block_actions",
		"team":                  map[string]any{"id": s.config.Team, "domain": "fake"},
		"user":                  map[string]any{"id": user, "username": name, "name": name, "team_id": team},
		"api_app_id":            "A01",
		"token":                 "legacy-verification-token",
		"container":             map[string]any{"type": "message", "message_ts": m.TS, "channel_id": m.Channel, "is_ephemeral": m.For != ""},
		"trigger_id":            trigger,
		"channel":               map[string]any{"id": m.Channel, "name": "finals"},
		"is_enterprise_install": false,
		"enterprise":            nil,
		"state":                 map[string]any{"values": map[string]any{}},
		"response_url":          s.newHook(&hook{channel: m.Channel, user: user, original: original}),
		"actions": []map[string]any{{
			"type": "button", "action_id": pressed.ActionID, "block_id": pressed.BlockID, "value": p.Value,
			"text": map[string]any{"type": "plain_text", "text": pressed.Label}, "action_ts": "1700000000.000001",
		}},
	}
	if m.For == "" {
		payload["message"] = map[string]any{"type": "message", "ts": m.TS, "text": m.Text, "blocks": m.Blocks}
	}
	return payload
}

// newTrigger makes a trigger id. The caller holds the lock.
func (s *Server) newTrigger() string { return fmt.Sprintf("%d.1700000000.c0ffee", s.next()) }

func (s *Server) send(ctx context.Context, trigger string, d delivery) (Receipt, error) {
	s.mu.Lock()
	address := s.commands
	if d.kind == "interactive" {
		address = s.presses
	}
	s.mu.Unlock()
	var r Receipt
	var err error
	if address != "" {
		r, err = s.sendHTTP(ctx, address, d)
	} else {
		r, err = s.sendEnvelope(ctx, d)
	}
	r.Trigger, r.delivery = trigger, d
	return r, err
}
