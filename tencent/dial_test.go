package tencent_test

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"ringside/tencent"
)

func serveTLS(t *testing.T) *httptest.Server {
	t.Helper()
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.WriteString(w, fmt.Sprintf(`{"ErrorCode":100411,"ErrorInfo":%q}`, r.Proto))
	}))
	server.Config.ErrorLog = quiet()
	server.EnableHTTP2 = true
	server.StartTLS()
	t.Cleanup(server.Close)
	return server
}

// trust makes a client accept the server's certificate.
func trust(server *httptest.Server) tencent.Option {
	roots := x509.NewCertPool()
	roots.AddCert(server.Certificate())
	return tencent.WithRoots(roots)
}

func TestTLSAnswer(t *testing.T) {
	t.Parallel()
	server := serveTLS(t)
	client := newClient(t, server.URL, trust(server))
	_, evidence := add(t.Context(), t, client)
	if !evidence.Complete || !evidence.Written || evidence.Info != "HTTP/1.1" {
		t.Errorf("got %+v, want one request over HTTP/1.1", evidence)
	}
}

// TestTLSHandshakeIsNoWrite cuts a call off after the handshake and before any of the request.
func TestTLSHandshakeIsNoWrite(t *testing.T) {
	t.Parallel()
	server := serveTLS(t)
	ctx, cancel := context.WithCancel(t.Context())
	var wrote atomic.Int32
	dial := func(ctx context.Context, network, addr string) (net.Conn, error) {
		wire, err := new(net.Dialer).DialContext(ctx, network, addr)
		return &watched{Conn: wire, wrote: func() {
			if wrote.Add(1) == 1 {
				cancel() // The ClientHello has left: the call is given up, the handshake goes on.
			}
		}}, err
	}
	client := newClient(t, server.URL, trust(server), tencent.WithDial(dial))
	_, evidence := add(ctx, t, client)
	var failure *tencent.Failure
	if evidence.Written || !errors.As(evidence.Err, &failure) || failure.Reason != tencent.ReasonCancelled {
		t.Errorf("got %+v", evidence)
	}
	if wrote.Load() == 0 {
		t.Error("no handshake began")
	}
}

func TestTLSDetails(t *testing.T) {
	t.Parallel()
	server := serveTLS(t)
	to := func(ctx context.Context, network, _ string) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, network, server.Listener.Addr().String())
	}
	tests := []struct {
		name, base, want string
		opts             []tencent.Option
	}{
		{"authority", server.URL, "not from a trusted authority", nil},
		{"name", "https://tencent.invalid", "for another name", []tencent.Option{trust(server), tencent.WithDial(to)}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			_, evidence := add(t.Context(), t, newClient(t, tt.base, tt.opts...))
			if evidence.Err == nil || !strings.Contains(evidence.Err.Error(), tt.want) {
				t.Errorf("got %v", evidence.Err)
			}
		})
	}
}

func TestOldTLSIsRefused(t *testing.T) {
	t.Parallel()
	server := httptest.NewUnstartedServer(http.NotFoundHandler())
	server.TLS = &tls.Config{MaxVersion: tls.VersionTLS11}
	server.Config.ErrorLog = quiet()
	server.StartTLS()
	t.Cleanup(server.Close)
	_, evidence := add(t.Context(), t, newClient(t, server.URL, trust(server)))
	var failure *tencent.Failure
	if !errors.As(evidence.Err, &failure) || failure.Reason != tencent.ReasonTLS || evidence.Written {
		t.Errorf("got %+v", evidence)
	}
}

// TestRegionsHaveTheVendorsHosts looks at where a client of each region wants to connect.
func TestRegionsHaveTheVendorsHosts(t *testing.T) {
	t.Parallel()
	want := map[string]string{
		"china": "console.tim.qq.com:443", "singapore": "adminapisgp.im.qcloud.com:443",
		"usa": "adminapiusa.im.qcloud.com:443", "jakarta": "adminapiidn.im.qcloud.com:443",
	}
	got := make(map[string]string)
	for _, region := range tencent.Regions() {
		dial := func(ctx context.Context, network, addr string) (net.Conn, error) {
			got[region] = addr
			return refuseDial(ctx, network, addr)
		}
		s := settings("")
		s.Region, s.CallsPerSecond = region, 0
		client, err := tencent.New(s, tencent.WithDial(dial))
		if err != nil {
			t.Fatal(err)
		}
		add(t.Context(), t, client)
		if rate, _ := client.Pace(tencent.CommandSetBattleScore); rate != 97 {
			t.Errorf("%s: %v calls a second without a setting", region, rate)
		}
		client.Close()
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestNetworkFaultsInWords(t *testing.T) {
	t.Parallel()
	tests := map[string]error{
		"the host name is not known":            &net.DNSError{IsNotFound: true},
		"the host name could not be looked up":  &net.DNSError{Err: "server misbehaving at usersig"},
		"connection refused":                    &net.OpError{Op: "dial", Err: syscall.ECONNREFUSED},
		"no answer in time":                     &net.OpError{Op: "dial", Err: os.ErrDeadlineExceeded},
		"call to Tencent failed: dial":          errors.New("http://host/?usersig=abc"),
		"call to Tencent failed: dial: network": &net.OpError{Op: "dial", Err: syscall.ENETUNREACH},
	}
	for want, fault := range tests {
		t.Run(want, func(t *testing.T) {
			t.Parallel()
			dial := func(context.Context, string, string) (net.Conn, error) { return nil, fault }
			client := newClient(t, "http://tencent.invalid", tencent.WithDial(dial))
			_, evidence := add(t.Context(), t, client)
			if evidence.Err == nil || !strings.Contains(evidence.Err.Error(), want) || strings.Contains(evidence.Err.Error(), "usersig") {
				t.Errorf("got %v", evidence.Err)
			}
		})
	}
}

func TestBusyInWords(t *testing.T) {
	t.Parallel()
	busy := &tencent.BusyError{Command: tencent.CommandSetBattleScore, Wait: 2345678 * time.Microsecond}
	if got, want := busy.Error(), "set_battle_score: the wait of about 2.346s is too long; nothing was sent"; got != want {
		t.Errorf("got %q", got)
	}
	busy.Full = true
	if got, want := busy.Error(), "set_battle_score: the queue is full (about 2.346s long); nothing was sent"; got != want {
		t.Errorf("got %q", got)
	}
}
