package discordbot_test

import (
	"context"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/zap/zapcore"

	"ringside/bot/discordbot/discordfake"
	"ringside/commands"
)

// card is a picture that can be shown.
func card() *commands.Picture {
	return &commands.Picture{Name: "final.png", Alt: "pk-live1 won\nby 90", PNG: []byte("\x89PNG\r\n\x1a\n" + strings.Repeat("x", 100_000))}
}

func withCard(r commands.Reply) commands.Reply {
	r.Picture = card()
	return r
}

func TestAPictureStandsInItsMessage(t *testing.T) {
	t.Parallel()
	notify := func(to commands.Place) func(context.Context, *rig, commands.Responder) error {
		return func(ctx context.Context, r *rig, _ commands.Responder) error {
			_, err := r.bot.Notify(ctx, to, withCard(saysAll("Final")))
			return err
		}
	}
	answers := func(reply commands.Reply) func(context.Context, *rig, commands.Responder) error {
		return func(ctx context.Context, _ *rig, to commands.Responder) error { return to.Answer(ctx, withCard(reply)) }
	}
	tests := []struct {
		name   string
		run    func(ctx context.Context, r *rig, to commands.Responder) error
		before func(*discordfake.Server)
		where  string
	}{
		{"an answer for all", answers(saysAll("Final")), nil, channel},
		{"an answer for one", answers(says("Final")), nil, channel},
		{"an answer for all that goes another way", answers(saysAll("Final")), func(s *discordfake.Server) {
			s.Fail(discordfake.FollowUp, discordfake.Fault{Status: 500})
		}, channel},
		{"an amended question", func(ctx context.Context, _ *rig, to commands.Responder) error {
			return do(ctx, answer(to, sure()), amend(to, withCard(says("Final"))))
		}, nil, channel},
		{"a message", notify(there), nil, channel},
		{"a message to a person", notify(commands.Place{User: there.User}), nil, private},
		{"a message where the bot may not write", notify(there), func(s *discordfake.Server) { s.CloseChannel(channel) }, private},
		{"a changed message", func(ctx context.Context, r *rig, _ commands.Responder) error {
			m, err := r.bot.Notify(ctx, there, saysAll("2 minutes left"))
			if err != nil {
				return err
			}
			return r.bot.Revise(ctx, m, withCard(saysAll("Final")))
		}, nil, channel},
		{"a call that is made again", notify(there), func(s *discordfake.Server) { s.Fail(discordfake.Post, discordfake.Fault{Status: 502}) }, channel},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			failed := make(chan error, 1)
			var r *rig
			ready := make(chan struct{})
			run := func(ctx context.Context, to commands.Responder) error {
				<-ready
				return tt.run(ctx, r, to)
			}
			r = start(t, setup{desk: playing(run, nil, failed), before: tt.before})
			close(ready)
			r.ask(t, add(100))
			if err := receive(t, r, failed); err != nil {
				t.Fatal(err)
			}
			var found []discordfake.File
			for _, m := range r.discord.Sees(user, tt.where) {
				if m.Says("Final") {
					found = append(found, m.Files...)
				}
			}
			want := []discordfake.File{{Name: "final.png", Alt: "pk-live1 won by 90", Size: 100_008}}
			if diff := cmp.Diff(want, found); diff != "" {
				t.Errorf("the pictures (-want +got):\n%s", diff)
			}
		})
	}
}

func TestARevisedMessageLosesItsPicture(t *testing.T) {
	t.Parallel()
	r := start(t, setup{})
	m, err := r.bot.Notify(r.ctx, there, withCard(saysAll("Final")))
	if err != nil {
		t.Fatal(err)
	}
	if err := r.bot.Revise(r.ctx, m, saysAll("Void")); err != nil {
		t.Fatal(err)
	}
	if got := r.reads(t, "Void").Files; len(got) != 0 {
		t.Errorf("the picture is still there: %+v", got)
	}
}

// TestWordsInThePlaceOfAPicture shows that no message fails for its picture.
func TestWordsInThePlaceOfAPicture(t *testing.T) {
	t.Parallel()
	large := card()
	large.PNG = make([]byte, 1<<20+1)
	tests := []struct {
		name    string
		picture *commands.Picture
		before  func(*discordfake.Server)
		calls   int
		warned  int
	}{
		{"it is too large", large, nil, 1, 0},
		{"it is empty", &commands.Picture{Name: "x.png", Alt: card().Alt}, nil, 1, 0},
		{"files may not be attached there", card(), func(s *discordfake.Server) { s.DenyFiles(channel) }, 2, 1},
		{"Discord finds it too large", card(), func(s *discordfake.Server) { s.Fail(discordfake.Post, discordfake.Fault{Status: 413}) }, 2, 1},
		{"Discord finds fault with it", card(), func(s *discordfake.Server) {
			s.Fail(discordfake.Post, discordfake.Fault{Status: 400, Code: 50035, Message: "Invalid Form Body"})
		}, 2, 1},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			r := start(t, setup{before: tt.before})
			reply := saysAll("Final")
			reply.Picture = tt.picture
			m, err := r.bot.Notify(r.ctx, there, reply)
			if err != nil || m == "" {
				t.Fatalf("Notify returned %q, %v", m, err)
			}
			if diff := cmp.Diff([]string{"public: Final / [picture: pk-live1 won / by 90]"}, r.standing(user)); diff != "" {
				t.Errorf("what stands there (-want +got):\n%s", diff)
			}
			warned := r.logs.FilterMessage("a file was refused; words take its place").FilterLevelExact(zapcore.WarnLevel).Len()
			if got := r.discord.Calls(discordfake.Post); got != tt.calls || warned != tt.warned {
				t.Errorf("%d calls, %d warnings", got, warned)
			}
		})
	}
}

// TestAPictureIsPartOfTheMessage shows that a nonce tells pictures apart, and only them.
func TestAPictureIsPartOfTheMessage(t *testing.T) {
	t.Parallel()
	r := start(t, setup{})
	other := withCard(saysAll("Final"))
	other.Picture.PNG = append(other.Picture.PNG, 'y')
	for _, reply := range []commands.Reply{withCard(saysAll("Final")), withCard(saysAll("Final")), other} {
		if _, err := r.bot.Notify(r.ctx, there, reply); err != nil {
			t.Fatal(err)
		}
	}
	if diff := cmp.Diff([]string{"public: Final{final.png}", "public: Final{final.png}"}, r.standing(user)); diff != "" {
		t.Errorf("what stands there (-want +got):\n%s", diff)
	}
}
