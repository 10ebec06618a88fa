package config_test

import (
	"strings"
	"testing"
)

// What is unusual and right must load: a check that is too strict stops a show as well.
func TestUnusualValuesAreAccepted(t *testing.T) {
	t.Parallel()
	const operators = `operators = ["slack:T0123/C0AB", "discord:998877/5566", "console:local"]`
	tests := map[string]slip{
		"https to anywhere":              with("", baseURL, `base_url = "https://console.example"`),
		"http to a private address":      with("", baseURL, `base_url = "http://192.168.1.5:9000"`),
		"http to a link-local address":   with("", baseURL, `base_url = "http://[fe80::1]/"`),
		"http to this machine":           with("", baseURL, `base_url = "http://[::1]:9000"`),
		"http to localhost":              with("", baseURL, `base_url = "http://localhost:9000"`),
		"http to a name under localhost": with("", baseURL, `base_url = "http://simulator.localhost"`),
		"http to an internal name":       with("", baseURL, `base_url = "http://proxy.corp.internal"`),
		"http to a container":            with("", baseURL, `base_url = "http://simulator:9000/a/b"`),
		"every interface":                with("", listen, `listen = "0.0.0.0:8080"`),
		"an IPv6 address":                with("", listen, `listen = "[::1]:8080"`),
		"a name to listen on":            with("", listen, `listen = "localhost:8080"`),
		"any port, twice": with("", listen, `listen = "127.0.0.1:0"`,
			`admin_listen = "127.0.0.1:8081"`, `admin_listen = "127.0.0.1:0"`),
		"the shortest timeout":           with("", timeout, `timeout = "3001ms"`),
		"the longest timeout":            with("", timeout, `timeout = "30s"`),
		"the shortest confirmation":      with("", `expires = "90s"`, `expires = "10s"`),
		"the longest confirmation":       with("", `expires = "90s"`, `expires = "10m"`),
		"the most calls":                 with("", "calls_per_second = 150", "calls_per_second = 200"),
		"the fewest calls":               with("", "calls_per_second = 150", "calls_per_second = 1"),
		"the most points":                with("", "max_points = 5000", "max_points = 2147483647"),
		"thresholds at the most points":  with("", "confirm_over = 1000\napproval_over = 0", "confirm_over = 5000\napproval_over = 5000"),
		"the largest app id":             with("", appID, "sdk_app_id = 4294967295\n"),
		"an id twice in one person":      with("", `ids = ["slack:T0123/user/W0789", "console:local"]`, `ids = ["console:local", "console:local"]`),
		"the longest snowflake":          with("", `guilds = ["998877"]`, `guilds = ["18446744073709551615"]`),
		"the shortest ids":               with("", teams, `teams = ["T1"]`),
		"no operators":                   with("", operators, "operators = []"),
		"no people":                      with("", good[strings.Index(good, "[[person]]"):strings.Index(good, "[[grant]]")], ""),
		"a line break behind a variable": with("", botToken, `bot_token = "env:BROKEN"`).setting("BROKEN", "xoxb-broken\r\n"),
		"a path with spaces":             with("", key, `secret_key = "file:/run/my secrets/key"`).file("/run/my secrets/key", "k\r\n"),
		"PostgreSQL":                     with("", dsn, `dsn = "postgres://ringside:hidden@db:5432/ringside?sslmode=verify-full"`),
		"PostgreSQL by another name":     with("", dsn, `dsn = "postgresql://db/ringside"`),
		"a ledger with spaces in it":     with("", dsn, `dsn = "sqlite:/var/lib/my ringside/ledger.db"`),
		"a name in another script":       with("", `name = "viewers"`, `name = "主持人"`),
		"a viewer without rooms":         with("", perms, `may = ["battle.info", "battle.watch", "audit.read"]`, "rooms = [\"pk-*\", \"live-?\"]\n", ""),
		"a secret that is not needed":    with("", "app_token = \"env:SLACK_APP_TOKEN\"", "app_token = \"env:NOT_SET\""),
		"a platform that is off": with("", modeHTTP, "enabled = false", botToken, `bot_token = "env:NOT_SET"`,
			"signing_secret = \"env:SLACK_SIGNING_SECRET\"\n", "", teams, ""),
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			toml, m := test.apply(t)
			if _, err := m.load(toml); err != nil {
				t.Error(err)
			}
		})
	}
}
