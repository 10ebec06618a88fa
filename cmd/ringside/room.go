package main

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"net/url"

	"go.uber.org/zap"

	"ringside/secret"
	"ringside/tencent/simulator"
	"ringside/web"
	"ringside/web/callback"
	"ringside/web/overlay"
	"ringside/web/rehearsal"
)

// room is the rehearsal room: a page to type on with the stream overlay beside it, on this machine alone.
type room struct {
	*view
	page *rehearsal.Server
	web  *web.Server
}

// openRoom opens the room of a stage. What the stage's platform tells by webhook is heard there too.
func openRoom(ctx context.Context, a *app, s *stage, listen string) (r *room, err error) {
	if err := loopback(listen); err != nil {
		return nil, err
	}
	r = &room{}
	defer func() {
		if err != nil {
			r.close(ctx)
		}
	}()
	if r.view, err = newView(a, callback.Settings{SDKAppID: demoApp}, secret.Value{}, zap.NewNop(), overlay.WithFraming()); err != nil {
		return r, err
	}
	key, err := a.keys.Key(ctx, s.battle)
	if err != nil {
		return r, err
	}
	r.page, err = rehearsal.New(a.handler, rehearsal.WithSuggestions(a.handler.Suggest), rehearsal.WithHints(demoHints()...),
		rehearsal.WithOverlay("/overlay/"+url.PathEscape(s.battle)+"?key="+key))
	if err != nil {
		return r, err
	}
	routes := r.routes()
	routes["/rehearsal"], routes["/rehearsal/"] = r.page.Handler(), r.page.Handler()
	routes["GET /{$}"] = http.RedirectHandler("/rehearsal", http.StatusFound)
	if r.web, err = web.New(web.Settings{Listen: listen}, nil, routes, zap.NewNop()); err != nil {
		return r, err
	}
	if err := r.web.Listen(ctx); err != nil {
		return r, err
	}
	a.listensAt(r.web.Addr())
	return r, s.sim.StartWebhooks(simulator.Webhooks{URL: "http://" + r.web.Addr() + "/tencent/callback"})
}

// loopback refuses an address that others could reach: whoever opens the room may do everything there.
func loopback(listen string) error {
	host, _, err := net.SplitHostPort(listen)
	if err != nil {
		return usageError{fmt.Errorf("--listen %q: %w", listen, err)}
	}
	if ip := net.ParseIP(host); host != "localhost" && (ip == nil || !ip.IsLoopback()) {
		return usageError{fmt.Errorf("--listen %q: the rehearsal room is for this machine alone; use 127.0.0.1", listen)}
	}
	return nil
}

func (r *room) address() string { return "http://" + r.web.Addr() + "/rehearsal" }

// run serves until ctx ends.
func (r *room) run(ctx context.Context) error {
	stop := context.AfterFunc(ctx, func() { r.close(ctx) }) // a server's shutdown waits for open streams
	defer stop()
	return r.web.Run(ctx)
}

// close may be called more than once.
func (r *room) close(ctx context.Context) {
	if r.view != nil {
		r.view.close()
	}
	if r.page != nil {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), drainLimit)
		defer cancel()
		r.page.Close(ctx)
	}
}

func demoHints() []rehearsal.Hint {
	return []rehearsal.Hint{
		{Line: "/battle-score demo add pk-live1 100", Does: "add points"},
		{Line: "/battle-score demo set pk-live2 2000", Does: "overwrite a score; asks first"},
		{Line: "/battle watch demo", Does: "a message that keeps itself up to date"},
	}
}
