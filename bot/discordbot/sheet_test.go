package discordbot_test

import (
	"bytes"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/zap"

	"ringside/bot/discordbot"
	"ringside/bot/discordbot/discordfake"
	"ringside/commands"
)

func TestAnAttachedFileBecomesInvocation(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name string
		file discordfake.Attachment
		want commands.Sheet
	}{
		{"a CSV file", discordfake.Attachment{Name: "Scores\u202e 1.CSV", Content: "\ufefffinal,add,红队,1\r\n"}, commands.Sheet{Name: "Scores 1.CSV", Text: []byte("\ufefffinal,add,红队,1\r\n")}},
		{"the largest", discordfake.Attachment{Name: "a.tsv", Content: strings.Repeat("x", commands.MaxSheet)}, commands.Sheet{Name: "a.tsv", Text: []byte(strings.Repeat("x", commands.MaxSheet))}},
		{"an empty one", discordfake.Attachment{Name: "a.txt"}, commands.Sheet{Name: "a.txt", Text: []byte{}}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			bothModes(t, func(t *testing.T, mode string) {
				d, asks, _ := heard()
				r := start(t, setup{mode: mode, desk: d})
				if receipt := r.ask(t, withFile(tt.file)); receipt.Answered != 5 {
					t.Errorf("the first answer was of type %d", receipt.Answered)
				}
				got := receive(t, r, asks)
				if got.Command != "/battle" || got.Text != "bulk" || got.Sheet == nil {
					t.Fatalf("asked %+v", got)
				}
				if diff := cmp.Diff(tt.want, *got.Sheet, cmp.Comparer(bytes.Equal)); diff != "" {
					t.Errorf("the sheet (-want +got):\n%s", diff)
				}
				r.noneLogged(t, "capability-", "红队")
			})
		})
	}
}

// TestAFileThatIsNotTaken shows that the person is told what to do, and that nothing is handed on.
func TestAFileThatIsNotTaken(t *testing.T) {
	t.Parallel()
	good := discordfake.Attachment{Name: "scores.csv", Content: "final,add,pk-live1,100"}
	large := strings.Repeat("x", commands.MaxSheet+1)
	tests := []struct {
		name  string
		fake  discordfake.Config
		file  discordfake.Attachment
		fault []discordfake.Fault
		says  string
		reads int // how often Discord was asked for the file; -1 for once, or more often over new connections
	}{
		{name: "Discord says that it is too large", file: discordfake.Attachment{Name: "a.csv", Content: large}, says: "larger than 2 MB"},
		{name: "it is larger than Discord says", file: discordfake.Attachment{Name: "a.csv", Content: large, Told: 7}, says: "larger than 2 MB", reads: 1},
		{name: "a spreadsheet", file: discordfake.Attachment{Name: "scores.xlsx", Content: "PK"}, says: "“scores.xlsx”. Save it as CSV (UTF-8)"},
		{name: "a spreadsheet that is called a CSV file", file: discordfake.Attachment{Name: "a.csv", Content: "PK\x03\x04\x00\x00"}, says: "not plain text in UTF-8", reads: 1},
		{name: "it is gone", file: good, fault: []discordfake.Fault{{Status: 404}}, says: "could not be read, so nothing was sent", reads: 1},
		{name: "it breaks off", file: good, fault: slices.Repeat([]discordfake.Fault{{Cut: true}}, 20), says: "could not be read", reads: -1},
		{name: "it is elsewhere", file: good, fault: []discordfake.Fault{{Redirect: "https://evil.example/x"}}, says: "could not be read", reads: 1},
		{name: "an address that is not Discord's", fake: discordfake.Config{FilesAt: "https://evil.example"}, file: good, says: "could not be read"},
		{name: "an address that is none", fake: discordfake.Config{FilesAt: "::"}, file: good, says: "could not be read"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			bothModes(t, func(t *testing.T, mode string) {
				d, asks, _ := heard()
				r := start(t, setup{mode: mode, desk: d, fake: tt.fake})
				r.discord.Fail(discordfake.Download, tt.fault...)
				if receipt := r.ask(t, withFile(tt.file)); receipt.Answered != 5 {
					t.Errorf("the first answer was of type %d", receipt.Answered)
				}
				if m := r.reads(t, tt.says); m.For != user {
					t.Error("all are told")
				}
				r.settle(t)
				if got := r.discord.Calls(discordfake.Download); len(asks) != 0 || (got != tt.reads && tt.reads >= 0) || r.bot.Stats().Accepted != 0 {
					t.Errorf("%d handed on, read %d times", len(asks), got)
				}
				r.noneLogged(t, "capability-", "evil.example/x", r.discord.Config().BotToken)
			})
		})
	}
}

func TestAFileForNothing(t *testing.T) {
	t.Parallel()
	d, asks, _ := heard()
	r := start(t, setup{desk: d})
	a := withFile(discordfake.Attachment{Name: "a.csv", Content: "x"})
	a.Options[0].Options = append(a.Options[0].Options, discordfake.Option{Name: "stop", Value: "k7qx"})
	if receipt := r.ask(t, a); receipt.Answered != 4 {
		t.Errorf("the first answer was of type %d", receipt.Answered)
	}
	if r.reads(t, "Either a file or an operation to stop"); len(asks) != 0 || r.discord.Calls(discordfake.Download) != 0 {
		t.Error("something was done")
	}
}

func TestMayRead(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, raw string
		itself    bool // of Discord itself
		elsewhere bool // of a bot that was pointed at http://127.0.0.1:1/prefix
	}{
		{"Discord's files", "https://cdn.discordapp.com/ephemeral-attachments/1/2/a.csv?ex=1", true, true},
		{"Discord's media", "https://MEDIA.discordapp.net/attachments/1/2/a.csv", true, true},
		{"with the usual port", "https://cdn.discordapp.com:443/a.csv", true, true},
		{"another port", "https://cdn.discordapp.com:8443/a.csv", false, false},
		{"without encryption", "http://cdn.discordapp.com/a.csv", false, false},
		{"a host that ends alike", "https://evilcdn.discordapp.com/a.csv", false, false},
		{"a host that begins alike", "https://cdn.discordapp.com.evil.example/a.csv", false, false},
		{"a user", "https://cdn.discordapp.com@evil.example/a.csv", false, false},
		{"the other server", "http://127.0.0.1:1/attachments/1", false, true},
		{"another port of the other server", "http://127.0.0.1:2/attachments/1", false, false},
		{"a file of ours", "file:///etc/passwd", false, false},
		{"none", "", false, false},
	}
	bots := map[bool]*discordbot.Bot{}
	for _, elsewhere := range []bool{false, true} {
		s := discordbot.Settings{Mode: discordbot.ModeGateway, BotToken: newSecret("token"), ApplicationID: "111", Guilds: []string{"998877"}}
		if elsewhere {
			s.APIURL = "http://127.0.0.1:1/prefix"
		}
		b, err := discordbot.New(s, desk{}, newCrew(1), zap.NewNop())
		if err != nil {
			t.Fatal(err)
		}
		bots[elsewhere] = b
	}
	for _, tt := range tests {
		if got := discordbot.MayRead(bots[false], tt.raw); got != tt.itself {
			t.Errorf("%s: %v", tt.name, got)
		}
		if got := discordbot.MayRead(bots[true], tt.raw); got != tt.elsewhere {
			t.Errorf("%s, elsewhere: %v", tt.name, got)
		}
	}
}

// TestAFileElsewhereIsNotRead shows that no other server is asked for a file, whether Discord names it or leads there.
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
		fake  discordfake.Config
		fault []discordfake.Fault
	}{
		{"named", discordfake.Config{FilesAt: elsewhere.URL}, nil},
		{"led to", discordfake.Config{}, []discordfake.Fault{{Redirect: elsewhere.URL}}},
	} {
		d, asks, _ := heard()
		r := start(t, setup{desk: d, fake: tt.fake})
		r.discord.Fail(discordfake.Download, tt.fault...)
		r.ask(t, withFile(discordfake.Attachment{Name: "a.csv", Content: "x"}))
		r.reads(t, "could not be read")
		if r.settle(t); asked.Load() != 0 || len(asks) != 0 {
			t.Errorf("%s: asked %d times, %d handed on", tt.name, asked.Load(), len(asks))
		}
	}
}
