package main

import (
	"github.com/prometheus/client_golang/prometheus"

	"ringside/bot/slackbot"
	"ringside/tencent"
)

// metricsOf shows what the adapters count.
func metricsOf(slack *slackbot.Bot, client *tencent.Client) *prometheus.Registry {
	registry := prometheus.NewRegistry()
	counter := func(name, help string, value func(slackbot.Stats) uint64) {
		registry.MustRegister(prometheus.NewCounterFunc(prometheus.CounterOpts{
			Namespace: "ringside", Subsystem: "slack", Name: name, Help: help,
		}, func() float64 { return float64(value(slack.Stats())) }))
	}
	counter("asks_total", "Commands and presses handed on.", func(s slackbot.Stats) uint64 { return s.Accepted })
	counter("bad_signatures_total", "Requests refused for their signature or its age.", func(s slackbot.Stats) uint64 { return s.BadSigned })
	counter("bad_messages_total", "Messages that could not be understood.", func(s slackbot.Stats) uint64 { return s.BadMessages })
	counter("foreign_total", "Asks from workspaces that are not served.", func(s slackbot.Stats) uint64 { return s.Foreign })
	counter("busy_total", "Asks turned away because every worker was taken.", func(s slackbot.Stats) uint64 { return s.Busy })
	counter("panics_total", "Panics contained at the edge.", func(s slackbot.Stats) uint64 { return s.Panics })
	counter("fell_back_total", "Replies that the response address did not take.", func(s slackbot.Stats) uint64 { return s.FellBack })
	counter("lost_acks_total", "Acknowledgements that could not be sent.", func(s slackbot.Stats) uint64 { return s.LostAcks })
	for _, command := range tencent.Commands() {
		registry.MustRegister(prometheus.NewGaugeFunc(prometheus.GaugeOpts{
			Namespace: "ringside", Subsystem: "tencent", Name: "calls_per_second", Help: "The present ceiling of a command.",
			ConstLabels: prometheus.Labels{"command": string(command)},
		}, func() float64 { perSecond, _ := client.Pace(command); return perSecond }))
	}
	return registry
}
