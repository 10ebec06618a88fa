package discordfake

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"sync"
	"time"

	"github.com/gorilla/websocket"
)

// The opcodes of the gateway.
const (
	opDispatch  = 0
	opHeartbeat = 1
	opIdentify  = 2
	opResume    = 6
	opReconnect = 7
	opInvalid   = 9
	opHello     = 10
	opAck       = 11
)

// frame is one message on the gateway.
type frame struct {
	Op   int             `json:"op"`
	Data json.RawMessage `json:"d"`
	Seq  int             `json:"s,omitempty"`
	Type string          `json:"t,omitempty"`
}

// conn is one connection.
type conn struct {
	ws    *websocket.Conn
	write sync.Mutex
}

func (c *conn) send(f frame) error {
	raw, err := json.Marshal(f)
	if err != nil {
		return fmt.Errorf("discordfake: encoding a frame: %w", err)
	}
	return c.raw(string(raw))
}

func (c *conn) raw(text string) error {
	c.write.Lock()
	defer c.write.Unlock()
	if err := c.ws.WriteMessage(websocket.TextMessage, []byte(text)); err != nil {
		return fmt.Errorf("discordfake: writing to a socket: %w", err)
	}
	return nil
}

func (c *conn) close(code int) {
	c.write.Lock()
	defer c.write.Unlock()
	_ = c.ws.WriteControl(websocket.CloseMessage, websocket.FormatCloseMessage(code, ""), time.Now().Add(time.Second))
	_ = c.ws.Close()
}

// session is what outlives a connection, so that it can be resumed.
type session struct {
	id     string
	seq    int
	events []frame
	conn   *conn // nil while nobody is connected
	order  int
}

// socket serves one connection: a greeting, an identify or a resume, and then heartbeats.
func (s *Server) socket(w http.ResponseWriter, r *http.Request) {
	if fault, due := s.begin(Socket); due {
		s.play(fault, w, r)
		return
	}
	upgrader := websocket.Upgrader{CheckOrigin: func(*http.Request) bool { return true }}
	ws, err := upgrader.Upgrade(w, r, nil)
	if err != nil {
		return // Upgrade has answered.
	}
	c := &conn{ws: ws}
	if !s.join(c) {
		return
	}
	defer s.part(c)
	hello := frame{Op: opHello, Data: json.RawMessage(fmt.Sprintf(`{"heartbeat_interval":%d}`, s.config.Heartbeat.Milliseconds()))}
	if s.greet(Hello, c, func() error { return c.send(hello) }) != nil {
		return
	}
	var own *session
	for {
		var f frame
		if err := ws.ReadJSON(&f); err != nil {
			s.leave(own, c)
			return
		}
		own = s.handle(own, c, f)
	}
}

// join keeps a connection, so that Close can end it and wait for it.
func (s *Server) join(c *conn) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.ctx.Err() != nil {
		_ = c.ws.Close()
		return false
	}
	s.own.Add(1)
	s.conns[c] = true
	return true
}

func (s *Server) part(c *conn) {
	_ = c.ws.Close()
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.conns, c)
	s.own.Done()
}

// hangUp ends every connection, greeted or not.
func (s *Server) hangUp() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for c := range s.conns {
		_ = c.ws.Close()
	}
}

// greet does the usual, or lets the fault happen that is due instead.
func (s *Server) greet(name string, c *conn, usual func() error) error {
	fault, due := s.begin(name)
	switch {
	case !due:
		return usual()
	case fault.Close != 0:
		c.close(fault.Close)
	case fault.Op != 0:
		return c.send(frame{Op: fault.Op, Data: json.RawMessage("false")})
	case fault.Raw != "":
		return c.raw(fault.Raw)
	case fault.Hang:
		return nil
	default:
		_ = c.ws.Close()
	}
	return errors.New("discordfake: a fault ended the connection")
}

// handle answers one message of the client's and returns its session.
func (s *Server) handle(own *session, c *conn, f frame) *session {
	switch f.Op {
	case opHeartbeat:
		if !s.isDeaf() {
			_ = c.send(frame{Op: opAck, Data: json.RawMessage("null")})
		}
	case opIdentify:
		_ = s.greet(Identify, c, func() error { own = s.identify(c, f.Data); return nil })
	case opResume:
		_ = s.greet(Resume, c, func() error { own = s.resume(c, f.Data); return nil })
	default:
		c.close(4001)
	}
	return own
}

func (s *Server) isDeaf() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.deaf
}

func (s *Server) identify(c *conn, data json.RawMessage) *session {
	var b struct {
		Token   string `json:"token"`
		Intents *int   `json:"intents"`
	}
	if json.Unmarshal(data, &b) != nil || b.Intents == nil {
		c.close(4002)
		return nil
	}
	if b.Token != "Bot "+s.config.BotToken {
		c.close(4004)
		return nil
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.identified++
	own := &session{id: fmt.Sprintf("session-%d", s.identified), conn: c, order: s.identified}
	s.sessions[own.id] = own
	ready := fmt.Sprintf(`{"v":9,"session_id":%q,"user":{"id":"111","username":"Ringside","bot":true},"guilds":[],"application":{"id":%q,"flags":0}}`, own.id, s.config.Application)
	own.push(frame{Op: opDispatch, Type: "READY", Data: json.RawMessage(ready)})
	s.note()
	return own
}

// push gives an event its number, keeps it, and sends it if anybody is connected.
func (o *session) push(f frame) {
	o.seq++
	f.Seq = o.seq
	const kept = 1000
	if o.events = append(o.events, f); len(o.events) > 2*kept {
		o.events = append([]frame(nil), o.events[kept:]...)
	}
	if o.conn != nil {
		_ = o.conn.send(f) // What is not delivered is replayed.
	}
}

// resume replays what was missed, or says that the session is gone.
func (s *Server) resume(c *conn, data json.RawMessage) *session {
	var b struct {
		Token   string `json:"token"`
		Session string `json:"session_id"`
		Seq     int    `json:"seq"`
	}
	_ = json.Unmarshal(data, &b)
	s.mu.Lock()
	defer s.mu.Unlock()
	own, found := s.sessions[b.Session]
	if !found || b.Token != "Bot "+s.config.BotToken {
		_ = c.send(frame{Op: opInvalid, Data: json.RawMessage("false")})
		return nil
	}
	s.resumed++
	own.conn = c
	for _, f := range own.events {
		if f.Seq > b.Seq {
			_ = c.send(f)
		}
	}
	own.push(frame{Op: opDispatch, Type: "RESUMED", Data: json.RawMessage(`{"_trace":[]}`)})
	s.note()
	return own
}

// leave parts a session from its connection.
func (s *Server) leave(own *session, c *conn) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if own != nil && own.conn == c {
		own.conn = nil
	}
	s.note()
}

// dispatch sends an event to the newest session. While nobody is connected to it, the event waits for a resume.
func (s *Server) dispatch(kind string, data json.RawMessage) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	var newest *session
	for _, own := range s.sessions {
		if newest == nil || own.order > newest.order {
			newest = own
		}
	}
	if newest == nil {
		return errors.New("discordfake: nobody has a session")
	}
	newest.push(frame{Op: opDispatch, Type: kind, Data: data})
	return nil
}

// Sessions returns how many sessions have a connection now, and how many were ever identified and resumed.
func (s *Server) Sessions() (now, identified, resumed int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, own := range s.sessions {
		if own.conn != nil {
			now++
		}
	}
	return now, s.identified, s.resumed
}

// DropGateway cuts every connection without a word. Their sessions can be resumed.
func (s *Server) DropGateway() {
	for _, c := range s.connected() {
		_ = c.ws.Close()
	}
}

// CloseGateway ends every connection with a close code. Their sessions can be resumed.
func (s *Server) CloseGateway(code int) {
	for _, c := range s.connected() {
		c.close(code)
	}
}

// AskToReconnect tells every client to connect anew, as Discord does now and then.
func (s *Server) AskToReconnect() error {
	return s.SendRaw(fmt.Sprintf(`{"op":%d,"d":null}`, opReconnect))
}

// EndSessions forgets every session and tells the clients so.
func (s *Server) EndSessions() error {
	all := s.connected()
	s.mu.Lock()
	clear(s.sessions)
	s.mu.Unlock()
	var errs []error
	for _, c := range all {
		errs = append(errs, c.send(frame{Op: opInvalid, Data: json.RawMessage("false")}))
	}
	return errors.Join(errs...)
}

// ForgetSessions cuts every connection, and makes the resume that follows fail.
func (s *Server) ForgetSessions() {
	all := s.connected()
	s.mu.Lock()
	clear(s.sessions)
	s.mu.Unlock()
	for _, c := range all {
		_ = c.ws.Close()
	}
}

// Deafen stops or resumes the acknowledgement of heartbeats.
func (s *Server) Deafen(deaf bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.deaf = deaf
}

// SendRaw sends text to every connection as it is.
func (s *Server) SendRaw(text string) error {
	var errs []error
	for _, c := range s.connected() {
		errs = append(errs, c.raw(text))
	}
	return errors.Join(errs...)
}

func (s *Server) connected() []*conn {
	s.mu.Lock()
	defer s.mu.Unlock()
	var all []*conn
	for _, own := range s.sessions {
		if own.conn != nil {
			all = append(all, own.conn)
		}
	}
	return all
}
