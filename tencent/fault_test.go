package tencent_test

import (
	"bufio"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"ringside/tencent"
)

// refuseDial is a network without that host.
func refuseDial(context.Context, string, string) (net.Conn, error) {
	return nil, &net.DNSError{Err: "no such host", Name: "usersig.tencent.invalid", IsNotFound: true}
}

// script is a server that treats each connection by hand, and is closed at the end of the test.
func script(t *testing.T, treat func(conn *net.TCPConn)) string {
	t.Helper()
	listener, err := net.ListenTCP("tcp", &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1)})
	if err != nil {
		t.Fatal(err)
	}
	var all sync.WaitGroup
	all.Go(func() {
		for {
			conn, err := listener.AcceptTCP()
			if err != nil {
				return
			}
			all.Go(func() {
				defer func() { _ = conn.Close() }()
				treat(conn)
			})
		}
	})
	t.Cleanup(func() {
		_ = listener.Close()
		all.Wait()
	})
	return "http://" + listener.Addr().String()
}

// readRequest reads one whole request.
func readRequest(conn net.Conn) error {
	request, err := http.ReadRequest(bufio.NewReader(conn))
	if err != nil {
		return err
	}
	_, err = io.Copy(io.Discard, request.Body)
	return err
}

// answer sends raw bytes after reading the request.
func answer(raw string) func(*net.TCPConn) {
	return func(conn *net.TCPConn) {
		if readRequest(conn) == nil {
			_, _ = io.WriteString(conn, raw)
		}
	}
}

// page is a whole HTTP reply.
func page(status int, body string) string {
	return fmt.Sprintf("HTTP/1.1 %d %s\r\nContent-Length: %d\r\n\r\n%s", status, http.StatusText(status), len(body), body)
}

// gone waits until the other side hangs up.
func gone(conn net.Conn) { _, _ = io.Copy(io.Discard, conn) }

// reset cuts a connection off.
func reset(conn *net.TCPConn) {
	_ = conn.SetLinger(0)
	_ = conn.Close()
}

// fault is one way in which a call goes wrong.
type fault struct {
	name    string
	base    func(t *testing.T) string
	opts    []tencent.Option
	patient time.Duration // the caller's; 0 is long enough
	reason  tencent.Reason
	written bool
	status  int
}

func faults() []fault {
	plain := func(treat func(*net.TCPConn)) func(*testing.T) string {
		return func(t *testing.T) string { t.Helper(); return script(t, treat) }
	}
	return []fault{
		{
			name: "connection refused", reason: tencent.ReasonDial,
			base: func(*testing.T) string { return "http://127.0.0.1:1" },
		},
		{
			name: "no such host", reason: tencent.ReasonDial, opts: []tencent.Option{tencent.WithDial(refuseDial)},
			base: func(*testing.T) string { return "https://adminapi.invalid" },
		},
		{
			name: "authority not trusted", reason: tencent.ReasonTLS,
			base: func(t *testing.T) string { t.Helper(); return serveTLS(t).URL },
		},
		{
			name: "no TLS at the other side", reason: tencent.ReasonTLS,
			base: func(t *testing.T) string {
				t.Helper()
				return strings.Replace(script(t, func(c *net.TCPConn) { _, _ = io.WriteString(c, page(400, "")); gone(c) }), "http", "https", 1)
			},
		},
		{
			name: "TLS never answers", reason: tencent.ReasonTimeout, patient: 50 * time.Millisecond,
			base: func(t *testing.T) string {
				t.Helper()
				return strings.Replace(script(t, func(c *net.TCPConn) { gone(c) }), "http", "https", 1)
			},
		},
		{
			name: "reset after the first byte", reason: tencent.ReasonReset, written: true,
			base: plain(func(c *net.TCPConn) { _, _ = c.Read(make([]byte, 1)); reset(c) }),
		},
		{
			name: "reset after the request", reason: tencent.ReasonReset, written: true,
			base: plain(func(c *net.TCPConn) { _ = readRequest(c); reset(c) }),
		},
		{
			name: "hung up after the request", reason: tencent.ReasonReset, written: true,
			base: plain(func(c *net.TCPConn) { _ = readRequest(c) }),
		},
		{name: "not HTTP", reason: tencent.ReasonReset, written: true, base: plain(answer("SSH-2.0-server\r\n\r\n"))},
		{
			name: "stalled", reason: tencent.ReasonTimeout, written: true, patient: 500 * time.Millisecond,
			base: plain(func(c *net.TCPConn) { _ = readRequest(c); gone(c) }),
		},
		{
			name: "stalled amidst the header", reason: tencent.ReasonTimeout, written: true, patient: 500 * time.Millisecond,
			base: plain(func(c *net.TCPConn) { answer("HTTP/1.1 200 OK\r\nContent-")(c); gone(c) }),
		},
		{
			name: "stalled amidst the body", reason: tencent.ReasonTimeout, written: true, patient: time.Second, status: 200,
			base: plain(func(c *net.TCPConn) {
				answer(strings.TrimSuffix(page(200, refusal(60007)), "}"))(c)
				gone(c)
			}),
		},
		{
			name: "a huge header", reason: tencent.ReasonReset, written: true,
			base: plain(answer("HTTP/1.1 200 OK\r\nX: " + strings.Repeat("x", 1<<20) + "\r\n\r\n")),
		},
		{
			name: "truncated body", reason: tencent.ReasonTruncated, written: true, status: 200,
			base: plain(answer(strings.TrimSuffix(page(200, refusal(60007)), "}"))),
		},
		{
			name: "truncated body without a length", reason: tencent.ReasonNotJSON, written: true, status: 200,
			base: plain(answer("HTTP/1.0 200 OK\r\n\r\n" + strings.TrimSuffix(refusal(60007), "}"))),
		},
		{
			name: "truncated chunks", reason: tencent.ReasonTruncated, written: true, status: 200,
			base: plain(answer("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n{\"Err")),
		},
		{
			name: "reset amidst the body", reason: tencent.ReasonTruncated, written: true, status: 200,
			base: plain(func(c *net.TCPConn) {
				answer("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{")(c)
				_ = c.CloseWrite()
			}),
		},
		{name: "a web page", reason: tencent.ReasonNotJSON, written: true, status: 200, base: plain(answer(page(200, "<html>")))},
		{name: "no body", reason: tencent.ReasonNotJSON, written: true, status: 200, base: plain(answer(page(200, "")))},
		{name: "a list", reason: tencent.ReasonNotJSON, written: true, status: 200, base: plain(answer(page(200, "["+refusal(0)+"]")))},
		{name: "null", reason: tencent.ReasonNotJSON, written: true, status: 200, base: plain(answer(page(200, "null")))},
		{name: "two objects", reason: tencent.ReasonNotJSON, written: true, status: 200, base: plain(answer(page(200, refusal(0)+refusal(0))))},
		{name: "no code", reason: tencent.ReasonNoCode, written: true, status: 200, base: plain(answer(page(200, `{"ActionStatus":"OK"}`)))},
		{name: "a code in words", reason: tencent.ReasonNoCode, written: true, status: 200, base: plain(answer(page(200, `{"ErrorCode":"0"}`)))},
		{name: "a code with a fraction", reason: tencent.ReasonNoCode, written: true, status: 200, base: plain(answer(page(200, `{"ErrorCode":0.5}`)))},
		{name: "a code that is null", reason: tencent.ReasonNoCode, written: true, status: 200, base: plain(answer(page(200, `{"ErrorCode":null}`)))},
		{name: "another spelling", reason: tencent.ReasonNoCode, written: true, status: 200, base: plain(answer(page(200, `{"errorcode":0}`)))},
		{name: "a code given twice", reason: tencent.ReasonNoCode, written: true, status: 200, base: plain(answer(page(200, `{"ErrorCode":60007,"ErrorCode":0}`)))},
		{name: "too large", reason: tencent.ReasonTooLarge, written: true, status: 200, base: plain(answer(page(200, refusal(0)+strings.Repeat(" ", 1<<20))))},
		{name: "bad gateway", reason: tencent.ReasonStatus, written: true, status: 502, base: plain(answer(page(502, "<html>")))},
		{name: "an envelope with another status", reason: tencent.ReasonStatus, written: true, status: 500, base: plain(answer(page(500, refusal(60007))))},
		{name: "no content", reason: tencent.ReasonStatus, written: true, status: 204, base: plain(answer("HTTP/1.1 204 No Content\r\n\r\n"))},
		{name: "created", reason: tencent.ReasonStatus, written: true, status: 201, base: plain(answer(page(201, success(`{}`))))},
		{
			name: "switching protocols", reason: tencent.ReasonStatus, written: true, status: 101,
			base: plain(answer("HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\n")),
		},
		{
			name: "an answer before the request was read", reason: tencent.ReasonStatus, written: true, status: 503,
			base: plain(func(c *net.TCPConn) {
				_, _ = c.Read(make([]byte, 1))
				_, _ = io.WriteString(c, page(503, "busy"))
				gone(c)
			}),
		},
	}
}

// TestEvidenceOfEveryFault is the table behind "not applied" and "unknown", over real sockets.
func TestEvidenceOfEveryFault(t *testing.T) {
	t.Parallel()
	for _, tt := range faults() {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			at, signature := fixed(t)
			client := newClient(t, tt.base(t), append(tt.opts, at)...)
			ctx := t.Context()
			if tt.patient != 0 {
				var cancel context.CancelFunc
				ctx, cancel = context.WithTimeout(ctx, tt.patient)
				defer cancel()
			}
			results, evidence := add(ctx, t, client)
			noSecrets(t, signature, evidence, evidence.Err, errors.Unwrap(evidence.Err), results)

			var failure *tencent.Failure
			if !errors.As(evidence.Err, &failure) || failure.Reason != tt.reason {
				t.Errorf("failed with %v, want %q", evidence.Err, tt.reason)
			}
			if evidence.Complete || results != nil || evidence.Code != 0 || evidence.Info != "" {
				t.Errorf("half-filled: %+v %v", evidence, results)
			}
			if evidence.Written != tt.written || evidence.HTTPStatus != tt.status {
				t.Errorf("written %v, status %d; want %v, %d", evidence.Written, evidence.HTTPStatus, tt.written, tt.status)
			}
			if evidence.LastByte.IsZero() == tt.written {
				t.Errorf("last byte at %v", evidence.LastByte)
			}
			if evidence.Took <= 0 {
				t.Errorf("took %v", evidence.Took)
			}
		})
	}
}

// TestFaultsOfARead shows that the same faults come back as errors from a read, without secrets.
func TestFaultsOfARead(t *testing.T) {
	t.Parallel()
	for _, tt := range faults() {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			at, signature := fixed(t)
			client := newClient(t, tt.base(t), append(tt.opts, at)...)
			ctx, cancel := context.WithTimeout(t.Context(), cmp.Or(tt.patient, 10*time.Second))
			defer cancel()
			battle, err := client.BattleInfo(ctx, tencent.ClassPerson, tencent.BattleQuery{ID: "x"})
			var failed *tencent.CallError
			if !errors.As(err, &failed) || failed.Evidence.Complete || battle.ID != "" {
				t.Errorf("got %+v, %v", battle, err)
			}
			noSecrets(t, signature, err, *failed)
		})
	}
}

func TestReasonsAreListed(t *testing.T) {
	t.Parallel()
	listed := make(map[tencent.Reason]bool)
	for _, reason := range tencent.Reasons() {
		listed[reason] = true
	}
	for _, tt := range faults() {
		if !listed[tt.reason] {
			t.Errorf("%q is not on the list", tt.reason)
		}
	}
}
