package config

import (
	"net/url"
	"strings"

	"ringside/auth"
	"ringside/secret"
)

// finish holds what belongs together against each other, fetches the secrets that are needed and
// completes the Config.
func (d *draft) finish(r *report) *Config {
	d.Tencent.SecretKey = d.resolve(r.at("tencent.secret_key"), "")
	d.Tencent.CallbackToken = d.resolve(r.at("tencent.callback_token"), "")
	d.finishHTTP(r)
	d.finishSlack(r)
	d.finishDiscord(r)
	d.finishLedger(r.at("ledger.dsn"))
	d.finishPeople(r)
	d.finishGrants(r)
	c := d.Config
	return &c
}

// minOperatorKey is how many characters keep a key from being guessed at the few tries a minute that there are.
const minOperatorKey = 16

func (d *draft) finishHTTP(r *report) {
	h := &d.HTTP
	at := r.at("http.operator_key")
	h.OperatorKey = d.resolve(at, "")
	if n := len(h.OperatorKey.Reveal()); n > 0 && n < minOperatorKey {
		at.say("is too short: at least %d characters", minOperatorKey)
	}
	if h.Listen != "" && h.Listen == h.AdminListen && !strings.HasSuffix(h.Listen, ":0") {
		r.at("http.admin_listen").say("must differ from http.listen: metrics and profiles are never public")
	}
}

func (d *draft) finishSlack(r *report) {
	s := &d.Slack
	if !s.Enabled {
		return
	}
	s.BotToken = d.resolve(r.at("slack.bot_token"), "slack.enabled is true")
	rejectOther(r.at("slack.bot_token"), s.BotToken, "xapp-", "an app-level token: the bot's token begins with xoxb-")
	if s.Mode == ModeHTTP {
		s.SigningSecret = d.resolve(r.at("slack.signing_secret"), `slack.mode is "http"`)
		if at := r.at("http.listen"); d.HTTP.Listen == "" && !at.excused() {
			at.say(`must be set, since slack.mode is "http"; for example "127.0.0.1:8080"`)
		}
	} else {
		s.AppToken = d.resolve(r.at("slack.app_token"), `slack.mode is "socket"`)
		rejectOther(r.at("slack.app_token"), s.AppToken, "xoxb-", "a bot's token: the app-level token begins with xapp-")
	}
	if at := r.at("slack.teams"); len(s.Teams) == 0 && !at.excused() {
		at.say(`must list the workspaces that may use Ringside, for example ["T0123"]: all others are refused`)
	}
}

// rejectOther reports a token that was put in the place of another one.
func rejectOther(at spot, token secret.Value, prefix, what string) {
	if strings.HasPrefix(token.Reveal(), prefix) {
		at.say("holds %s", what)
	}
}

func (d *draft) finishDiscord(r *report) {
	s := &d.Discord
	if !s.Enabled {
		return
	}
	s.BotToken = d.resolve(r.at("discord.bot_token"), "discord.enabled is true")
	rejectOther(r.at("discord.bot_token"), s.BotToken, "Bot ", "the word \"Bot\" before the token: write the token alone")
	if at := r.at("discord.application_id"); s.ApplicationID == "" && !at.excused() {
		at.say("must be set, since discord.enabled is true: the application's id, from its page at Discord")
	}
	if s.Mode == ModeHTTP {
		d.finishDiscordHTTP(r)
	}
	if at := r.at("discord.guilds"); len(s.Guilds) == 0 && !at.excused() {
		at.say(`must list the servers that may use Ringside, for example ["998877"]: all others are refused`)
	}
}

func (d *draft) finishDiscordHTTP(r *report) {
	if at := r.at("discord.public_key"); d.Discord.PublicKey == "" && !at.excused() {
		at.say(`must be set, since discord.mode is "http": the 64 digits from the application's page at Discord`)
	}
	if at := r.at("http.listen"); d.HTTP.Listen == "" && !at.excused() {
		at.say(`must be set, since discord.mode is "http"; for example "127.0.0.1:8080"`)
	}
}

func (d *draft) finishLedger(at spot) {
	if at.excused() {
		return
	}
	dsn := d.resolve(at, "")
	d.Ledger.DSN = dsn
	path, isSQLite := strings.CutPrefix(dsn.Reveal(), sqlitePrefix)
	switch {
	case at.excused():
	case isPostgres(dsn.Reveal()):
		checkPostgres(at, dsn.Reveal())
	case !isSQLite || path == "":
		at.say(`must be "sqlite:PATH", for example "sqlite:ringside.db", or "postgres://user:password@host:5432/database"`)
	case strings.HasPrefix(path, ":memory:") || strings.HasPrefix(path, "file:") || strings.ContainsAny(path, "?#"):
		at.say("must be the plain path of a file, which outlives the program: no :memory:, no file: and no parameters")
	}
}

// checkPostgres says what is wrong with the address of a database, without its password.
func checkPostgres(at spot, dsn string) {
	u, err := url.Parse(dsn)
	switch {
	case err != nil:
		at.say(`is no address of a database; write "postgres://user:password@host:5432/database", with %%40 for an @ in the password`)
	case u.Host == "" && !u.Query().Has("host"):
		at.say(`names no host: write "postgres://user:password@host:5432/database"`)
	case strings.Trim(u.Path, "/") == "":
		at.say(`names no database: write "postgres://user:password@host:5432/database"`)
	}
}

func (d *draft) finishPeople(r *report) {
	owner := make(map[string]int)
	for i, p := range d.people {
		for j, id := range p.IDs {
			if first, taken := owner[id]; taken && first != i {
				r.at(element(element("person", i+1)+".ids", j+1)).say("%s is an id of %s already", quote(id), element("person", first+1))
			} else {
				owner[id] = i
			}
		}
		d.People = append(d.People, *p)
	}
}

func (d *draft) finishGrants(r *report) {
	if at := r.at("grant"); len(d.grants) == 0 && !at.excused() {
		at.say("there is no grant, so nobody may do anything and Ringside does not start; " +
			"write a [[grant]] with name, who, may, battles, rooms and max_points, as in config.example.toml")
	}
	names := make(map[string]int)
	for i, g := range d.grants {
		at := r.at(element("grant", i+1))
		if first, taken := names[g.Name]; taken && g.Name != "" {
			at.key("name").say("is the name of %s already", element("grant", first+1))
		} else {
			names[g.Name] = i
		}
		finishThresholds(at, g)
		finishRooms(at, g)
		d.Grants = append(d.Grants, *g)
	}
}

// finishThresholds gives a grant the thresholds that the file leaves out: its highest points, so that
// nothing lies above them.
func finishThresholds(at spot, g *auth.Grant) {
	finishThreshold(at.key("confirm_over"), &g.ConfirmOver, g.MaxPoints)
	finishThreshold(at.key("approval_over"), &g.ApprovalOver, g.MaxPoints)
}

func finishThreshold(at spot, threshold *int64, maxPoints int64) {
	if *threshold == unset {
		*threshold = maxPoints
	}
	if *threshold > maxPoints && maxPoints > 0 {
		at.say("must be 0 to max_points, which is %d, and is %d", maxPoints, *threshold)
	}
}

// finishRooms reports a grant that would never apply, as what it allows always touches a room.
func finishRooms(at spot, g *auth.Grant) {
	rooms := at.key("rooms")
	if len(g.Rooms) > 0 || rooms.excused() {
		return
	}
	for _, may := range g.May {
		switch may {
		case auth.ScoreAdd, auth.ScoreSet, auth.ScoreBulk, auth.BattleCreate, auth.OpUndo, auth.OpResolve, auth.OpApprove:
			rooms.say(`must be set for %s, for example ["pk-*"]; ["*"] is every room`, may)
			return
		}
	}
}
