package slackfake

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"sync"
	"time"

	"github.com/gorilla/websocket"
)

// pingEvery is well inside the 30 s after which a client takes the connection for dead.
const pingEvery = 5 * time.Second

// Ack is one acknowledgement that arrived over a socket.
type Ack struct {
	Envelope string
	Payload  string // empty if there was none
	At       time.Time
}

// socket is one connected client.
type socket struct {
	conn  *websocket.Conn
	write sync.Mutex
}

func (k *socket) send(raw []byte) error {
	k.write.Lock()
	defer k.write.Unlock()
	if err := k.conn.WriteMessage(websocket.TextMessage, raw); err != nil {
		return fmt.Errorf("slackfake: writing to a socket: %w", err)
	}
	return nil
}

// socket serves one client: a greeting, pings, and whatever the test sends; it reads acknowledgements.
func (s *Server) socket(w http.ResponseWriter, r *http.Request) {
	if fault, due := s.begin("socket"); due {
		s.play(fault, w, r)
		return
	}
	upgrader := websocket.Upgrader{CheckOrigin: func(*http.Request) bool { return true }}
	conn, err := upgrader.Upgrade(w, r, nil)
	if err != nil {
		return // Upgrade has answered.
	}
	k := &socket{conn: conn}
	done := make(chan struct{})
	s.own.Go(func() { s.ping(k, done) })
	defer close(done)
	defer func() { _ = conn.Close() }()
	if fault, due := s.begin("hello"); due && fault.Cut {
		return
	}
	defer s.leave(k)
	if s.greet(k) == nil {
		s.readAcks(k)
	}
}

// greet lets a client in and says hello before anything else can be sent to it: whoever has been greeted
// is known to be there.
func (s *Server) greet(k *socket) error {
	k.write.Lock()
	defer k.write.Unlock()
	s.join(k)
	const hello = `{"type":"hello","num_connections":1,"connection_info":{"app_id":"A01"},"debug_info":{"host":"fake"}}`
	if err := k.conn.WriteMessage(websocket.TextMessage, []byte(hello)); err != nil {
		return fmt.Errorf("slackfake: greeting a client: %w", err)
	}
	return nil
}

func (s *Server) ping(k *socket, done <-chan struct{}) {
	ticker := time.NewTicker(pingEvery)
	defer ticker.Stop()
	for {
		if k.conn.WriteControl(websocket.PingMessage, nil, time.Now().Add(time.Second)) != nil {
			return
		}
		select {
		case <-ticker.C:
		case <-done:
			return
		case <-s.ctx.Done():
			_ = k.conn.Close()
			return
		}
	}
}

func (s *Server) join(k *socket) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.sockets[k] = true
	s.opened++
	s.note()
}

func (s *Server) leave(k *socket) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.sockets, k)
	s.note()
}

func (s *Server) readAcks(k *socket) {
	for {
		_, raw, err := k.conn.ReadMessage()
		if err != nil {
			return
		}
		var said struct {
			Envelope string          `json:"envelope_id"`
			Payload  json.RawMessage `json:"payload"`
		}
		if json.Unmarshal(raw, &said) == nil {
			s.acknowledged(Ack{Envelope: said.Envelope, Payload: string(said.Payload), At: time.Now()})
		}
	}
}

func (s *Server) acknowledged(a Ack) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.acks = append(s.acks, a)
	if waiting, found := s.waiting[a.Envelope]; found {
		waiting <- a // has room for the one
		delete(s.waiting, a.Envelope)
	}
	s.note()
}

// Acks returns the acknowledgements that arrived over sockets so far.
func (s *Server) Acks() []Ack {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]Ack(nil), s.acks...)
}

// Sockets returns how many clients are connected and greeted now, and how many ever were.
func (s *Server) Sockets() (now, ever int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.sockets), s.opened
}

// WaitSockets returns once as many clients as that have ever been greeted, and one of them is connected.
func (s *Server) WaitSockets(ctx context.Context, ever int) error {
	return s.Wait(ctx, func() bool {
		now, seen := s.Sockets()
		return now > 0 && seen >= ever
	})
}

// DropSockets cuts every socket without a word.
func (s *Server) DropSockets() {
	for _, k := range s.connected() {
		s.leave(k)
		_ = k.conn.Close()
	}
}

// AskToReconnect tells every client to connect anew, as Slack does now and then.
//
// A client closes its old socket in its own time, so that nothing more is sent over that one.
func (s *Server) AskToReconnect() error {
	asked := s.connected()
	err := s.SendRaw(`{"type":"disconnect","reason":"refresh_requested","debug_info":{"host":"fake"}}`)
	for _, k := range asked {
		s.leave(k)
	}
	return err
}

// SendRaw sends text to every socket as it is.
func (s *Server) SendRaw(text string) error {
	var all []error
	for _, k := range s.connected() {
		all = append(all, k.send([]byte(text)))
	}
	return errors.Join(all...)
}

func (s *Server) connected() []*socket {
	s.mu.Lock()
	defer s.mu.Unlock()
	all := make([]*socket, 0, len(s.sockets))
	for k := range s.sockets {
		all = append(all, k)
	}
	return all
}

// sendEnvelope sends d to one of the sockets and waits for its acknowledgement.
func (s *Server) sendEnvelope(ctx context.Context, d delivery) (Receipt, error) {
	k, id, acked, err := s.expect()
	if err != nil {
		return Receipt{}, err
	}
	raw, err := json.Marshal(map[string]any{
		"type": d.kind, "envelope_id": id, "payload": d.payload, "accepts_response_payload": true,
	})
	if err != nil {
		return Receipt{}, fmt.Errorf("slackfake: encoding an envelope: %w", err)
	}
	began := time.Now()
	if err := k.send(raw); err != nil {
		return Receipt{}, err
	}
	select {
	case a := <-acked:
		return Receipt{Envelope: id, Body: a.Payload, Took: a.At.Sub(began)}, nil
	case <-ctx.Done():
		return Receipt{Envelope: id}, fmt.Errorf("slackfake: no acknowledgement of %s: %w", id, ctx.Err())
	}
}

// expect chooses a socket and prepares for the acknowledgement of a new envelope.
func (s *Server) expect() (*socket, string, <-chan Ack, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for k := range s.sockets {
		id := fmt.Sprintf("envelope-%d", s.next())
		acked := make(chan Ack, 1)
		s.waiting[id] = acked
		return k, id, acked, nil
	}
	return nil, "", nil, errors.New("slackfake: no client is connected")
}
