package discordbot_test

import (
	"context"
	"testing"

	"github.com/google/go-cmp/cmp"

	"ringside/bot/discordbot/discordfake"
	"ringside/commands"
)

// sheet is a document that can be sent.
func sheet() *commands.Document {
	return &commands.Document{Name: "errors.csv", Text: []byte("line,row,problem\n3,\"x, y\",no such battle\n")}
}

func withSheet(r commands.Reply) commands.Reply {
	r.Document = sheet()
	return r
}

func TestADocumentStandsInItsMessage(t *testing.T) {
	t.Parallel()
	answers := func(reply commands.Reply) func(context.Context, *rig, commands.Responder) error {
		return func(ctx context.Context, _ *rig, to commands.Responder) error { return to.Answer(ctx, reply) }
	}
	notify := func(to commands.Place) func(context.Context, *rig, commands.Responder) error {
		return func(ctx context.Context, r *rig, _ commands.Responder) error {
			_, err := r.bot.Notify(ctx, to, withSheet(saysAll("Done")))
			return err
		}
	}
	file := discordfake.File{Name: "errors.csv", Size: len(sheet().Text), Text: string(sheet().Text)}
	picture := discordfake.File{Name: "final.png", Alt: "pk-live1 won by 90", Size: 100_008}
	tests := []struct {
		name   string
		run    func(ctx context.Context, r *rig, to commands.Responder) error
		before func(*discordfake.Server)
		where  string
		want   []discordfake.File
	}{
		{"for all", answers(withSheet(saysAll("Done"))), nil, channel, []discordfake.File{file}},
		{"for one", answers(withSheet(says("Done"))), nil, channel, []discordfake.File{file}},
		{"with a picture", answers(withCard(withSheet(saysAll("Done")))), nil, channel, []discordfake.File{picture, file}},
		{"another way", answers(withSheet(saysAll("Done"))), func(s *discordfake.Server) {
			s.Fail(discordfake.FollowUp, discordfake.Fault{Status: 500})
		}, channel, []discordfake.File{file}},
		{"a message", notify(there), nil, channel, []discordfake.File{file}},
		{"a message to a person", notify(commands.Place{User: there.User}), nil, private, []discordfake.File{file}},
		{"a changed message", func(ctx context.Context, r *rig, _ commands.Responder) error {
			m, err := r.bot.Notify(ctx, there, withCard(saysAll("9 of 10")))
			if err != nil {
				return err
			}
			return r.bot.Revise(ctx, m, withSheet(saysAll("Done")))
		}, nil, channel, []discordfake.File{file}},
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
				found = append(found, m.Files...)
			}
			if diff := cmp.Diff(tt.want, found); diff != "" {
				t.Errorf("the files (-want +got):\n%s", diff)
			}
		})
	}
}

// TestWordsInThePlaceOfADocument shows that no message fails for its document, and that the person is told.
func TestWordsInThePlaceOfADocument(t *testing.T) {
	t.Parallel()
	denied := func(s *discordfake.Server) { s.DenyFiles(channel) }
	tests := []struct {
		name   string
		text   []byte
		before func(*discordfake.Server)
		says   string
		calls  int
	}{
		{"it is too large", make([]byte, 4<<20+1), nil, "[file: errors.csv is too large to be sent here]", 1},
		{"it is empty", nil, nil, "[file: errors.csv is empty]", 1},
		{"files may not be attached there", sheet().Text, denied, "[file: errors.csv could not be sent here]", 2},
		{"Discord finds it too large", sheet().Text, func(s *discordfake.Server) {
			s.Fail(discordfake.Post, discordfake.Fault{Status: 413})
		}, "[file: errors.csv could not be sent here]", 2},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			r := start(t, setup{before: tt.before})
			reply := saysAll("Done")
			reply.Document = &commands.Document{Name: "errors.csv", Text: tt.text}
			if m, err := r.bot.Notify(r.ctx, there, reply); err != nil || m == "" {
				t.Fatalf("Notify returned %q, %v", m, err)
			}
			if diff := cmp.Diff([]string{"public: Done / " + tt.says}, r.standing(user)); diff != "" {
				t.Errorf("what stands there (-want +got):\n%s", diff)
			}
			if got := r.discord.Calls(discordfake.Post); got != tt.calls {
				t.Errorf("%d calls", got)
			}
		})
	}
}
