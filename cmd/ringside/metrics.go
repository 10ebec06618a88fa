package main

import (
	"github.com/prometheus/client_golang/prometheus"

	"ringside/bot/discordbot"
	"ringside/bot/slackbot"
	"ringside/tencent"
	"ringside/web/callback"
)

// metrics shows what the platforms count, the pace of the calls to Tencent, and what this replica does for all.
func (svc *service) metrics(all []platform, g gateway) *prometheus.Registry {
	registry, client := prometheus.NewRegistry(), svc.client
	for _, p := range all {
		switch p := p.(type) {
		case *slackbot.Bot:
			countSlack(registry, p)
		case *discordbot.Bot:
			countDiscord(registry, p)
		}
	}
	for _, command := range tencent.Commands() {
		registry.MustRegister(prometheus.NewGaugeFunc(prometheus.GaugeOpts{
			Namespace: "ringside", Subsystem: "tencent", Name: "calls_per_second", Help: "The present ceiling of a command.",
			ConstLabels: prometheus.Labels{"command": string(command)},
		}, func() float64 { perSecond, _ := client.Pace(command); return perSecond }))
	}
	countBreaker(registry, client)
	countCallbacks(registry, svc.view.callback)
	svc.countReplicas(registry, g)
	return registry
}

// countReplicas shows which of the roles that one replica has are this one's, and whether the others are out of reach.
func (svc *service) countReplicas(registry *prometheus.Registry, g gateway) {
	yes := func(name, help string, is func() bool) {
		registry.MustRegister(prometheus.NewGaugeFunc(prometheus.GaugeOpts{Namespace: "ringside", Subsystem: "replica", Name: name, Help: help},
			func() float64 {
				if is() {
					return 1
				}
				return 0
			}))
	}
	yes("keeps_house", "1 while this replica settles and polls for all, else 0.", svc.house.Held)
	yes("speaks", "1 while this replica tells people and watches battles for all, else 0.", svc.voice.Held)
	yes("apart", "1 while the database that replicas share the call rate through is out of reach, else 0.", svc.client.Apart)
	if g.office != nil {
		yes("has_gateway", "1 while this replica is connected to Discord's gateway for all, else 0.", g.office.Held)
	}
}

// countCallbacks shows how many of Tencent's webhooks were accepted, and why others were not.
func countCallbacks(registry *prometheus.Registry, heard *callback.Handler) {
	count := func(name, help string, labels prometheus.Labels, value func(callback.Stats) uint64) {
		registry.MustRegister(prometheus.NewCounterFunc(prometheus.CounterOpts{
			Namespace: "ringside", Subsystem: "callbacks", Name: name, Help: help, ConstLabels: labels,
		}, func() float64 { return float64(value(heard.Stats())) }))
	}
	count("accepted_total", "Webhooks of Tencent that were written down.", nil, func(s callback.Stats) (sum uint64) {
		for _, n := range s.Accepted {
			sum += n
		}
		return sum
	})
	for _, why := range callback.Reasons() {
		count("refused_total", "Webhooks that were not accepted.", prometheus.Labels{"reason": string(why)},
			func(s callback.Stats) uint64 { return s.Refused[why] })
	}
}

// countBreaker shows whether changes are being refused because the platform fails.
func countBreaker(registry *prometheus.Registry, client *tencent.Client) {
	registry.MustRegister(prometheus.NewGaugeFunc(prometheus.GaugeOpts{
		Namespace: "ringside", Subsystem: "tencent", Name: "writes_suspended", Help: "1 while changes are refused because Tencent fails, else 0.",
	}, func() float64 {
		if open, _ := client.Breaker(); open {
			return 1
		}
		return 0
	}))
	counter(registry, "tencent", "suspensions_total", "Times that changes were suspended because Tencent failed.", func() uint64 {
		_, opened := client.Breaker()
		return opened
	})
}

// counter adds one of a platform's counts.
func counter(registry *prometheus.Registry, platform, name, help string, value func() uint64) {
	registry.MustRegister(prometheus.NewCounterFunc(prometheus.CounterOpts{
		Namespace: "ringside", Subsystem: platform, Name: name, Help: help,
	}, func() float64 { return float64(value()) }))
}

func countSlack(registry *prometheus.Registry, b *slackbot.Bot) {
	count := func(name, help string, value func(slackbot.Stats) uint64) {
		counter(registry, b.Name(), name, help, func() uint64 { return value(b.Stats()) })
	}
	count("asks_total", "Commands and presses handed on.", func(s slackbot.Stats) uint64 { return s.Accepted })
	count("bad_signatures_total", "Requests refused for their signature or its age.", func(s slackbot.Stats) uint64 { return s.BadSigned })
	count("bad_messages_total", "Messages that could not be understood.", func(s slackbot.Stats) uint64 { return s.BadMessages })
	count("foreign_total", "Asks from workspaces that are not served.", func(s slackbot.Stats) uint64 { return s.Foreign })
	count("busy_total", "Asks turned away because every worker was taken.", func(s slackbot.Stats) uint64 { return s.Busy })
	count("panics_total", "Panics contained at the edge.", func(s slackbot.Stats) uint64 { return s.Panics })
	count("fell_back_total", "Replies that the response address did not take.", func(s slackbot.Stats) uint64 { return s.FellBack })
	count("lost_acks_total", "Acknowledgements that could not be sent.", func(s slackbot.Stats) uint64 { return s.LostAcks })
}

func countDiscord(registry *prometheus.Registry, b *discordbot.Bot) {
	count := func(name, help string, value func(discordbot.Stats) uint64) {
		counter(registry, b.Name(), name, help, func() uint64 { return value(b.Stats()) })
	}
	count("asks_total", "Commands and presses handed on.", func(s discordbot.Stats) uint64 { return s.Accepted })
	count("suggestions_total", "Questions for ways to go on typing.", func(s discordbot.Stats) uint64 { return s.Suggested })
	count("bad_signatures_total", "Requests refused for their signature or its age.", func(s discordbot.Stats) uint64 { return s.BadSigned })
	count("bad_messages_total", "Messages that could not be understood.", func(s discordbot.Stats) uint64 { return s.BadMessages })
	count("foreign_total", "Asks from servers that are not served.", func(s discordbot.Stats) uint64 { return s.Foreign })
	count("busy_total", "Asks turned away because every worker was taken.", func(s discordbot.Stats) uint64 { return s.Busy })
	count("panics_total", "Panics contained at the edge.", func(s discordbot.Stats) uint64 { return s.Panics })
	count("fell_back_total", "Replies that the interaction token did not take.", func(s discordbot.Stats) uint64 { return s.FellBack })
	count("lost_acks_total", "Asks that Discord says were answered too late.", func(s discordbot.Stats) uint64 { return s.LostAcks })
	count("connections_total", "Attempts to connect to the gateway.", func(s discordbot.Stats) uint64 { return s.Opened })
	count("abandoned_sessions_total", "Gateway sessions left behind because the library hung.", func(s discordbot.Stats) uint64 { return s.Abandoned })
}
