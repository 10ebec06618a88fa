package simulator

import (
	"net"
	"net/http"
	"strconv"
)

const badGatewayPage = "<html>\r\n<head><title>502 Bad Gateway</title></head>\r\n" +
	"<body><center><h1>502 Bad Gateway</h1></center></body>\r\n</html>\r\n"

// deliver sends the reply to the caller, or what the fault makes of it.
func (s *Simulator) deliver(w http.ResponseWriter, r *http.Request, x *exchange, said reply) {
	switch x.fault.kind {
	case resetRead:
		s.conclude(x, answer{})
		hangUp(w)
	case stalled, lateWritten:
		s.neverAnswer(w, r, x)
	case badGateway:
		s.send(w, x, "text/html", answer{status: http.StatusBadGateway, body: []byte(badGatewayPage)})
	case redirected:
		w.Header().Set("Location", r.URL.RequestURI())
		s.send(w, x, "text/html", answer{status: http.StatusTemporaryRedirect})
	case notJSON:
		s.send(w, x, "text/plain", answer{status: http.StatusOK, body: []byte("upstream is busy\n")})
	default:
		s.sendReply(w, r, x, said)
	}
}

// neverAnswer holds the call until one side gives up.
func (s *Simulator) neverAnswer(w http.ResponseWriter, r *http.Request, x *exchange) {
	if x.fault.kind == lateWritten && x.admitted {
		s.writeLate(x)
	}
	s.conclude(x, answer{})
	s.tasks.hold(r.Context())
	hangUp(w)
}

func (s *Simulator) sendReply(w http.ResponseWriter, r *http.Request, x *exchange, said reply) {
	whole := s.envelope(x, said)
	told := answer{status: http.StatusOK, body: encode(whole), code: whole["ErrorCode"]}
	switch x.fault.kind {
	case slow:
		if !s.tasks.pause(r.Context(), x.fault.wait) {
			s.conclude(x, answer{})
			hangUp(w)
			return
		}
	case cutJSON:
		told.body, told.code = told.body[:len(told.body)/2], nil
	case truncated:
		w.Header().Set("Content-Length", strconv.Itoa(len(told.body)))
		told.body, told.code = told.body[:len(told.body)/2], nil
	}
	s.send(w, x, "application/json", told)
}

// send writes an answer. If Content-Length promises more than the body holds, net/http cuts the connection.
func (s *Simulator) send(w http.ResponseWriter, x *exchange, kind string, told answer) {
	s.conclude(x, told)
	w.Header().Set("Content-Type", kind)
	w.WriteHeader(told.status)
	_, _ = w.Write(told.body) // A caller who has gone is the caller's business.
}

// hangUp cuts the connection so that the caller sees a reset.
func hangUp(w http.ResponseWriter) {
	conn, _, err := http.NewResponseController(w).Hijack()
	if err != nil { // HTTP/2 or a recorder; there is no connection to cut.
		w.WriteHeader(http.StatusBadGateway)
		return
	}
	reset(conn)
}

// reset closes a connection at once: with no time to linger the kernel sends RST instead of FIN.
func reset(conn net.Conn) {
	for {
		inner, wrapped := conn.(interface{ NetConn() net.Conn })
		if !wrapped {
			break
		}
		conn = inner.NetConn()
	}
	if tcp, ok := conn.(*net.TCPConn); ok {
		_ = tcp.SetLinger(0)
	}
	_ = conn.Close()
}
