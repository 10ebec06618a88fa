package main

import (
	"context"
	"net/http"
	"strings"

	"go.uber.org/zap"

	"ringside/battles"
	"ringside/secret"
	"ringside/web/callback"
	"ringside/web/dashboard"
	"ringside/web/overlay"
)

// view is what others than chats see and tell over HTTP: the stream overlay, the operators' page, Tencent's webhooks.
type view struct {
	overlay   *overlay.Server
	dashboard *dashboard.Server // nil without an operator key
	overview  *overview         // of the dashboard
	callback  *callback.Handler
}

// newView makes the view of an app; without an operator key it has no operators' page.
func newView(a *app, told callback.Settings, operatorKey secret.Value, log *zap.Logger, shown ...overlay.Option) (v *view, err error) {
	v = &view{}
	if v.overlay, err = overlay.New(follows{a.feed}, gate{a.book, a.keys}, shown...); err != nil {
		return nil, err
	}
	if v.callback, err = callback.New(told, a.book, callback.WithLog(log)); err != nil {
		return nil, err
	}
	if len(operatorKey.Reveal()) == 0 {
		return v, nil
	}
	v.overview = &overview{book: a.book, ledger: a.ledger, feed: a.feed, followed: map[string]*battles.Follower{}}
	v.dashboard, err = dashboard.New(v.overview, operatorKey, dashboard.WithLog(log))
	return v, err
}

// routes returns what is served, by pattern.
func (v *view) routes() map[string]http.Handler {
	routes := map[string]http.Handler{
		"GET /overlay/":          v.overlay.Handler(),
		"POST /tencent/callback": v.callback,
	}
	if v.dashboard != nil {
		routes["GET /{$}"], routes["/dashboard/"] = v.dashboard.Handler(), v.dashboard.Handler()
	}
	return routes
}

// close ends all streams: a server's shutdown waits for them.
func (v *view) close() {
	v.overlay.Close()
	if v.dashboard != nil {
		v.dashboard.Close()
		v.overview.leave()
	}
}

// follows is the book's feed as the overlay sees it.
type follows struct{ feed *battles.Feed }

// Follow follows a battle.
func (f follows) Follow(battle string) (overlay.Follower, error) {
	return follower{f.feed.Follow(battle)}, nil
}

type follower struct{ *battles.Follower }

// Next returns the next view.
func (f follower) Next(ctx context.Context) (overlay.View, error) {
	seen, err := f.Follower.Next(ctx)
	if err != nil {
		return overlay.View{}, err
	}
	v := overlay.View{Name: seen.Label(), Started: seen.Started, Ends: seen.Ends, Over: seen.Final, Read: seen.Read}
	for _, s := range seen.Standings {
		v.Rooms = append(v.Rooms, overlay.Room{Name: s.Room, Score: s.Score})
	}
	return v, nil
}

// gate opens overlays.
type gate struct {
	book *battles.Book
	keys *battles.Keys
}

// Open resolves an id or an alias. A reference by room is not looked up for somebody nobody knows.
func (g gate) Open(ctx context.Context, battle, key string) (id string, ok bool) {
	if strings.HasPrefix(battle, battles.RoomPrefix) {
		return "", false
	}
	ref, err := g.book.Resolve(ctx, battle)
	return ref.ID, err == nil && g.keys.Opens(ctx, ref.ID, key)
}
