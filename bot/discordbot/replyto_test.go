package discordbot_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"ringside/bot/discordbot"
	"ringside/bot/discordbot/discordfake"
	"ringside/commands"
	"ringside/secret"
)

// kept returns a place as it comes back from where it was kept.
func kept(p commands.Place) commands.Place {
	return commands.Place{Channel: p.Channel, User: p.User, ReplyTo: secret.New(strings.Clone(p.ReplyTo.Reveal()))}
}

func TestNotifyThroughTheTokenOfTheAsk(t *testing.T) {
	t.Parallel()
	const thinking = "private: (thinking)" // the placeholder of an ask that nobody has answered
	unknown := discordfake.Fault{Status: 404, Code: 10015, Message: "Unknown Webhook"}
	change := func(text string) func(*commands.Place) {
		return func(p *commands.Place) { p.ReplyTo = secret.New(text) }
	}
	tests := []struct {
		name    string
		thread  string        // where it was asked
		said    string        // what the caller was told before the restart
		pass    time.Duration // between the ask and the message
		change  func(*commands.Place)
		other   func(*discordbot.Settings)
		before  func(*discordfake.Server)
		reply   commands.Reply
		where   string // default: the channel
		want    []string
		posts   int // in the channel
		changes bool
	}{
		{name: "for all, before any answer", reply: saysAll("Done"), want: []string{"public: Done"}, changes: true},
		{name: "for all, after an answer", said: "Sent", reply: saysAll("Done"), want: []string{"private: Sent", "public: Done"}, changes: true},
		{name: "for the caller", reply: says("Not applied"), want: []string{"private: Not applied"}},
		{name: "for the caller, after an answer", said: "Sent", reply: says("Not applied"), want: []string{"private: Sent", "private: Not applied"}},
		{
			name: "to a person: never for all", change: func(p *commands.Place) { p.Channel = "" },
			reply: saysAll("Done"), want: []string{"private: Done"},
		},
		{name: "in a thread", thread: "778899", reply: saysAll("Done"), where: "778899", want: []string{"public: Done"}, changes: true},
		{name: "in the last minute", pass: 13 * time.Minute, reply: saysAll("Done"), want: []string{"public: Done"}, changes: true},
		{name: "too late: the channel", pass: 14 * time.Minute, reply: saysAll("Done"), want: []string{thinking, "public: Done"}, posts: 1, changes: true},
		{
			name: "a dead token: the channel", before: func(s *discordfake.Server) { s.Fail(discordfake.FollowUp, unknown) },
			reply: saysAll("Done"), want: []string{thinking, "public: Done"}, posts: 1, changes: true,
		},
		{
			name: "the token and the channel fail: a direct message",
			before: func(s *discordfake.Server) {
				s.Fail(discordfake.FollowUp, unknown)
				s.CloseChannel(channel)
			},
			reply: saysAll("Done"), where: private, posts: 2,
			want: []string{"public: Done / Ringside could not write in the channel where this belongs, so it comes to you. " +
				"Let the bot view the channel and send messages there to see it in place."},
		},
		{
			name: "a closed channel does not matter while the token lives", before: func(s *discordfake.Server) { s.CloseChannel(channel) },
			reply: saysAll("Done"), want: []string{"public: Done"}, changes: true,
		},
		{
			name: "of another application", other: func(s *discordbot.Settings) { s.ApplicationID = "222" },
			reply: saysAll("Done"), want: []string{thinking, "public: Done"}, posts: 1, changes: true,
		},
		{name: "no token", change: change(""), reply: saysAll("Done"), want: []string{thinking, "public: Done"}, posts: 1, changes: true},
		{name: "a broken one", change: change("1795464000 111"), reply: saysAll("Done"), want: []string{thinking, "public: Done"}, posts: 1, changes: true},
		{name: "a path for a token", change: change("9795464000 111 ../x"), reply: saysAll("Done"), want: []string{thinking, "public: Done"}, posts: 1, changes: true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			places := make(chan commands.Place, 1)
			d := desk{handle: func(ctx context.Context, ask commands.Invocation, to commands.Responder) {
				if tt.said != "" {
					_ = to.Answer(ctx, says(tt.said))
				}
				places <- ask.Place
			}}
			r := start(t, setup{desk: d, before: tt.before})
			a := add(100)
			a.Thread = tt.thread
			r.ask(t, a)
			place := kept(receive(t, r, places))
			if tt.change != nil {
				tt.change(&place)
			}
			r.clock.pass(tt.pass)
			bot := r.restarted(t, tt.other)
			m, err := bot.Notify(r.ctx, place, tt.reply)
			if err != nil {
				t.Fatal(err)
			}
			where := tt.where
			if where == "" {
				where = channel
			}
			if diff := cmp.Diff(tt.want, r.standingIn(user, where)); diff != "" {
				t.Errorf("what stands there (-want +got):\n%s", diff)
			}
			if got := r.discord.Calls(discordfake.Post); got != tt.posts {
				t.Errorf("%d posts, want %d", got, tt.posts)
			}
			if got := r.discord.Calls(discordfake.FollowUp); tt.other != nil && got != 0 {
				t.Errorf("another application's token was tried %d times", got)
			}
			if (m != "") != tt.changes || (m != "" && !strings.HasPrefix(string(m), "discord:998877/"+where+"/")) {
				t.Fatalf("the message is %q", m)
			}
			if m == "" || tt.before != nil {
				return
			}
			if err := bot.Revise(r.ctx, m, saysAll("Changed")); err != nil {
				t.Fatal(err)
			}
			if all := r.standingIn(user, where); all[len(all)-1] != "public: Changed" {
				t.Errorf("after the change there stands %q", all)
			}
		})
	}
}

// TestAPressTakesItsTokenAlong shows that what a press leads to can be told after a restart as well.
func TestAPressTakesItsTokenAlong(t *testing.T) {
	t.Parallel()
	bothModes(t, func(t *testing.T, mode string) {
		presses := make(chan commands.Press, 1)
		d := desk{
			handle: func(ctx context.Context, _ commands.Invocation, to commands.Responder) { _ = to.Answer(ctx, sure()) },
			press:  func(_ context.Context, p commands.Press, _ commands.Responder) { presses <- p },
		}
		r := start(t, setup{mode: mode, desk: d})
		r.ask(t, add(100))
		if _, err := r.discord.Press(r.ctx, discordfake.Press{Message: r.reads(t, "Sure?"), CustomID: "yes1"}); err != nil {
			t.Fatal(err)
		}
		place := kept(receive(t, r, presses).Place)
		if _, err := r.restarted(t, nil).Notify(r.ctx, place, saysAll("Done")); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff([]string{"private: Sure? [Confirm]", "public: Done"}, r.standing(user)); diff != "" {
			t.Errorf("what stands there (-want +got):\n%s", diff)
		}
		if got := r.discord.Calls(discordfake.Post); got != 0 {
			t.Errorf("%d posts", got)
		}
	})
}

// TestAStrangersPlaceIsNotAnswered shows that a token does not open a server that is not served.
func TestAStrangersPlaceIsNotAnswered(t *testing.T) {
	t.Parallel()
	d, asks, _ := heard()
	r := start(t, setup{desk: d})
	r.ask(t, add(100))
	place := receive(t, r, asks).Place
	for _, to := range []commands.Place{
		{Channel: "discord:12/5566", ReplyTo: place.ReplyTo}, {User: "discord:12/user/1", ReplyTo: place.ReplyTo}, {ReplyTo: place.ReplyTo},
	} {
		if _, err := r.bot.Notify(r.ctx, to, saysAll("Done")); err == nil || r.discord.Calls(discordfake.FollowUp) > 0 {
			t.Errorf("%q and %q were answered", to.Channel, to.User)
		}
	}
}

func FuzzParseReplyTo(f *testing.F) {
	for _, seed := range []string{"1795464000 111 aW50.x-_=", "", " ", "1 2", "1 2 ..", "-1 2 x", "9223372036854775807 1 x", "1 2 x y"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		application, token, until, ok := discordbot.ParseReplyTo(text)
		if !ok {
			return
		}
		if until.Unix() < 0 || !strings.HasSuffix(text, " "+application+" "+token) || strings.ContainsAny(application+token, "/?#% \n") {
			t.Errorf("%q became %q and %q until %v", text, application, token, until)
		}
	})
}
