package console

import (
	"fmt"
	"strings"
	"sync"
	"time"

	"ringside/commands"
)

// A question that answers what was typed has the numbers from 1 and takes the place of the one
// before. A question that comes unasked has numbers from 11, 21 and so on: it cannot change what a
// number means that somebody is about to type.
const (
	maxButtons  = 9
	maxUnasked  = 8
	numberSpace = 10
)

// readingTime is the least time in which a person can read a question. What is typed sooner was meant
// for something else, such as the second half of a double tap.
const readingTime = 250 * time.Millisecond

// question is a set of choices on the screen.
type question struct {
	first   int // the number of the first button
	buttons []commands.Button
	shown   time.Time
}

// choice is one button of an open question.
type choice struct {
	question *question
	button   commands.Button
}

// board keeps the questions that can be answered.
type board struct {
	clock commands.Clock

	mu      sync.Mutex
	asked   *question
	unasked []*question // the oldest first
	turn    int         // how many came unasked so far
}

// put opens a question with the buttons; without any it returns nil.
func (b *board) put(buttons []commands.Button, unasked bool) *question {
	if len(buttons) == 0 {
		return nil
	}
	q := &question{first: 1, buttons: buttons[:min(len(buttons), maxButtons)], shown: b.clock()}
	b.mu.Lock()
	defer b.mu.Unlock()
	if !unasked {
		b.asked = q
		return q
	}
	q.first += numberSpace * (1 + b.turn%maxUnasked)
	b.turn++
	if len(b.unasked) == maxUnasked {
		b.unasked = b.unasked[1:]
	}
	b.unasked = append(b.unasked, q)
	return q
}

// drop closes q, which may be nil or closed.
func (b *board) drop(q *question) {
	if q == nil {
		return
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.asked == q {
		b.asked = nil
	}
	for i, other := range b.unasked {
		if other == q {
			b.unasked = append(b.unasked[:i:i], b.unasked[i+1:]...)
			return
		}
	}
}

func (b *board) all() []*question {
	b.mu.Lock()
	defer b.mu.Unlock()
	var all []*question
	if b.asked != nil {
		all = append(all, b.asked)
	}
	return append(all, b.unasked...)
}

// numbered finds the open choices with the number n: one or none.
func (b *board) numbered(n int) []choice {
	for _, q := range b.all() {
		if i := n - q.first; i >= 0 && i < len(q.buttons) {
			return []choice{{q, q.buttons[i]}}
		}
	}
	return nil
}

// named finds the open choices with the label, in any case.
func (b *board) named(label string) []choice {
	var found []choice
	for _, q := range b.all() {
		for _, button := range q.buttons {
			if strings.EqualFold(oneLine(button.Label), label) {
				found = append(found, choice{q, button})
			}
		}
	}
	return found
}

// open lists the choices there are, one question a line.
func (b *board) open() []string {
	var lines []string
	for _, q := range b.all() {
		lines = append(lines, strings.Join(q.choices(), "    "))
	}
	return lines
}

// unread reports whether q has been on the screen for too short a time to be read.
func (b *board) unread(q *question) bool { return b.clock().Sub(q.shown) < readingTime }

// choices are the labels with their numbers.
func (q *question) choices() []string {
	if q == nil {
		return nil
	}
	var all []string
	for i, button := range q.buttons {
		all = append(all, fmt.Sprintf("%d  %s", q.first+i, oneLine(button.Label)))
	}
	return all
}
