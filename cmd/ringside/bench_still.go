package main

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"net"
	"strconv"
	"sync"
)

// stillName begins the id of each battle that a stillPlatform knows; two digits follow, its number.
const stillName = "still+"

// stillPlatform answers every call at once with what stands ready, and allocates nothing for it: what the process
// allocates is then the program's own.
type stillPlatform struct {
	listener net.Listener
	served   sync.WaitGroup
	infos    [][]byte // replies, by battle
	changes  [][]byte

	mu    sync.Mutex
	conns []net.Conn
}

func openStill(ctx context.Context) (*stillPlatform, error) {
	l, err := new(net.ListenConfig).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("listen for the platform: %w", err)
	}
	p := &stillPlatform{listener: l}
	for n := range benchShows {
		p.infos = append(p.infos, stillReply(fmt.Sprintf(`{"BattleId":%q,"Duration":7200000,"StartTime":1700000000,"Status":2,"FromRoomInfo":{"RoomId":%q,"Score":1240,`+
			`"Owner_Account":"host-1"},"ToRoomList":[{"RoomId":%q,"Score":1185,"Owner_Account":"host-2"}]}`, stillBattle(n), benchRoom(n, 0), benchRoom(n, 1))))
		p.changes = append(p.changes, stillReply(fmt.Sprintf(`{"Result":[{"RoomId":%q,"ResultCode":0}]}`, benchRoom(n, 0))))
	}
	p.served.Go(p.accept)
	return p, nil
}

func stillBattle(n int) string { return fmt.Sprintf("%s%02d", stillName, n) }

// stillReply is a whole HTTP response.
func stillReply(data string) []byte {
	body := `{"ActionStatus":"OK","ErrorCode":0,"ErrorInfo":"","RequestId":"still-1","Response":` + data + `}`
	return fmt.Appendf(nil, "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s", len(body), body)
}

func (p *stillPlatform) url() string { return "http://" + p.listener.Addr().String() }

func (p *stillPlatform) accept() {
	for {
		conn, err := p.listener.Accept()
		if err != nil {
			return
		}
		p.mu.Lock()
		p.conns = append(p.conns, conn)
		p.mu.Unlock()
		p.served.Go(func() {
			p.serve(conn)
			_ = conn.Close() // the far end knows
		})
	}
}

// serve answers the requests of one connection until it ends.
func (p *stillPlatform) serve(conn net.Conn) {
	in := bufio.NewReaderSize(conn, 16<<10)
	for {
		replies, length := p.infos, 0
		first, err := in.ReadSlice('\n')
		if err != nil {
			return
		}
		if bytes.Contains(first, []byte("/set_battle_score?")) {
			replies = p.changes
		}
		for len(first) > 2 { // up to the empty line
			if first, err = in.ReadSlice('\n'); err != nil {
				return
			}
			if value, found := bytes.CutPrefix(first, []byte("Content-Length: ")); found {
				length, _ = strconv.Atoi(string(bytes.TrimSpace(value)))
			}
		}
		body, err := in.Peek(length)
		if err != nil {
			return
		}
		reply := replies[stillNumber(body)]
		if _, err := in.Discard(length); err != nil {
			return
		}
		if _, err := conn.Write(reply); err != nil {
			return
		}
	}
}

// stillNumber finds the number of the battle that a request is about; the first one's if there is none.
func stillNumber(body []byte) int {
	_, rest, found := bytes.Cut(body, []byte(stillName))
	if !found || len(rest) < 2 {
		return 0
	}
	n := int(rest[0]-'0')*10 + int(rest[1]-'0')
	if n < 0 || n >= benchShows {
		return 0
	}
	return n
}

func (p *stillPlatform) close() error {
	err := p.listener.Close()
	p.mu.Lock()
	for _, conn := range p.conns {
		if failed := conn.Close(); !errors.Is(failed, net.ErrClosed) {
			err = errors.Join(err, failed)
		}
	}
	p.mu.Unlock()
	p.served.Wait()
	return err
}
