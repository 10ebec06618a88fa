package config_test

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"ringside/auth"
	"ringside/config"
	"ringside/secret"
)

// least is the shortest file that loads.
const least = `
[tencent]
sdk_app_id = 1400000000
secret_key = "env:TENCENT_SECRET_KEY"

[[grant]]
name = "hosts"
who = ["console:local"]
may = ["battle.info"]
battles = ["*"]
max_points = 5000
`

// good is a file with everything that can be wrong in it, and nothing wrong.
const good = `[tencent]
sdk_app_id = 1400000000
admin = "administrator"
secret_key = "env:TENCENT_SECRET_KEY"
region = "usa"
base_url = "http://127.0.0.1:9090/proxy"
calls_per_second = 150
timeout = "4s"
sole_overwriter = true
callback_token = "file:/run/secrets/callback"

[http]
listen = ":8080"
admin_listen = "127.0.0.1:8081"

[slack]
enabled = true
mode = "http"
bot_token = "env:SLACK_BOT_TOKEN"
app_token = "env:SLACK_APP_TOKEN"
signing_secret = "env:SLACK_SIGNING_SECRET"
api_url = "https://slack.example/api/"
teams = ["T0123", "E0456"]

[discord]
enabled = false
mode = "http"
bot_token = "env:DISCORD_BOT_TOKEN"
application_id = "111"
public_key = "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f"
guilds = ["998877"]
api_url = "http://simulator:9000"

[ledger]
dsn = "sqlite:/var/lib/ringside/ledger.db"

[confirm]
expires = "90s"
approval_expires = "10m"

[chat]
announce = "caller"
operators = ["slack:T0123/C0AB", "discord:998877/5566", "console:local"]
language = "en"

[[person]]
ids = ["slack:T0123/user/U0456", "discord:998877/user/3344"]

[[person]]
ids = ["slack:T0123/user/W0789", "console:local"]

[[grant]]
name = "finals hosts"
who = ["slack:T0123/user/U0456", "slack:E0456/group/S0789", "discord:998877/role/1122", "discord:998877/user/3344", "console:local"]
may = ["score.add", "score.set"]
battles = ["finals-*", "b+/0="]
rooms = ["pk-*", "live-?"]
channels = ["slack:T0123/C0AB", "slack:T0123/G0CD", "slack:T0123/D0EF", "discord:998877/5566"]
max_points = 5000
confirm_over = 1000
approval_over = 0

[[grant]]
name = "viewers"
who = ["slack:T0123/group/S0001"]
may = ["battle.info", "audit.read"]
battles = ["*"]
max_points = 1
`

// machine is the surroundings of a settings file.
type machine struct {
	env   map[string]string
	files map[string]string
}

func surroundings() machine {
	return machine{
		env: map[string]string{
			"TENCENT_SECRET_KEY": "tencent-key", "SLACK_BOT_TOKEN": "xoxb-bot", "SLACK_APP_TOKEN": "xapp-app",
			"SLACK_SIGNING_SECRET": "signing", "EMPTY": "",
		},
		files: map[string]string{"/run/secrets/callback": "callback\n", "/run/secrets/empty": "\n"},
	}
}

func (m machine) load(toml string) (*config.Config, error) {
	return config.Load("ringside.toml", m.options(toml)...)
}

// options let a file be read in these surroundings.
func (m machine) options(toml string) []config.Option {
	return []config.Option{
		config.WithEnv(func(name string) (string, bool) {
			value, ok := m.env[name]
			return value, ok
		}),
		config.WithFiles(func(path string) ([]byte, error) {
			if path == "ringside.toml" {
				return []byte(toml), nil
			}
			if text, ok := m.files[path]; ok {
				return []byte(text), nil
			}
			return nil, &fs.PathError{Op: "open", Path: path, Err: fs.ErrNotExist}
		}),
	}
}

func equal(t *testing.T, want, got *config.Config) {
	t.Helper()
	secrets := cmp.Comparer(func(a, b secret.Value) bool { return a.Reveal() == b.Reveal() })
	if diff := cmp.Diff(want, got, secrets, cmpopts.EquateEmpty()); diff != "" {
		t.Errorf("the settings (-want +got):\n%s", diff)
	}
}

func TestLoadTakesEverything(t *testing.T) {
	t.Parallel()
	got, err := surroundings().load(good)
	if err != nil {
		t.Fatal(err)
	}
	equal(t, &config.Config{
		Tencent: config.Tencent{
			SDKAppID: 1400000000, Admin: "administrator", SecretKey: secret.New("tencent-key"), Region: "usa",
			BaseURL: "http://127.0.0.1:9090/proxy", CallsPerSecond: 150, Timeout: 4 * time.Second,
			SoleOverwriter: true, CallbackToken: secret.New("callback"),
		},
		HTTP: config.HTTP{Listen: ":8080", AdminListen: "127.0.0.1:8081"},
		Slack: config.Slack{
			Enabled: true, Mode: config.ModeHTTP, BotToken: secret.New("xoxb-bot"), SigningSecret: secret.New("signing"),
			APIURL: "https://slack.example/api/", Teams: []string{"T0123", "E0456"},
		},
		Discord: config.Discord{
			Mode: config.ModeHTTP, ApplicationID: "111", Guilds: []string{"998877"}, APIURL: "http://simulator:9000",
			PublicKey: "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f",
		},
		Ledger:  config.Ledger{DSN: secret.New("sqlite:/var/lib/ringside/ledger.db")},
		Confirm: config.Confirm{Expires: 90 * time.Second, ApprovalExpires: 10 * time.Minute},
		Chat: config.Chat{
			Announce: config.AnnounceCaller, Language: "en",
			Operators: []string{"slack:T0123/C0AB", "discord:998877/5566", "console:local"},
		},
		People: []auth.Person{
			{IDs: []string{"slack:T0123/user/U0456", "discord:998877/user/3344"}},
			{IDs: []string{"slack:T0123/user/W0789", "console:local"}},
		},
		Grants: []auth.Grant{{
			Name: "finals hosts",
			Who: []string{
				"slack:T0123/user/U0456", "slack:E0456/group/S0789", "discord:998877/role/1122", "discord:998877/user/3344", "console:local",
			},
			May:      []auth.Permission{auth.ScoreAdd, auth.ScoreSet},
			Battles:  []string{"finals-*", "b+/0="},
			Rooms:    []string{"pk-*", "live-?"},
			Channels: []string{"slack:T0123/C0AB", "slack:T0123/G0CD", "slack:T0123/D0EF", "discord:998877/5566"},
			// A threshold of 0 is not one left out.
			MaxPoints: 5000, ConfirmOver: 1000, ApprovalOver: 0,
		}, {
			Name: "viewers", Who: []string{"slack:T0123/group/S0001"},
			May: []auth.Permission{auth.BattleInfo, auth.AuditRead}, Battles: []string{"*"},
			MaxPoints: 1, ConfirmOver: 1, ApprovalOver: 1,
		}},
	}, got)
}

func TestLoadFillsInDefaults(t *testing.T) {
	t.Parallel()
	got, err := surroundings().load(least)
	if err != nil {
		t.Fatal(err)
	}
	equal(t, &config.Config{
		Tencent: config.Tencent{
			SDKAppID: 1400000000, Admin: "administrator", SecretKey: secret.New("tencent-key"), Region: "singapore",
			CallsPerSecond: 100, Timeout: 5 * time.Second,
		},
		HTTP:    config.HTTP{Listen: "127.0.0.1:8080"},
		Slack:   config.Slack{Mode: config.ModeSocket},
		Discord: config.Discord{Mode: config.ModeGateway},
		Ledger:  config.Ledger{DSN: secret.New("sqlite:ringside.db")},
		Confirm: config.Confirm{Expires: time.Minute, ApprovalExpires: 5 * time.Minute},
		Chat:    config.Chat{Announce: config.AnnounceChannel, Language: "en"},
		Grants: []auth.Grant{{
			Name: "hosts", Who: []string{"console:local"}, May: []auth.Permission{auth.BattleInfo}, Battles: []string{"*"},
			MaxPoints: 5000, ConfirmOver: 5000, ApprovalOver: 5000,
		}},
	}, got)
}

func TestLoadReadsOtherWaysToWriteTheSame(t *testing.T) {
	t.Parallel()
	want, err := surroundings().load(least)
	if err != nil {
		t.Fatal(err)
	}
	for name, toml := range map[string]string{
		"mark of an editor": "\ufeff" + least,
		"DOS line ends":     strings.ReplaceAll(least, "\n", "\r\n"),
		"dotted and inline": `
grant = [{name = "hosts", who = ["console:local"], may = ["battle.info"], battles = ["*"], max_points = 5000}]
tencent.sdk_app_id = 1_400_000_000
tencent."secret_key" = 'env:TENCENT_SECRET_KEY'
`,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := surroundings().load(toml)
			if err != nil {
				t.Fatal(err)
			}
			equal(t, want, got)
		})
	}
}

func TestLoadReadsRealFilesAndVariables(t *testing.T) {
	dir := t.TempDir()
	t.Setenv("RINGSIDE_TEST_KEY", "tencent-key")
	token := filepath.Join(dir, "token")
	if err := os.WriteFile(token, []byte("callback\r\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(dir, "ringside.toml")
	toml := strings.Replace(least, "TENCENT_SECRET_KEY\"", "RINGSIDE_TEST_KEY\"\ncallback_token = 'file:"+token+"'", 1)
	if err := os.WriteFile(path, []byte(toml), 0o600); err != nil {
		t.Fatal(err)
	}
	got, err := config.Load(path)
	if err != nil {
		t.Fatal(err)
	}
	if key, callback := got.Tencent.SecretKey.Reveal(), got.Tencent.CallbackToken.Reveal(); key != "tencent-key" || callback != "callback" {
		t.Errorf("the secrets are %q and %q", key, callback)
	}
}

func TestLoadOfAFileThatCannotBeRead(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "none.toml")
	_, err := config.Load(path)
	if !errors.Is(err, fs.ErrNotExist) || !strings.Contains(err.Error(), path) {
		t.Errorf("Load returned %v, want that %s does not exist", err, path)
	}
}

func TestLoadBoundsTheFile(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "large.toml")
	if err := os.WriteFile(path, []byte(strings.Repeat("# nothing\n", 200_000)), 0o600); err != nil {
		t.Fatal(err)
	}
	_, err := config.Load(path)
	if want := path + ": the file holds more than 1048576 bytes"; err == nil || err.Error() != want {
		t.Errorf("Load returned %v, want %q", err, want)
	}
}

func TestPlatforms(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		c    config.Config
		want []string
	}{
		"none":    {config.Config{}, nil},
		"slack":   {config.Config{Slack: config.Slack{Enabled: true}}, []string{"slack"}},
		"discord": {config.Config{Discord: config.Discord{Enabled: true}}, []string{"discord"}},
		"both":    {config.Config{Slack: config.Slack{Enabled: true}, Discord: config.Discord{Enabled: true}}, []string{"slack", "discord"}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if diff := cmp.Diff(test.want, test.c.Platforms()); diff != "" {
				t.Errorf("Platforms (-want +got):\n%s", diff)
			}
		})
	}
}

func TestLedgerForPeopleToRead(t *testing.T) {
	t.Parallel()
	for dsn, want := range map[string]string{
		"sqlite:ringside.db":                         "sqlite:ringside.db",
		"postgres://u:hidden@db:5432/r?password=hid": "postgres://db:5432/r",
		"host=db password=hidden":                    secret.Redacted,
		"postgres://u:hid%zzden@db/r":                secret.Redacted,
		"":                                           secret.Redacted,
	} {
		t.Run(dsn, func(t *testing.T) {
			t.Parallel()
			if got := (config.Ledger{DSN: secret.New(dsn)}).Redacted(); got != want {
				t.Errorf("Redacted() = %q, want %q", got, want)
			}
		})
	}
	if got := (config.Ledger{DSN: secret.New("sqlite:a/b.db")}).Path(); got != "a/b.db" {
		t.Errorf("Path() = %q", got)
	}
}
