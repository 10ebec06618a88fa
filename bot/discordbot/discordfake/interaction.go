package discordfake

import (
	"encoding/json"
	"net/http"
	"time"
)

// How long an interaction waits for its first answer, and how long its token works.
const (
	firstAnswer = 3 * time.Second
	tokenLife   = 15 * time.Minute
)

// The types of interactions and of first answers.
const (
	kindCommand  = 2
	kindPress    = 3
	kindComplete = 4
	kindForm     = 5

	answerMessage   = 4
	answerDeferred  = 5
	answerNoChange  = 6
	answerUpdate    = 7
	answerCompleted = 8
	answerForm      = 9
)

// interaction is one ask, press or question for choices, and what became of it.
type interaction struct {
	id, token     string
	kind          int
	guild         string
	channel, user string
	made          time.Time
	payload       json.RawMessage

	inFlight bool // a signed request is not answered yet
	answered int  // the type of the first answer; 0 for none yet
	attempts int  // first answers that were tried
	pending  bool
	original *Message
	choices  []Choice
	form     *Form
	took     time.Duration
	sentAt   time.Time
}

// Choice is one way to go on typing, as the bot offered it.
type Choice struct {
	Name  string `json:"name"`
	Value any    `json:"value"`
}

// first is the first answer to an interaction.
type first struct {
	Type int             `json:"type"`
	Data json.RawMessage `json:"data"`
}

func (s *Server) callback(r *http.Request) (any, *refusal) {
	var f first
	if err := json.NewDecoder(r.Body).Decode(&f); err != nil {
		return nil, &refusal{http.StatusBadRequest, 50109, "The request body contains invalid JSON."}
	}
	return s.locked(func() (any, *refusal) {
		i, found := s.interactions[r.PathValue("token")]
		if !found || i.id != r.PathValue("id") {
			return nil, &refusal{http.StatusNotFound, 10062, "Unknown interaction"}
		}
		return nil, s.accept(i, f)
	})
}

// accept takes a first answer, whichever way it came. The caller holds the lock.
func (s *Server) accept(i *interaction, f first) *refusal {
	i.attempts++
	switch {
	case i.answered != 0:
		return &refusal{http.StatusBadRequest, 40060, "Interaction has already been acknowledged."}
	case s.config.Clock().Sub(i.made) > firstAnswer:
		return &refusal{http.StatusNotFound, 10062, "Unknown interaction"}
	}
	if no := s.apply(i, f); no != nil {
		return no
	}
	i.answered, i.took = f.Type, time.Since(i.sentAt)
	return nil
}

func (s *Server) apply(i *interaction, f first) *refusal {
	wrong := &refusal{http.StatusBadRequest, codeForm, "an answer that this interaction does not take"}
	switch {
	case f.Type == answerMessage && i.kind != kindComplete:
		return s.applyMessage(i, f.Data)
	case f.Type == answerDeferred && (i.kind == kindCommand || i.kind == kindForm):
		return s.applyDeferred(i, f.Data)
	case f.Type == answerForm && (i.kind == kindCommand || i.kind == kindPress):
		return applyForm(i, f.Data)
	case f.Type == answerNoChange && i.kind == kindPress:
		return nil
	case f.Type == answerCompleted && i.kind == kindComplete:
		return applyChoices(i, f.Data)
	default:
		return wrong
	}
}

func (s *Server) applyMessage(i *interaction, data json.RawMessage) *refusal {
	var b body
	if err := json.Unmarshal(data, &b); err != nil {
		return &refusal{http.StatusBadRequest, codeForm, "no message"}
	}
	if no := b.judge(); no != nil {
		return no
	}
	i.original = s.deliver(i, b)
	return nil
}

// applyDeferred shows the placeholder. Nothing but its privacy may be said then.
func (s *Server) applyDeferred(i *interaction, data json.RawMessage) *refusal {
	var b body
	if len(data) > 0 && json.Unmarshal(data, &b) != nil {
		return &refusal{http.StatusBadRequest, codeForm, "no flags"}
	}
	if b.Flags&^flagEphemeral != 0 || len(b.Components) > 0 {
		return &refusal{http.StatusBadRequest, codeForm, "more than a flag in a deferral"}
	}
	i.original = &Message{Guild: i.guild, Channel: i.channel, Flags: b.Flags | flagLoading}
	if b.Flags&flagEphemeral != 0 {
		i.original.For = i.user
	}
	s.add(i.original)
	i.pending = true
	return nil
}

// applyChoices wants the list, even when it is empty.
func applyChoices(i *interaction, data json.RawMessage) *refusal {
	var b struct {
		Choices *[]Choice `json:"choices"`
	}
	if json.Unmarshal(data, &b) != nil || b.Choices == nil || len(*b.Choices) > 25 {
		return &refusal{http.StatusBadRequest, codeForm, "no list of choices, or too many"}
	}
	for _, c := range *b.Choices {
		text, _ := c.Value.(string)
		if c.Name == "" || units(c.Name) > 100 || text == "" || units(text) > 100 {
			return &refusal{http.StatusBadRequest, codeForm, "a choice that is not right"}
		}
	}
	i.choices = *b.Choices
	return nil
}

// deliver shows a new message. The caller holds the lock.
func (s *Server) deliver(i *interaction, b body) *Message {
	m := &Message{Guild: i.guild, Channel: i.channel, Flags: b.Flags & flagEphemeral}
	if b.Flags&flagEphemeral != 0 {
		m.For = i.user
	}
	m.put(b)
	s.add(m)
	return m
}

// settle waits until the signed request of an interaction is answered: the answer to it and the calls that
// follow travel on connections of their own.
func (s *Server) settle(r *http.Request) {
	_ = s.Wait(r.Context(), func() bool {
		s.mu.Lock()
		defer s.mu.Unlock()
		i, found := s.interactions[r.PathValue("token")]
		return !found || !i.inFlight || i.answered != 0
	})
}

// held returns the interaction of a token that still works.
func (s *Server) held(r *http.Request) (*interaction, *refusal) {
	i, found := s.interactions[r.PathValue("token")]
	switch {
	case !found || r.PathValue("app") != s.config.Application || i.answered == 0:
		return nil, &refusal{http.StatusNotFound, 10015, "Unknown Webhook"}
	case s.config.Clock().Sub(i.made) > tokenLife:
		return nil, &refusal{http.StatusUnauthorized, 50027, "Invalid Webhook Token"}
	default:
		return i, nil
	}
}

// message returns one that was sent through a token.
func (s *Server) message(i *interaction, id string) (*Message, *refusal) {
	m := i.original
	if id != "@original" {
		m = s.find(id)
	}
	if m == nil || m.Deleted || m.Channel != i.channel || (m.For != "" && m.For != i.user) {
		return nil, &refusal{http.StatusNotFound, 10008, "Unknown Message"}
	}
	return m, nil
}

// followUp sends a new message, or, as long as the placeholder is empty, fills that: who sees it was
// decided before.
func (s *Server) followUp(r *http.Request) (any, *refusal) {
	b, no := read(r)
	if no != nil {
		return nil, no
	}
	s.settle(r)
	return s.locked(func() (any, *refusal) {
		i, no := s.held(r)
		if no != nil {
			return nil, no
		}
		if !i.pending {
			return shown(s.deliver(i, b)), nil
		}
		if i.original.Deleted {
			return nil, &refusal{http.StatusNotFound, 10008, "Unknown Message"}
		}
		i.pending = false
		i.original.put(b)
		return shown(i.original), nil
	})
}

func (s *Server) edit(r *http.Request) (any, *refusal) {
	b, no := read(r)
	if no != nil {
		return nil, no
	}
	s.settle(r)
	return s.locked(func() (any, *refusal) {
		i, no := s.held(r)
		if no != nil {
			return nil, no
		}
		m, no := s.message(i, r.PathValue("id"))
		if no != nil {
			return nil, no
		}
		m.put(b)
		m.Changes++
		if m == i.original {
			i.pending = false
		}
		return shown(m), nil
	})
}

// remove deletes a message. After the deletion of an empty placeholder, nothing more can be sent: some
// people report that of Discord (discord/discord-api-docs#2739, #3087).
func (s *Server) remove(r *http.Request) (any, *refusal) {
	s.settle(r)
	return s.locked(func() (any, *refusal) {
		i, no := s.held(r)
		if no != nil {
			return nil, no
		}
		m, no := s.message(i, r.PathValue("id"))
		if no != nil {
			return nil, no
		}
		m.Deleted = true
		return nil, nil
	})
}
