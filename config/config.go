// Package config reads the settings file: TOML in, validated and typed settings out.
//
// Every key is declared once, in schema.go, with its type, default and check. Whatever is wrong is
// reported at once, each problem with its line and the full path of its key. A secret stands in the file
// only as a reference to an environment variable or to another file, and no message ever holds one.
package config

import (
	"net/url"
	"strings"
	"time"

	"ringside/auth"
	"ringside/secret"
)

// Config is the settings, complete and checked. Only cmd/ringside imports this package: everything else
// is handed the values it needs.
type Config struct {
	Tencent Tencent
	HTTP    HTTP
	Slack   Slack
	Discord Discord
	Ledger  Ledger
	Confirm Confirm
	Chat    Chat
	People  []auth.Person
	Grants  []auth.Grant
}

// Tencent is the account at Tencent and how to call it.
type Tencent struct {
	SDKAppID       int64
	Admin          string // an App administrator's account
	SecretKey      secret.Value
	Region         string        // "china", "singapore", "usa" or "jakarta"
	BaseURL        string        // used instead of the region's domain; empty: the region's
	CallsPerSecond int           // ceiling in any one-second window, per Tencent command; 1 to 200
	Timeout        time.Duration // of one call; more than 3 s, up to 30 s
	SoleOverwriter bool          // nobody but Ringside overwrites scores
	CallbackToken  secret.Value  // of Tencent's webhooks; empty: none
}

// HTTP is where the program listens.
type HTTP struct {
	Listen      string       // host:port; empty: closed
	AdminListen string       // host:port; empty: closed
	PublicURL   string       // under which people reach Listen, as written; may be empty
	OperatorKey secret.Value // opens the page of running battles; empty: there is none
}

// Mode is how a chat platform reaches the program.
type Mode string

// The modes: Slack knows ModeSocket and ModeHTTP, Discord ModeGateway and ModeHTTP.
const (
	ModeSocket  Mode = "socket"
	ModeGateway Mode = "gateway"
	ModeHTTP    Mode = "http"
)

// Slack is the Slack app. Unless Enabled, its secrets are empty; so is the secret of the other mode.
type Slack struct {
	Enabled       bool
	Mode          Mode
	BotToken      secret.Value
	AppToken      secret.Value // ModeSocket
	SigningSecret secret.Value // ModeHTTP
	APIURL        string       // instead of Slack's own, as written; empty: Slack's own
	Teams         []string     // workspace or organisation ids; others are refused
}

// Discord is the Discord app. Unless Enabled, its secret is empty.
type Discord struct {
	Enabled       bool
	Mode          Mode
	BotToken      secret.Value
	ApplicationID string
	PublicKey     string   // ModeHTTP; 64 hexadecimal digits
	Guilds        []string // server ids; others are refused
	APIURL        string   // instead of Discord's own, as written; empty: Discord's own
}

// Ledger is where operations are written down.
type Ledger struct {
	DSN secret.Value // "sqlite:PATH" or "postgres://…"
}

const sqlitePrefix = "sqlite:"

// Path returns the file of a SQLite ledger; empty for PostgreSQL.
func (l Ledger) Path() string {
	path, isSQLite := strings.CutPrefix(l.DSN.Reveal(), sqlitePrefix)
	if !isSQLite {
		return ""
	}
	return path
}

func isPostgres(dsn string) bool {
	return strings.HasPrefix(dsn, "postgres://") || strings.HasPrefix(dsn, "postgresql://")
}

// Redacted returns the DSN for people to read: without user, password and parameters.
func (l Ledger) Redacted() string {
	dsn := l.DSN.Reveal()
	if strings.HasPrefix(dsn, sqlitePrefix) {
		return dsn
	}
	u, err := url.Parse(dsn)
	if err != nil || u.Host == "" {
		return secret.Redacted
	}
	return (&url.URL{Scheme: u.Scheme, Host: u.Host, Path: u.Path}).String()
}

// Confirm is how long questions stay open.
type Confirm struct {
	Expires         time.Duration // a confirmation; 10 s to 10 min
	ApprovalExpires time.Duration // an approval by a second person; 1 min to 1 h
}

// Announce is where results go.
type Announce string

// The places for results: AnnounceChannel shows them to all, AnnounceCaller to the person who asked.
const (
	AnnounceChannel Announce = "channel"
	AnnounceCaller  Announce = "caller"
)

// Chat is what holds for every platform.
type Chat struct {
	Announce  Announce
	Operators []string // channel ids for approvals and alarms: "slack:T0123/C0AB"
	Language  string   // BCP 47; used where the platform tells none
}

// Platforms returns the enabled chat platforms by name. It may be empty: `console` and `check` need none,
// `serve` does.
func (c *Config) Platforms() []string {
	var names []string
	if c.Slack.Enabled {
		names = append(names, "slack")
	}
	if c.Discord.Enabled {
		names = append(names, "discord")
	}
	return names
}
