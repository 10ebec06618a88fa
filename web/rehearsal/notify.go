package rehearsal

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"ringside/commands"
)

// Notify says something that nobody waits for. It returns an error for the place of another platform.
func (s *Server) Notify(_ context.Context, to commands.Place, r commands.Reply) (commands.Message, error) {
	id := to.Channel
	if id == "" {
		id = to.User
	}
	if id != ChannelID && id != CallerID {
		return "", fmt.Errorf("rehearsal: %q is another place", plain(id))
	}
	m := message{Alive: true, Private: !r.Public}
	m.put(r)
	return s.nameOf(s.talk.add(m)), nil
}

// Revise changes a message that Notify said. The error is commands.ErrMessageGone for one that is not remembered any
// more, also because the program began anew.
func (s *Server) Revise(_ context.Context, m commands.Message, r commands.Reply) error {
	number, ok := strings.CutPrefix(string(m), ChannelID+"/")
	if !ok {
		return fmt.Errorf("rehearsal: %q is a message of another place", plain(string(m)))
	}
	_, number, _ = strings.Cut(number, "/")
	id, err := strconv.Atoi(number)
	if err != nil || s.nameOf(id) != m || !s.talk.change(id, func(m *message) { m.put(r) }) {
		return commands.ErrMessageGone
	}
	return nil
}

// nameOf is "web:rehearsal/<session>/<id>".
func (s *Server) nameOf(id int) commands.Message {
	return commands.Message(ChannelID + "/" + s.talk.session + "/" + strconv.Itoa(id))
}
