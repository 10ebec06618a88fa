package slackbot_test

import (
	"context"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/zap/zapcore"

	"ringside/bot/slackbot/slackfake"
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

// cards lists the pictures in a channel, each with what stands right above it.
func cards(r *rig, channel string) map[slackfake.File]string {
	found, above := map[slackfake.File]string{}, ""
	for _, m := range r.slack.Sees("U0456", channel) {
		if len(m.Files) > 0 {
			found[m.Files[0]] = above
		}
		above = strings.Join(m.Lines(), " / ")
	}
	return found
}

func TestAPictureStandsBelowItsMessage(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name   string
		run    func(ctx context.Context, r *rig, to commands.Responder) error
		before func(*slackfake.Server)
		where  string
	}{
		{"an answer for all", func(ctx context.Context, _ *rig, to commands.Responder) error {
			return to.Answer(ctx, withCard(saysAll("Final")))
		}, nil, "C0AB"},
		{"an answer for all that goes another way", func(ctx context.Context, _ *rig, to commands.Responder) error {
			return to.Answer(ctx, withCard(saysAll("Final")))
		}, func(s *slackfake.Server) { s.Fail(slackfake.Reply, slackfake.Fault{Status: 500}) }, "C0AB"},
		{"a message", func(ctx context.Context, r *rig, _ commands.Responder) error {
			_, err := r.bot.Notify(ctx, there, withCard(saysAll("Final")))
			return err
		}, nil, "C0AB"},
		{"a message to a person", func(ctx context.Context, r *rig, _ commands.Responder) error {
			_, err := r.bot.Notify(ctx, commands.Place{User: there.User}, withCard(saysAll("Final")))
			return err
		}, nil, direct},
		{"a message where the bot may not write", func(ctx context.Context, r *rig, _ commands.Responder) error {
			_, err := r.bot.Notify(ctx, there, withCard(saysAll("Final")))
			return err
		}, func(s *slackfake.Server) { s.CloseChannel("C0AB") }, direct},
		{"a changed message", func(ctx context.Context, r *rig, _ commands.Responder) error {
			m, err := r.bot.Notify(ctx, there, saysAll("2 minutes left"))
			if err != nil {
				return err
			}
			return r.bot.Revise(ctx, m, withCard(saysAll("Final")))
		}, nil, "C0AB"},
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
			r.ask(t, slackfake.Ask{})
			if err := receive(t, r, failed); err != nil {
				t.Fatal(err)
			}
			found := cards(r, tt.where)
			above, shown := found[slackfake.File{Name: "final.png", Alt: "pk-live1 won by 90", Size: 100_008}]
			if !shown || !strings.HasPrefix(above, "*Final*") || len(found) != 1 {
				t.Errorf("there stands %+v", found)
			}
		})
	}
}

// TestAPictureForOneIsInWords shows that what only one person may see is not shown to all, and that nothing is sent
// which cannot be shown.
func TestAPictureForOneIsInWords(t *testing.T) {
	t.Parallel()
	large := withCard(saysAll("Final"))
	large.Picture.PNG = make([]byte, 1<<20+1)
	const words = "Final / [picture: pk-live1 won / by 90]"
	tests := []struct {
		name  string
		run   func(ctx context.Context, to commands.Responder) error
		fault []slackfake.Fault
		want  string
	}{
		{"an answer", func(ctx context.Context, to commands.Responder) error { return to.Answer(ctx, withCard(says("Final"))) }, nil, "private: " + words},
		{"an answer that goes another way", func(ctx context.Context, to commands.Responder) error {
			return to.Answer(ctx, withCard(says("Final")))
		}, []slackfake.Fault{{Status: 500}}, "private: " + words},
		{"an amended question", func(ctx context.Context, to commands.Responder) error {
			return do(ctx, answer(to, sure()), amend(to, withCard(saysAll("Final"))))
		}, nil, "private: " + words},
		{"one that is too large", func(ctx context.Context, to commands.Responder) error { return to.Answer(ctx, large) }, nil, "public: " + words},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			failed := make(chan error, 1)
			r := start(t, setup{desk: playing(tt.run, nil, failed)})
			r.slack.Fail(slackfake.Reply, tt.fault...)
			r.ask(t, slackfake.Ask{})
			if err := receive(t, r, failed); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff([]string{tt.want}, standing(r, "U0456")); diff != "" {
				t.Errorf("what stands there (-want +got):\n%s", diff)
			}
			if got := r.slack.Calls("files.getUploadURLExternal"); got != 0 {
				t.Errorf("%d pictures were sent", got)
			}
		})
	}
}

// TestAPictureThatFailsLeavesItsMessage makes each step fail in turn.
func TestAPictureThatFailsLeavesItsMessage(t *testing.T) {
	t.Parallel()
	const ask, show = "files.getUploadURLExternal", "files.completeUploadExternal"
	fails := func(method string, fault slackfake.Fault) func(*slackfake.Server) {
		return func(s *slackfake.Server) { s.Fail(method, fault) }
	}
	tests := []struct {
		name    string
		fake    slackfake.Config
		before  func(*slackfake.Server)
		uploads int // calls of the upload address
	}{
		{name: "no scope", fake: slackfake.Config{Scopes: "chat:write,commands"}},
		{name: "no address", before: fails(ask, slackfake.Fault{Error: "fatal_error"})},
		{name: "Slack is too busy", before: fails(ask, slackfake.Fault{RetryAfter: "60"})},
		{name: "an address that is not Slack's", fake: slackfake.Config{UploadsAt: "https://evil.example"}},
		{name: "an address that is none", fake: slackfake.Config{UploadsAt: "::"}},
		{name: "the bytes are refused", before: fails(slackfake.Upload, slackfake.Fault{Status: 500}), uploads: 1},
		{name: "the bytes are cut off", before: fails(slackfake.Upload, slackfake.Fault{Cut: true}), uploads: 1},
		{name: "the address leads elsewhere", before: fails(slackfake.Upload, slackfake.Fault{Redirect: "https://evil.example/x"}), uploads: 1},
		{name: "it cannot be shown", before: fails(show, slackfake.Fault{Error: "channel_not_found"}), uploads: 1},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			r := start(t, setup{fake: tt.fake, before: tt.before})
			m, err := r.bot.Notify(r.ctx, there, withCard(saysAll("Final")))
			if err != nil || m == "" {
				t.Fatalf("Notify returned %q, %v", m, err)
			}
			if diff := cmp.Diff([]string{"public: Final"}, standing(r, "U0456")); diff != "" {
				t.Errorf("what stands there (-want +got):\n%s", diff)
			}
			told := r.logs.FilterMessage("a picture could not be shown").FilterLevelExact(zapcore.WarnLevel).Len()
			if got := r.slack.Calls(slackfake.Upload); got != tt.uploads || told != 1 {
				t.Errorf("%d uploads, %d warnings", got, told)
			}
			r.noneLogged(t, "capability-", "xoxb-")
		})
	}
}

func TestAPictureWaitsAMoment(t *testing.T) {
	t.Parallel()
	r := start(t, setup{})
	for _, method := range []string{"files.getUploadURLExternal", slackfake.Upload, "files.completeUploadExternal"} {
		r.slack.Fail(method, slackfake.Fault{RetryAfter: "1"})
	}
	if _, err := r.bot.Notify(r.ctx, there, withCard(saysAll("Final"))); err != nil {
		t.Fatal(err)
	}
	if got := cards(r, "C0AB"); len(got) != 1 {
		t.Errorf("there stands %+v", got)
	}
}
