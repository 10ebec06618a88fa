package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	"go.uber.org/zap"
	"golang.org/x/sync/errgroup"

	"ringside/auth"
	"ringside/bot"
	"ringside/bot/slackbot"
	"ringside/commands"
	"ringside/config"
	"ringside/web"
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
		return usageError{errors.New("no chat platform is enabled; set slack.enabled = true, or use `ringside console`")}
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
	defer func() { err = errors.Join(err, svc.close()) }()
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
}

func newService(ctx context.Context, settings *config.Config, log *zap.Logger) (_ *service, err error) {
	svc := &service{log: log}
	defer func() {
		if err != nil {
			err = errors.Join(err, svc.close())
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
	slack, err := slackbot.New(slackOf(settings), svc.handler, svc.workers, svc.log)
	if err != nil {
		return fmt.Errorf("slack: %w", err)
	}
	courier, err := bot.NewCourier(map[string]commands.Notifier{slack.Name(): slack})
	if err != nil {
		return err
	}
	svc.post.to = courier
	if svc.supervisor, err = bot.New(svc.log, slack); err != nil {
		return err
	}
	return svc.listen(ctx, settings, slack.Routes(), slack)
}

func (svc *service) listen(ctx context.Context, settings *config.Config, routes map[string]http.Handler, slack *slackbot.Bot) (err error) {
	checks := []web.Check{
		{Name: "ledger", Ready: svc.ledger.Ready},
		{Name: "tencent", Ready: newProbe(svc.client, time.Now).ready},
	}
	for _, check := range svc.supervisor.Checks() {
		checks = append(checks, web.Check(check))
	}
	svc.web, err = web.New(web.Settings{Listen: settings.HTTP.Listen, AdminListen: settings.HTTP.AdminListen}, checks, routes, svc.log,
		web.WithMetrics(metricsOf(slack, svc.client)))
	if err != nil {
		return err
	}
	return svc.web.Listen(ctx)
}

// run serves until ctx ends. Then nothing new is taken, and what runs may settle.
func (svc *service) run(ctx context.Context) error {
	svc.log.Info("ringside is up", zap.String("listen", svc.web.Addr()), zap.String("admin", svc.web.AdminAddr()))
	group, running := errgroup.WithContext(ctx)
	group.Go(func() error { return svc.supervisor.Run(running) })
	group.Go(func() error { return svc.web.Run(running) })
	group.Go(func() error { return svc.handler.Run(running) })
	err := group.Wait()
	svc.log.Info("ringside stops; running operations may settle", zap.Duration("for", drainLimit))
	drain, cancel := context.WithTimeout(context.WithoutCancel(ctx), drainLimit)
	defer cancel()
	return errors.Join(err, svc.workers.Drain(drain))
}

func (svc *service) close() error {
	if svc.groups != nil {
		svc.groups.Close()
	}
	if svc.app == nil {
		return nil
	}
	return svc.app.close()
}
