package slackbot_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/google/go-cmp/cmp"

	"ringside/bot/slackbot/slackfake"
	"ringside/commands"
)

// TestAFileThatIsNotTaken shows that the person is told what to do, and that nothing is handed on.
func TestAFileThatIsNotTaken(t *testing.T) {
	t.Parallel()
	good := slackfake.Attachment{Name: "scores.csv", Content: "final,add,pk-live1,100"}
	large := strings.Repeat("x", commands.MaxSheet+1)
	tests := []struct {
		name  string
		fake  slackfake.Config
		file  slackfake.Attachment
		fault []slackfake.Fault
		says  string
		reads int // how often Slack was asked for the file; -1 for once, or more often over new connections
	}{
		{name: "Slack says that it is too large", file: slackfake.Attachment{Name: "a.csv", Content: large}, says: "larger than 2 MB"},
		{name: "it is larger than Slack says", file: slackfake.Attachment{Name: "a.csv", Content: large, Told: 7}, says: "larger than 2 MB", reads: 1},
		{name: "a spreadsheet", file: slackfake.Attachment{Name: "scores.xlsx", Content: "PK"}, says: "“scores.xlsx”. Save it as CSV (UTF-8)"},
		{name: "no type", file: slackfake.Attachment{Name: "csv", Content: "PK"}, says: "“csv”. Save it as CSV (UTF-8)"},
		{name: "a spreadsheet that is called a CSV file", file: slackfake.Attachment{Name: "a.csv", Content: "PK\x03\x04\x00\x00"}, says: "not plain text in UTF-8", reads: 1},
		{name: "another encoding", file: slackfake.Attachment{Name: "a.csv", Content: "M\xfcller,add,a,1"}, says: "not plain text in UTF-8", reads: 1},
		{name: "it is gone", file: good, fault: []slackfake.Fault{{Status: 404}}, says: "could not be read, so nothing was sent", reads: 1},
		{name: "it breaks off", file: good, fault: slices.Repeat([]slackfake.Fault{{Cut: true}}, 20), says: "could not be read", reads: -1},
		{name: "it is elsewhere", file: good, fault: []slackfake.Fault{{Redirect: "https://evil.example/x"}}, says: "could not be read", reads: 1},
		{name: "a page to sign in", file: good, fault: []slackfake.Fault{{Page: true}}, says: "could not be read", reads: 1},
		{name: "an address that is not Slack's", fake: slackfake.Config{DownloadsAt: "https://evil.example"}, file: good, says: "could not be read"},
		{name: "an address that is none", fake: slackfake.Config{DownloadsAt: "::"}, file: good, says: "could not be read"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			d, asks, _ := heard()
			r := start(t, setup{desk: d, fake: tt.fake})
			r.slack.Fail(slackfake.Download, tt.fault...)
			r.submit(t, slackfake.Submit{View: r.form(t), Files: []slackfake.Attachment{tt.file}})
			if m := r.reads(t, tt.says); m.For != "U0456" || !r.slack.Views()[0].Closed {
				t.Error("all are told, or the form is still there")
			}
			r.settle(t)
			if got := r.slack.Calls(slackfake.Download); len(asks) != 0 || (got != tt.reads && tt.reads >= 0) || r.bot.Stats().Accepted != 0 {
				t.Errorf("%d handed on, read %d times", len(asks), got)
			}
			r.noneLogged(t, "capability-", "xoxb-", "/files-pri/", "evil.example/x")
		})
	}
}

// TestWhatIsAnsweredToAForm shows the ways of replies that have no response address.
func TestWhatIsAnsweredToAForm(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name   string
		run    script
		before func(*slackfake.Server)
		want   []string // in the channel
		direct []string // the beginning of each
	}{
		{"privately", func(ctx context.Context, to commands.Responder) error { return to.Answer(ctx, sure()) }, nil,
			[]string{"private: Sure? [Confirm]"}, nil},
		{"publicly", func(ctx context.Context, to commands.Responder) error { return to.Answer(ctx, saysAll("Done")) }, nil,
			[]string{"public: Done"}, nil},
		{"with progress", func(ctx context.Context, to commands.Responder) error {
			return do(ctx, progress(to, says("Reading 1 of 9")), progress(to, says("Reading 2 of 9")), answer(to, sure()), amend(to, says("Too late")))
		}, nil, []string{"private: Reading 1 of 9", "private: Sure? [Confirm]", "private: Too late"}, nil},
		{"privately, where the bot may not write", func(ctx context.Context, to commands.Responder) error { return to.Answer(ctx, sure()) },
			func(s *slackfake.Server) { s.CloseChannel("C0AB") }, nil, []string{"public: Sure? [Confirm]"}},
		{"publicly, where the bot may not write", func(ctx context.Context, to commands.Responder) error { return to.Answer(ctx, saysAll("Done")) },
			func(s *slackfake.Server) { s.CloseChannel("C0AB") }, nil, []string{"public: Done / Ringside could not write in the channel where this belongs"}},
		{"with a document", func(ctx context.Context, to commands.Responder) error {
			return to.Answer(ctx, withSheet(says("7 errors")))
		}, nil,
			[]string{"private: 7 errors / [file: errors.csv comes to you as a direct message]"}, []string{"public: {errors.csv}"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			bothModes(t, func(t *testing.T, mode string) {
				failed := make(chan error, 1)
				r := start(t, setup{mode: mode, desk: playing(tt.run, nil, failed)})
				v := r.form(t)
				if tt.before != nil {
					tt.before(r.slack)
				}
				r.submit(t, slackfake.Submit{View: v, Rows: "a"})
				if err := receive(t, r, failed); err != nil {
					t.Fatal(err)
				}
				if diff := cmp.Diff(tt.want, standing(r, "U0456")); diff != "" {
					t.Errorf("what stands there (-want +got):\n%s", diff)
				}
				begin(t, standingIn(r, "U0456", direct), tt.direct)
				if n := r.slack.Calls(slackfake.Reply); n != 0 || r.bot.Stats().FellBack != 0 {
					t.Errorf("%d replies, stats %+v", n, r.bot.Stats())
				}
			})
		})
	}
}

// TestAFileElsewhereIsNotRead shows that no other server is asked for a file, whether Slack names it or leads there.
func TestAFileElsewhereIsNotRead(t *testing.T) {
	t.Parallel()
	var asked atomic.Int64
	elsewhere := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		asked.Add(1)
		_, _ = w.Write([]byte("final,add,pk-live1,100"))
	}))
	t.Cleanup(elsewhere.Close)
	for _, tt := range []struct {
		name  string
		fake  slackfake.Config
		fault []slackfake.Fault
	}{
		{"named", slackfake.Config{DownloadsAt: elsewhere.URL}, nil},
		{"led to", slackfake.Config{}, []slackfake.Fault{{Redirect: elsewhere.URL}}},
	} {
		d, asks, _ := heard()
		r := start(t, setup{desk: d, fake: tt.fake})
		r.slack.Fail(slackfake.Download, tt.fault...)
		r.submit(t, slackfake.Submit{View: r.form(t), Files: []slackfake.Attachment{{Name: "a.csv", Content: "x"}}})
		r.reads(t, "could not be read")
		if r.settle(t); asked.Load() != 0 || len(asks) != 0 {
			t.Errorf("%s: asked %d times, %d handed on", tt.name, asked.Load(), len(asks))
		}
	}
}
