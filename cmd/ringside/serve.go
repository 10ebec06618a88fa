package main

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"time"

	"go.uber.org/zap"
	"golang.org/x/sync/errgroup"

	"ringside/auth"
	"ringside/bot"
	"ringside/bot/discordbot"
	"ringside/bot/slackbot"
	"ringside/config"
	"ringside/web"
	"ringside/web/callback"
)

const (
	maxInFlight = 512              // asks that are worked on at once; beyond it people are told to try again
	drainLimit  = 10 * time.Second // for running operations to settle when the program is told to stop
)

// serveCmd is `ringside serve`.
type serveCmd struct {
	configFlag
	logFlags
	Listen string `name:"listen" placeholder:"HOST:PORT" help:"Instead of http.listen."`
}

// Run serves until it is told to stop, then lets running operations settle.
func (c serveCmd) Run(ctx context.Context, s streams) (err error) {
	settings, err := c.load()
	if err != nil {
		return err
	}
	if len(settings.Platforms()) == 0 {
		return usageError{errors.New("no chat platform is enabled; set slack.enabled or discord.enabled to true, or use `ringside console`")}
	}
	if c.Listen != "" {
		settings.HTTP.Listen = c.Listen
	}
	log, err := c.logger(s.err)
	if err != nil {
		return err
	}
	svc, err := newService(ctx, settings, log)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, svc.close(ctx)) }()
	return svc.run(ctx)
}

// service is the app with its platforms and its HTTP face.
type service struct {
	*app
	log        *zap.Logger
	workers    *bot.Workers
	supervisor *bot.Supervisor
	web        *web.Server
	groups     *slackbot.Groups
	view       *view
}

func newService(ctx context.Context, settings *config.Config, log *zap.Logger) (_ *service, err error) {
	svc := &service{log: log}
	defer func() {
		if err != nil {
			err = errors.Join(err, svc.close(ctx))
		}
	}()
	var groups auth.Groups
	if settings.Slack.Enabled {
		if svc.groups, err = slackbot.NewGroups(slackOf(settings)); err != nil {
			return svc, fmt.Errorf("slack: %w", err)
		}
		groups = svc.groups
	}
	p, err := planOf(settings, groups, log)
	if err != nil {
		return svc, err
	}
	if svc.app, err = newApp(ctx, p); err != nil {
		return svc, err
	}
	if svc.workers, err = bot.NewWorkers(maxInFlight, log); err != nil {
		return svc, err
	}
	return svc, svc.connect(ctx, settings)
}

// connect makes the platforms and the HTTP face. Nothing is heard before run.
func (svc *service) connect(ctx context.Context, settings *config.Config) error {
	gateway := svc.gateway(settings)
	all, err := openPlatforms(settings, svc.handler, svc.workers, svc.log, discordbot.WithGate(gateway.may))
	if err != nil {
		return err
	}
	couriers, routes, runners := mount(all)
	gateway.alone(runners)
	told := callback.Settings{SDKAppID: settings.Tencent.SDKAppID, Token: settings.Tencent.CallbackToken}
	if svc.view, err = newView(svc.app, told, settings.HTTP.OperatorKey, svc.log); err != nil {
		return err
	}
	maps.Copy(routes, svc.view.routes())
	if svc.post.to, err = bot.NewCourier(couriers); err != nil {
		return err
	}
	if svc.supervisor, err = bot.New(svc.log, runners...); err != nil {
		return err
	}
	checks := []web.Check{
		{Name: "ledger", Ready: svc.ledger.Ready},
		{Name: "replicas", Ready: svc.together},
		{Name: "tencent", Ready: newProbe(svc.client, time.Now).ready},
	}
	for _, check := range svc.supervisor.Checks() {
		checks = append(checks, web.Check(check))
	}
	svc.web, err = web.New(web.Settings{Listen: settings.HTTP.Listen, AdminListen: settings.HTTP.AdminListen}, checks, routes, svc.log,
		web.WithMetrics(svc.metrics(all, gateway)))
	if err != nil {
		return err
	}
	if err := svc.web.Listen(ctx); err != nil {
		return err
	}
	svc.listensAt(svc.web.Addr())
	return nil
}

// run serves until ctx ends. Then nothing new is taken, at once, and what runs may settle; the house is kept until
// it has.
func (svc *service) run(ctx context.Context) error {
	svc.log.Info("ringside is up", zap.String("listen", svc.web.Addr()), zap.String("admin", svc.web.AdminAddr()))
	keep, leave := context.WithCancel(context.WithoutCancel(ctx))
	defer leave()
	house := make(chan error, 1)
	go func() { house <- svc.keepHouse(keep) }()
	voice := make(chan error, 1)
	go func() { voice <- svc.speak(keep) }()

	group, running := errgroup.WithContext(ctx)
	group.Go(func() error { return svc.supervisor.Run(running) })
	group.Go(func() error { return svc.web.Run(running) })
	group.Go(func() error { return svc.handler.RunBulks(running) })
	group.Go(func() error {
		<-running.Done()
		svc.view.close()
		return svc.drain(ctx)
	})
	err := group.Wait()
	leave()
	return errors.Join(err, <-house, <-voice)
}

// drain lets running operations settle, for a while.
func (svc *service) drain(ctx context.Context) error {
	svc.log.Info("ringside stops; running operations may settle", zap.Duration("for", drainLimit))
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), drainLimit)
	defer cancel()
	return svc.workers.Drain(ctx)
}

func (svc *service) close(ctx context.Context) error {
	if svc.groups != nil {
		svc.groups.Close()
	}
	if svc.app == nil {
		return nil
	}
	return svc.app.close(ctx)
}
