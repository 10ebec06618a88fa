package console

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"

	"ringside/commands"
)

// responder carries the replies to one line.
type responder struct {
	console *Console
	handled atomic.Bool // the handler has returned, and the next line may be on its way

	mu       sync.Mutex
	question *question // what Amend takes the place of
}

// Progress shows a passing line.
func (r *responder) Progress(_ context.Context, reply commands.Reply) error {
	return r.console.screen.pass(reply)
}

// Answer shows a message. Its buttons become choices.
func (r *responder) Answer(_ context.Context, reply commands.Reply) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	q, err := r.console.deliver(reply, r.handled.Load())
	if r.question == nil {
		r.question = q
	}
	return err
}

// Amend shows a message and closes the question it stands for; a terminal cannot take words back.
func (r *responder) Amend(_ context.Context, reply commands.Reply) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.console.board.drop(r.question)
	q, err := r.console.deliver(reply, r.handled.Load())
	if q != nil {
		r.question = q
	}
	return err
}

// deliver shows a reply and opens its question, which may be nil.
func (c *Console) deliver(reply commands.Reply, unasked bool) (*question, error) {
	q := c.board.put(reply.Buttons, unasked)
	return q, c.screen.showWith(reply, q)
}

// Notify shows a message that nobody waits for, also while a line is being typed. It returns an error
// for the place of another platform.
func (c *Console) Notify(_ context.Context, to commands.Place, reply commands.Reply) (commands.Message, error) {
	id := to.Channel
	if id == "" {
		id = to.User
	}
	if !strings.HasPrefix(id, PlatformName+":") {
		return "", fmt.Errorf("console: %q is a place of another platform", cut(id, maxQuoted))
	}
	c.notices.mu.Lock()
	defer c.notices.mu.Unlock()
	n := c.notices.add(c.options.session)
	if err := c.print(n, reply); err != nil {
		return "", err
	}
	return n.name, nil
}
