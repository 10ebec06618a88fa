package console

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync"

	"ringside/commands"
)

const (
	// maxNotices is how many messages are remembered by what they said last.
	maxNotices = 64
	// maxName bounds the name of a message, in bytes.
	maxName = 200
)

// notice is a message that nobody waited for, as it was shown last.
type notice struct {
	name     commands.Message // "console:local/<session>/<number>"
	said     commands.Reply   // its headline, rows and buttons
	question *question
}

// notices remembers the latest messages, so that they can be changed.
type notices struct {
	mu     sync.Mutex
	number int
	kept   []*notice // the oldest first
}

// add returns a new message of the session. The caller holds the lock.
func (l *notices) add(session string) *notice {
	l.number++
	return l.keep(commands.Message(ChannelID + "/" + session + "/" + strconv.Itoa(l.number)))
}

// find returns the message of that name, and whether it is remembered. The caller holds the lock.
func (l *notices) find(name commands.Message) (n *notice, known bool) {
	i := slices.IndexFunc(l.kept, func(n *notice) bool { return n.name == name })
	if i < 0 {
		return l.keep(name), false
	}
	return l.kept[i], true
}

func (l *notices) keep(name commands.Message) *notice {
	if len(l.kept) == maxNotices {
		l.kept = slices.Delete(l.kept, 0, 1)
	}
	n := &notice{name: name}
	l.kept = append(l.kept, n)
	return n
}

// repeats reports whether r has nothing to add to what was said last: the same headline and rows, and no other choices.
func (n *notice) repeats(r commands.Reply) bool {
	return n.said.Headline == r.Headline && slices.Equal(n.said.Rows, r.Rows) &&
		(len(r.Buttons) == 0 || slices.Equal(n.said.Buttons, r.Buttons))
}

// print shows r as what n says now. The caller holds the lock of the notices.
func (c *Console) print(n *notice, r commands.Reply) (err error) {
	c.board.drop(n.question)
	n.said = commands.Reply{Headline: r.Headline, Rows: slices.Clone(r.Rows), Buttons: slices.Clone(r.Buttons)}
	n.question, err = c.deliver(r, true)
	return err
}

// Revise shows r below the message that it changes, since a terminal cannot take words back: but only if its headline,
// rows or choices are others than before, so that a watched battle does not fill the screen. Choices that r has no more
// can no longer be chosen. It returns an error for the message of another platform.
func (c *Console) Revise(_ context.Context, m commands.Message, r commands.Reply) error {
	if !strings.HasPrefix(string(m), ChannelID+"/") || len(m) > maxName {
		return fmt.Errorf("console: %q is a message of another platform", cut(string(m), maxQuoted))
	}
	c.notices.mu.Lock()
	defer c.notices.mu.Unlock()
	n, known := c.notices.find(m)
	if !known || !n.repeats(r) {
		return c.print(n, r)
	}
	if len(r.Buttons) == 0 {
		c.board.drop(n.question)
		n.said.Buttons, n.question = nil, nil
	}
	return nil
}
