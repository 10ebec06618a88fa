package rehearsal

import (
	"slices"
	"sync"
)

const (
	maxMessages = 200
	maxPictures = 16 // of up to 1 MB each
)

// conversation is what was said, the latest of it. Messages are values: who has a copy needs no lock.
type conversation struct {
	session string // tells the page that another conversation began

	mu       sync.Mutex
	messages []message // the oldest first
	last     int       // the id of the newest
	seq      uint64
	changed  chan struct{} // closed with the next change
}

func newConversation(session string) *conversation {
	return &conversation{session: session, changed: make(chan struct{})}
}

// add says something new and returns its id.
func (c *conversation) add(m message) int {
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.messages) == maxMessages {
		c.messages = slices.Delete(c.messages, 0, 1)
	}
	c.last++
	m.ID = c.last
	c.messages = append(c.messages, m)
	c.sealed(len(c.messages) - 1)
	return m.ID
}

// change changes a message, or returns false when it is not remembered any more.
func (c *conversation) change(id int, do func(*message)) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	i := c.find(id)
	if i < 0 {
		return false
	}
	do(&c.messages[i])
	c.sealed(i)
	return true
}

// sealed lets the viewers know of a change. It is called with the mutex held.
func (c *conversation) sealed(i int) {
	c.seq++
	c.messages[i].seal(c.seq)
	c.fade()
	close(c.changed)
	c.changed = make(chan struct{})
}

// fade forgets the oldest picture when there are too many.
func (c *conversation) fade() {
	oldest, pictures := -1, 0
	for i, m := range slices.Backward(c.messages) {
		if m.png != nil {
			oldest, pictures = i, pictures+1
		}
	}
	if pictures > maxPictures {
		c.seq++
		c.messages[oldest].fade()
		c.messages[oldest].seal(c.seq)
	}
}

func (c *conversation) find(id int) int {
	i, found := slices.BinarySearchFunc(c.messages, id, func(m message, id int) int { return m.ID - id })
	if !found {
		return -1
	}
	return i
}

// since returns what has changed after the change with the number seq, the number of the latest change, and what is
// closed with the next.
func (c *conversation) since(seq uint64) (news []message, latest uint64, changed <-chan struct{}) {
	c.mu.Lock()
	defer c.mu.Unlock()
	news = []message{}
	for _, m := range c.messages {
		if m.Seq > seq {
			news = append(news, m)
		}
	}
	return news, c.seq, c.changed
}

// with returns the newest message that has the button, or 0.
func (c *conversation) with(button string) int {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, m := range slices.Backward(c.messages) {
		if m.has(button) {
			return m.ID
		}
	}
	return 0
}

// picture returns the picture of a message, or nil.
func (c *conversation) picture(id int) []byte {
	c.mu.Lock()
	defer c.mu.Unlock()
	if i := c.find(id); i >= 0 {
		return c.messages[i].png
	}
	return nil
}
