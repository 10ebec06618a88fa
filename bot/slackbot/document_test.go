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

const errorsCSV = "line,row,problem\n3,\"x, y\",no such battle\n"

// withSheet adds a document that can be sent.
func withSheet(r commands.Reply) commands.Reply {
	r.Document = &commands.Document{Name: "errors.csv", Text: []byte(errorsCSV)}
	return r
}

// documents lists the documents in a channel, as their text.
func documents(r *rig, channel string) []string {
	var all []string
	for _, m := range r.slack.Sees("U0456", channel) {
		for _, f := range m.Files {
			all = append(all, f.Text)
		}
	}
	return all
}

func TestADocumentIsDelivered(t *testing.T) {
	t.Parallel()
	const note = " / [file: errors.csv comes to you as a direct message]"
	answers := func(reply commands.Reply) func(context.Context, *rig, commands.Responder) error {
		return func(ctx context.Context, _ *rig, to commands.Responder) error { return to.Answer(ctx, reply) }
	}
	notify := func(to commands.Place) func(context.Context, *rig, commands.Responder) error {
		return func(ctx context.Context, r *rig, _ commands.Responder) error {
			_, err := r.bot.Notify(ctx, to, withSheet(saysAll("Done")))
			return err
		}
	}
	closed := func(s *slackfake.Server) { s.CloseChannel("C0AB") }
	away := func(s *slackfake.Server) { s.Fail(slackfake.Reply, slackfake.Fault{Status: 500}) }
	tests := []struct {
		name   string
		run    func(ctx context.Context, r *rig, to commands.Responder) error
		before func(*slackfake.Server)
		where  string // of the document
		want   []string
		direct []string
	}{
		{"for all", answers(withSheet(saysAll("Done"))), nil, "C0AB", []string{"public: Done", "public: {errors.csv}"}, nil},
		{"for all, with a picture", answers(withCard(withSheet(saysAll("Done")))), nil, "C0AB", []string{"public: Done", "public: {final.png}", "public: {errors.csv}"}, nil},
		{"for all, another way", answers(withSheet(saysAll("Done"))), away, "C0AB", []string{"public: Done", "public: {errors.csv}"}, nil},
		{"for one", answers(withSheet(says("Wrong"))), nil, direct, []string{"private: Wrong" + note}, []string{"public: {errors.csv}"}},
		{"for one, another way", answers(withSheet(says("Wrong"))), away, direct, []string{"private: Wrong" + note}, []string{"public: {errors.csv}"}},
		{"for one, in the place of a question", func(ctx context.Context, _ *rig, to commands.Responder) error {
			return do(ctx, answer(to, sure()), amend(to, withSheet(says("Wrong"))))
		}, nil, direct, []string{"private: Wrong" + note}, []string{"public: {errors.csv}"}},
		{"with a message", notify(there), nil, "C0AB", []string{"public: Done", "public: {errors.csv}"}, nil},
		{"with a message to a person", notify(commands.Place{User: there.User}), nil, direct, nil, []string{"public: Done", "public: {errors.csv}"}},
		{"with a message where the bot may not write", notify(there), closed, direct, nil,
			[]string{"public: Done / Ringside could not write in the channel where this belongs, so it comes to you. Invite the app there to see it in place.", "public: {errors.csv}"}},
		{"with a changed message", func(ctx context.Context, r *rig, _ commands.Responder) error {
			m, err := r.bot.Notify(ctx, there, saysAll("9 of 10"))
			if err != nil {
				return err
			}
			return r.bot.Revise(ctx, m, withSheet(saysAll("Done")))
		}, nil, "C0AB", []string{"public: Done", "public: {errors.csv}"}, nil},
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
			if diff := cmp.Diff(tt.want, standing(r, "U0456")); diff != "" {
				t.Errorf("what stands there (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(tt.direct, standingIn(r, "U0456", direct)); diff != "" {
				t.Errorf("what stands in the direct messages (-want +got):\n%s", diff)
			}
			if got := strings.Join(documents(r, tt.where), ""); got != errorsCSV {
				t.Errorf("the document says %q", got)
			}
		})
	}
}

func TestADocumentThroughAKeptAddress(t *testing.T) {
	t.Parallel()
	d, asks, _ := heard()
	r := start(t, setup{desk: d})
	r.ask(t, slackfake.Ask{})
	place := receive(t, r, asks).Place
	for _, reply := range []commands.Reply{withSheet(saysAll("Done")), withSheet(says("Only you"))} {
		if _, err := r.bot.Notify(r.ctx, place, reply); err != nil {
			t.Fatal(err)
		}
	}
	want := []string{"public: Done", "public: {errors.csv}", "private: Only you / [file: errors.csv comes to you as a direct message]"}
	if diff := cmp.Diff(want, standing(r, "U0456")); diff != "" {
		t.Errorf("what stands there (-want +got):\n%s", diff)
	}
	if got := documents(r, direct); len(got) != 1 || got[0] != errorsCSV {
		t.Errorf("handed over: %q", got)
	}
}

// TestADocumentThatIsNotDelivered shows that its message stands, and that the person is told.
func TestADocumentThatIsNotDelivered(t *testing.T) {
	t.Parallel()
	const sorry = ":warning: The file errors.csv could not be sent / What it belongs to"
	fails := func(method string, fault slackfake.Fault) func(*slackfake.Server) {
		return func(s *slackfake.Server) { s.Fail(method, fault) }
	}
	wrong, done := withSheet(says("Wrong")), withSheet(saysAll("Done"))
	empty, large := wrong, wrong
	empty.Document = &commands.Document{Name: "errors.csv"}
	large.Document = &commands.Document{Name: "errors.csv", Text: make([]byte, 4<<20+1)}
	tests := []struct {
		name   string
		reply  commands.Reply
		fake   slackfake.Config
		before func(*slackfake.Server)
		want   []string // the beginnings
		direct []string
		warned int
	}{
		{"no scope", done, slackfake.Config{Scopes: "chat:write"}, nil, []string{"public: Done", "public: " + sorry}, nil, 1},
		{"no address", done, slackfake.Config{}, fails("files.getUploadURLExternal", slackfake.Fault{Error: "fatal_error"}), []string{"public: Done", "public: " + sorry}, nil, 1},
		{"an address elsewhere", done, slackfake.Config{UploadsAt: "https://evil.example"}, nil, []string{"public: Done", "public: " + sorry}, nil, 1},
		{"the bytes are refused", done, slackfake.Config{}, fails(slackfake.Upload, slackfake.Fault{Status: 500}), []string{"public: Done", "public: " + sorry}, nil, 1},
		{"it cannot be shown", done, slackfake.Config{}, fails("files.completeUploadExternal", slackfake.Fault{Error: "not_in_channel"}), []string{"public: Done", "public: " + sorry}, nil, 1},
		{"the app is not in the channel", done, slackfake.Config{}, func(s *slackfake.Server) { s.CloseChannel("C0AB") }, []string{"public: Done"}, []string{"public: " + sorry}, 1},
		{"no scope, for one", wrong, slackfake.Config{Scopes: "chat:write"}, nil, []string{"private: Wrong / [file:", "private: " + sorry}, nil, 1},
		{"no direct messages", wrong, slackfake.Config{}, fails("conversations.open", slackfake.Fault{Error: "fatal_error"}), []string{"private: Wrong / [file:", "private: " + sorry}, nil, 1},
		{"it is empty", empty, slackfake.Config{}, nil, []string{"private: Wrong / [file: errors.csv is empty]"}, nil, 0},
		{"it is too large", large, slackfake.Config{}, nil, []string{"private: Wrong / [file: errors.csv is too large to be sent here]"}, nil, 0},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			failed := make(chan error, 1)
			run := func(ctx context.Context, to commands.Responder) error { return to.Answer(ctx, tt.reply) }
			r := start(t, setup{desk: playing(run, nil, failed), fake: tt.fake, before: tt.before})
			r.ask(t, slackfake.Ask{})
			if err := receive(t, r, failed); err != nil {
				t.Fatal(err)
			}
			begin(t, standing(r, "U0456"), tt.want)
			begin(t, standingIn(r, "U0456", direct), tt.direct)
			if told := r.logs.FilterMessage("a document could not be sent").FilterLevelExact(zapcore.WarnLevel).Len(); told != tt.warned {
				t.Errorf("%d warnings", told)
			}
			r.noneLogged(t, "capability-", "xoxb-", "no such battle")
		})
	}
}

// begin compares the beginnings of what stands somewhere.
func begin(t *testing.T, got, want []string) {
	t.Helper()
	if len(got) != len(want) {
		t.Fatalf("there stands %q, want %q", got, want)
	}
	for i := range want {
		if !strings.HasPrefix(got[i], want[i]) {
			t.Errorf("there stands %q, want %q", got[i], want[i])
		}
	}
}
