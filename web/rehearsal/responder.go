package rehearsal

import (
	"context"
	"sync"

	"ringside/commands"
)

// responder carries the replies to one line or press.
type responder struct {
	talk *conversation

	mu       sync.Mutex
	question int // the message that Amend takes the place of; 0 for none
	passing  int // the message in which a passing line stands, the question or one of its own; 0 for none
}

// Progress shows a passing line: in the question whose button was pressed, else as a message of its own.
func (p *responder) Progress(_ context.Context, r commands.Reply) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	line := func(m *message) { m.Passing = plain(r.Headline) }
	for _, id := range []int{p.passing, p.question} {
		if p.talk.change(id, line) {
			p.passing = id
			return nil
		}
	}
	p.passing = p.talk.add(message{Passing: plain(r.Headline), Private: true})
	return nil
}

// Answer says something new, in the place of a passing line.
func (p *responder) Answer(_ context.Context, r commands.Reply) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.answer(r)
	return nil
}

func (p *responder) answer(r commands.Reply) {
	m := message{Private: !r.Public}
	m.put(r)
	id := p.passing
	if id != 0 && id == p.question {
		p.talk.change(id, func(question *message) { question.Passing = "" })
		id = 0
	}
	if !p.talk.change(id, func(old *message) { m.ID = id; *old = m }) {
		id = p.talk.add(m)
	}
	p.passing = 0
	if p.question == 0 && len(r.Buttons) > 0 {
		p.question = id
	}
}

// Amend puts a reply in the place of the question. Who sees it stays as it was.
func (p *responder) Amend(_ context.Context, r commands.Reply) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if !p.talk.change(p.question, func(m *message) { m.put(r) }) {
		r.Public = false
		p.answer(r)
	}
	return nil
}
