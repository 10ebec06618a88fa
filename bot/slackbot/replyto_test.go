package slackbot_test

import (
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/zap"

	"ringside/bot/slackbot"
	"ringside/bot/slackbot/slackfake"
	"ringside/commands"
	"ringside/secret"
)

// restarted returns the bot of a later process, which knows nothing but what was kept.
func (r *rig) restarted(t *testing.T) *slackbot.Bot {
	t.Helper()
	settings := settingsFor(r.slack, slackbot.ModeHTTP)
	bot, err := slackbot.New(settings, desk{}, newCrew(1), zap.NewNop(), slackbot.WithClock(r.clock.Now), slackbot.WithPause(atOnce))
	if err != nil {
		t.Fatal(err)
	}
	return bot
}

// kept returns a place as it comes back from where it was kept.
func kept(p commands.Place) commands.Place {
	return commands.Place{Channel: p.Channel, User: p.User, ReplyTo: secret.New(strings.Clone(p.ReplyTo.Reveal()))}
}

func TestNotifyThroughTheAddressOfTheAsk(t *testing.T) {
	t.Parallel()
	change := func(text string) func(*commands.Place) {
		return func(p *commands.Place) { p.ReplyTo = secret.New(text) }
	}
	tests := []struct {
		name    string
		pass    time.Duration // between the ask and the message
		change  func(*commands.Place)
		before  func(*slackfake.Server)
		reply   commands.Reply
		where   string // default: the channel
		want    []string
		uses    int  // of the address
		changes bool // whether the message can be changed later
	}{
		{name: "for all", reply: saysAll("Done"), want: []string{"public: Done"}, uses: 1},
		{name: "for the caller", reply: says("Not applied"), want: []string{"private: Not applied"}, uses: 1},
		{
			name: "to a person: never for all", change: func(p *commands.Place) { p.Channel = "" },
			reply: saysAll("Done"), want: []string{"private: Done"}, uses: 1,
		},
		{name: "in the last minute", pass: 27 * time.Minute, reply: saysAll("Done"), want: []string{"public: Done"}, uses: 1},
		{name: "too late: the channel", pass: 28 * time.Minute, reply: saysAll("Done"), want: []string{"public: Done"}, changes: true},
		{
			name: "used up: the channel", before: func(s *slackfake.Server) { s.Fail(slackfake.Reply, slackfake.Fault{Error: "used_url"}) },
			reply: saysAll("Done"), want: []string{"public: Done"}, changes: true,
		},
		{
			name: "the address and the channel fail: a direct message",
			before: func(s *slackfake.Server) {
				s.Fail(slackfake.Reply, slackfake.Fault{Status: 500})
				s.CloseChannel("C0AB")
			},
			reply: saysAll("Done"), where: direct,
			want: []string{"public: Done / Ringside could not write in the channel where this belongs, so it comes to you. " +
				"Invite the app there to see it in place."},
			changes: true,
		},
		{
			name: "a closed channel does not matter while the address lives", before: func(s *slackfake.Server) { s.CloseChannel("C0AB") },
			reply: saysAll("Done"), want: []string{"public: Done"}, uses: 1,
		},
		{name: "no address", change: change(""), reply: saysAll("Done"), want: []string{"public: Done"}, changes: true},
		{name: "a broken one", change: change("1795464000"), reply: saysAll("Done"), want: []string{"public: Done"}, changes: true},
		{name: "one without its end", change: change("x https://hooks.slack.com/1"), reply: saysAll("Done"), want: []string{"public: Done"}, changes: true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			d, asks, _ := heard()
			r := start(t, setup{desk: d, before: tt.before})
			r.ask(t, slackfake.Ask{Text: "demo"})
			place := kept(receive(t, r, asks).Place)
			if tt.change != nil {
				tt.change(&place)
			}
			r.clock.pass(tt.pass)
			m, err := r.restarted(t).Notify(r.ctx, place, tt.reply)
			if err != nil {
				t.Fatal(err)
			}
			where := tt.where
			if where == "" {
				where = "C0AB"
			}
			if diff := cmp.Diff(tt.want, standingIn(r, "U0456", where)); diff != "" {
				t.Errorf("what stands there (-want +got):\n%s", diff)
			}
			if got := r.slack.ReplyUses()[0]; got != tt.uses {
				t.Errorf("the address was used %d times, want %d", got, tt.uses)
			}
			if (m != "") != tt.changes {
				t.Errorf("the message is %q", m)
			}
		})
	}
}

// TestAPressTakesItsAddressAlong shows that what a press leads to can be told after a restart as well.
func TestAPressTakesItsAddressAlong(t *testing.T) {
	t.Parallel()
	bothModes(t, func(t *testing.T, mode string) {
		d, _, presses := heard()
		d.handle = question
		r := start(t, setup{mode: mode, desk: d})
		r.ask(t, slackfake.Ask{Text: "demo"})
		if _, err := r.slack.Press(r.ctx, slackfake.Press{Message: r.reads(t, "Sure?"), Value: "yes7f3"}); err != nil {
			t.Fatal(err)
		}
		place := kept(receive(t, r, presses).Place)
		if _, err := r.restarted(t).Notify(r.ctx, place, saysAll("Done")); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff([]string{"private: Sure? [Confirm] [Cancel]", "public: Done"}, standing(r, "U0456")); diff != "" {
			t.Errorf("what stands there (-want +got):\n%s", diff)
		}
		if got := r.slack.Calls("chat.postMessage"); got != 0 {
			t.Errorf("the Web API was called %d times", got)
		}
	})
}

func TestOnlySlackIsNotified(t *testing.T) {
	t.Parallel()
	var hosts recorder
	r := start(t, setup{change: func(s *slackbot.Settings) { s.APIURL = "" }, opts: []slackbot.Option{slackbot.WithTransport(&hosts)}, idle: true})
	tests := []struct {
		address string
		used    bool
	}{
		{"https://hooks.slack.com/commands/1/2/3", true},
		{"http://hooks.slack.com/commands/1/2/3", false},
		{"https://hooks.slack.com.evil.example/1", false},
		{"https://evil.example/1", false},
		{"https://user@hooks.slack.com/1", false},
		{"https://127.0.0.1/1", false},
		{"hooks.slack.com", false},
		{" https://hooks.slack.com/1", false},
		{"https://hooks.slack.com/" + strings.Repeat("x", 2000), false},
	}
	end := strconv.FormatInt(r.clock.Now().Add(time.Minute).Unix(), 10)
	for _, tt := range tests {
		hosts.replies.Store(0)
		to := commands.Place{Channel: "slack:T0123/C0AB", ReplyTo: secret.New(end + " " + tt.address)}
		if _, err := r.bot.Notify(r.ctx, to, saysAll("Done")); err != nil {
			t.Errorf("%q: %v", tt.address, err)
		}
		if got := hosts.replies.Load() == 1; got != tt.used {
			t.Errorf("%q: used is %v, want %v", tt.address, got, tt.used)
		}
	}
}

// TestAStrangersPlaceIsNotAnswered shows that an address does not open a workspace that is not served.
func TestAStrangersPlaceIsNotAnswered(t *testing.T) {
	t.Parallel()
	d, asks, _ := heard()
	r := start(t, setup{desk: d})
	r.ask(t, slackfake.Ask{})
	place := receive(t, r, asks).Place
	for _, to := range []commands.Place{
		{Channel: "slack:T0999/C0AB", ReplyTo: place.ReplyTo}, {User: "slack:T0999/user/U1", ReplyTo: place.ReplyTo}, {ReplyTo: place.ReplyTo},
	} {
		if _, err := r.bot.Notify(r.ctx, to, saysAll("Done")); err == nil || len(r.slack.Messages()) > 0 {
			t.Errorf("%q and %q were answered", to.Channel, to.User)
		}
	}
}

func FuzzParseReplyTo(f *testing.F) {
	for _, seed := range []string{"1795464000 https://hooks.slack.com/commands/1/2/3", "", " ", "-1 x", "9223372036854775807 https://hooks.slack.com/", "1 ::"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		raw, until, ok := slackbot.ParseReplyTo(text)
		if !ok {
			return
		}
		if until.Unix() < 0 || raw == "" || !strings.HasSuffix(text, " "+raw) {
			t.Errorf("%q became %q until %v", text, raw, until)
		}
		if slackbot.MayReply(raw) && !strings.HasPrefix(strings.ToLower(raw), "https://") {
			t.Errorf("%q may be answered", raw)
		}
	})
}
