package tencent

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"net"
	"net/http"
	"time"
)

const (
	// maxBody bounds the body of a request. With the address and the header it always fits into one write of the
	// transport, so that a request leaves whole or not at all and its departure is one instant.
	maxBody     = 16 << 10
	writeBuffer = 32 << 10

	maxHeader = 64 << 10 // of a reply

	idlePerHost = 64
	idleTimeout = 30 * time.Second // below what servers and load balancers usually allow
)

// DialFunc opens a connection, as net.Dialer.DialContext does.
type DialFunc func(ctx context.Context, network, addr string) (net.Conn, error)

// dialer opens the connections of one client.
type dialer struct {
	dial    DialFunc
	roots   *x509.CertPool
	timeout time.Duration
	life    context.Context // ends when the client closes
}

// transport returns a transport of our own: HTTP/1.1 only, because a connection then carries one request at
// a time and its writes are that request's; no proxy from the environment; nothing compressed.
func (d *dialer) transport() *http.Transport {
	var protocols http.Protocols
	protocols.SetHTTP1(true)
	return &http.Transport{
		Protocols:              &protocols,
		DialContext:            d.dialPlain,
		DialTLSContext:         d.dialTLS,
		DisableCompression:     true,
		MaxIdleConnsPerHost:    idlePerHost,
		IdleConnTimeout:        idleTimeout,
		MaxResponseHeaderBytes: maxHeader,
		WriteBufferSize:        writeBuffer,
	}
}

// bounded returns a context for one dial. The transport detaches it from the call, for the connection may serve
// another one; it ends with the client.
func (d *dialer) bounded(ctx context.Context) (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithTimeout(ctx, d.timeout)
	stop := context.AfterFunc(d.life, cancel)
	return ctx, func() { stop(); cancel() }
}

func (d *dialer) dialPlain(ctx context.Context, network, addr string) (net.Conn, error) {
	ctx, cancel := d.bounded(ctx)
	defer cancel()
	wire, err := d.dial(ctx, network, addr)
	if err != nil {
		return nil, &Failure{Reason: ReasonDial, Detail: detail(err)}
	}
	return &conn{Conn: wire, wire: wire}, nil
}

func (d *dialer) dialTLS(ctx context.Context, network, addr string) (net.Conn, error) {
	ctx, cancel := d.bounded(ctx)
	defer cancel()
	wire, err := d.dial(ctx, network, addr)
	if err != nil {
		return nil, &Failure{Reason: ReasonDial, Detail: detail(err)}
	}
	host, _, err := net.SplitHostPort(addr)
	if err != nil {
		host = addr
	}
	secured := tls.Client(wire, &tls.Config{ServerName: host, RootCAs: d.roots, MinVersion: tls.VersionTLS12})
	if err := secured.HandshakeContext(ctx); err != nil {
		_ = wire.Close()
		return nil, &Failure{Reason: ReasonTLS, Detail: detail(err)}
	}
	return &conn{Conn: secured, wire: wire}, nil
}
