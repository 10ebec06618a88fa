package main

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

func TestDemoFromAPipe(t *testing.T) {
	t.Parallel()
	got := ringside(t, strings.Join([]string{
		"/battle-score demo add pk-live1 100",
		"/battle-score demo set pk-live2 2500", "1",
		"/battle-score demo add pk-live1 1500", "2",
		"/battle-score demo", "/battle status last", "/battle log", "/battle whoami", "/battle help", "nonsense",
	}, "\n"), "demo")
	if got.status != exitDone || got.err != "" {
		t.Fatalf("status %d, errors %q", got.status, got.err)
	}
	if !regexp.MustCompile(`(?m)^applied  pk-live1  \+100  now 1,\d{3}, (leads|trails) by \d+`).MatchString(got.out) {
		t.Errorf("no result of the addition in:\n%s", got.out)
	}
	contains(t, got.out, "/battle-score demo add pk-live1 100", "Set pk-live2 to 2,500 in demo?", "1  Confirm    2  Cancel",
		"Confirmed: set pk-live2 to 2,500", "applied  pk-live2  = 2,500", "Cancelled: nothing was sent", "You are console:local", "left")
	if strings.ContainsRune(got.out, '\x1b') {
		t.Error("colour in a pipe")
	}
}

func TestDemoWithNothingTyped(t *testing.T) {
	t.Parallel()
	if got := ringside(t, "", "demo"); got.status != exitDone {
		t.Errorf("status %d: %s", got.status, got.err)
	}
}

func TestUsage(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		args   []string
		status int
		want   string
	}{
		"nothing":            {nil, exitDone, "demo"},
		"help":               {[]string{"--help"}, exitDone, "serve"},
		"help on a command":  {[]string{"serve", "--help"}, exitDone, "--listen"},
		"an unknown command": {[]string{"sevre"}, exitUsage, "sevre"},
		"an unknown flag":    {[]string{"demo", "--loud"}, exitUsage, "--loud"},
		"no settings":        {[]string{"serve"}, exitUsage, "--config"},
		"no such file":       {[]string{"serve", "--config", "/nowhere/ringside.toml"}, exitUsage, "/nowhere/ringside.toml"},
		"a wrong log level":  {[]string{"serve", "--config", "x", "--log-level", "loud"}, exitUsage, "loud"},
		"version":            {[]string{"version"}, exitDone, "ringside"},
		"manifest":           {[]string{"manifest", "slack"}, exitDone, `"/battle-score"`},
		"discord's":          {[]string{"manifest", "discord", "--application-id", "111"}, exitDone, "client_id=111"},
		"discord's, no id":   {[]string{"manifest", "discord", "--application-id", "x"}, exitUsage, "digits"},
		"manifest, no url":   {[]string{"manifest", "slack", "--mode", "http"}, exitUsage, "https"},
		"health, no one":     {[]string{"health", "--url", "http://127.0.0.1:1/healthz"}, exitFailed, "not healthy"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := ringside(t, "", tc.args...)
			if got.status != tc.status {
				t.Errorf("status %d, want %d", got.status, tc.status)
			}
			contains(t, got.out+got.err, tc.want)
		})
	}
}

func TestSettingsAreReportedAllAtOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	path := w.settings(t, "http", "bot_token", "bot_tokn", `"singapore"`, `"mars"`, "max_points    = 5000", "", `timeout    = "3100ms"`, "timeout = 5")
	for _, command := range []string{"serve", "check", "console"} {
		got := ringside(t, "", command, "--config", path)
		if got.status != exitUsage {
			t.Errorf("%s: status %d, want %d", command, got.status, exitUsage)
		}
		contains(t, got.err, "slack.bot_tokn", "slack.bot_token", "tencent.region", "max_points", "tencent.timeout", path+":")
	}
}

func TestNobodyMayDoAnything(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	path := w.settings(t, "http")
	text, err := os.ReadFile(path)
	must(t, err)
	before, _, _ := strings.Cut(string(text), "[[grant]]")
	must(t, os.WriteFile(path, []byte(before), 0o600))
	got := ringside(t, "", "serve", "--config", path)
	if got.status != exitUsage {
		t.Errorf("status %d, want %d", got.status, exitUsage)
	}
	contains(t, got.err, "grant")
}

func TestServeNeedsAPlatform(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	got := ringside(t, "", "serve", "--config", w.settings(t, "http", "enabled = true", "enabled = false"))
	if got.status != exitUsage {
		t.Errorf("status %d, want %d", got.status, exitUsage)
	}
	contains(t, got.err, "slack.enabled")
}

func TestCheck(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	path := w.settings(t, "http")
	got := ringside(t, "", "check", "--config", path)
	if got.status != exitDone {
		t.Errorf("status %d: %s", got.status, got.err)
	}
	contains(t, got.out, "ok      settings", "ok      ledger", "ok      tencent", "ok      slack")

	got = ringside(t, "", "check", "--config", w.settings(t, "http", `admin      = "administrator"`, `admin = "somebody"`))
	if got.status != exitFailed {
		t.Errorf("a wrong administrator: status %d", got.status)
	}
	contains(t, got.out, "failed  tencent", "60010")

	w.slack.Fail("auth.test", slackRefusal())
	got = ringside(t, "", "check", "--config", w.settings(t, "http"))
	contains(t, got.out, "failed  slack", "ok      tencent")
}

func TestConsoleWithRealSettings(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	path := w.settings(t, "http")
	got := ringside(t, "/battle-score room:pk-live1 add pk-live1 100\n/battle status last\n", "console", "--config", path)
	if got.status != exitDone {
		t.Errorf("status %d: %s", got.status, got.err)
	}
	contains(t, got.out, "applied  pk-live1  +100  now 100, leads by 100", "asked by console:local")
	again := ringside(t, "/battle status last\n", "console", "--config", path)
	contains(t, again.out, "applied  pk-live1  +100")
}

func TestTheExampleIsLoadedByTheRealProgram(t *testing.T) {
	root, err := filepath.Abs("../..")
	must(t, err)
	for _, name := range []string{"TENCENT_SECRET_KEY", "SLACK_BOT_TOKEN", "SLACK_APP_TOKEN"} {
		t.Setenv(name, "something")
	}
	t.Chdir(t.TempDir())
	got := ringside(t, "/battle whoami\n", "console", "--config", filepath.Join(root, "config.example.toml"))
	if got.status != exitDone {
		t.Fatalf("status %d: %s", got.status, got.err)
	}
	contains(t, got.out, "console:local", "finals hosts")
}

func TestTheRehearsalRoomIsForThisMachineAlone(t *testing.T) {
	t.Parallel()
	for name, listen := range map[string]string{"every address": "0.0.0.0:0", "another machine's": "192.0.2.1:0", "no port": "127.0.0.1", "a name": "example.org:80"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := ringside(t, "", "demo", "--listen", listen); got.status != exitUsage || !strings.Contains(got.err, listen) {
				t.Errorf("status %d: %s", got.status, got.err)
			}
		})
	}
}
