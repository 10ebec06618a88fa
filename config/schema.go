package config

import (
	"math"
	"time"

	"ringside/auth"
)

// section is a table of the file: once as [name], or any number of times as [[name]].
type section struct {
	name     string
	settings []setting        // of a [name]
	each     func() []setting // of a [[name]]: makes room for one more and returns its settings
}

// header returns how the section stands in the file.
func (s section) header() string {
	if s.each != nil {
		return "[[" + s.name + "]]"
	}
	return "[" + s.name + "]"
}

// draft is a Config that is being filled.
type draft struct {
	Config
	vault
	people []*auth.Person
	grants []*auth.Grant
}

// unset marks a threshold that the file leaves out.
const unset = -1

// sections declares every key of the file once, in the order of config.example.toml.
func (d *draft) sections() []section {
	return []section{
		{name: "tencent", settings: d.tencent()},
		{name: "http", settings: []setting{
			text("listen", &d.HTTP.Listen, "127.0.0.1:8080", optional(listenAddress)),
			text("admin_listen", &d.HTTP.AdminListen, "", optional(listenAddress)),
			text("public_url", &d.HTTP.PublicURL, "", optional(webAddress)),
			d.secret("operator_key", "env:RINGSIDE_OPERATOR_KEY", nil).or(""),
		}},
		{name: "slack", settings: d.slack()},
		{name: "discord", settings: d.discord()},
		{name: "ledger", settings: []setting{
			d.secret("dsn", "env:LEDGER_DSN", anything).or("sqlite:ringside.db"),
		}},
		{name: "confirm", settings: []setting{
			duration("expires", &d.Confirm.Expires, "60s", within(10*time.Second, 10*time.Minute)),
			duration("approval_expires", &d.Confirm.ApprovalExpires, "5m", within(time.Minute, time.Hour)),
		}},
		{name: "chat", settings: []setting{
			text("announce", &d.Chat.Announce, "channel", oneOf("channel", "caller")),
			texts("operators", &d.Chat.Operators, id("a channel", channelForms())),
			text("language", &d.Chat.Language, "en", language),
		}},
		{name: "person", each: d.person},
		{name: "grant", each: d.grant},
	}
}

func (d *draft) tencent() []setting {
	t := &d.Tencent
	return []setting{
		number("sdk_app_id", &t.SDKAppID, 1, math.MaxUint32).must(1400000000),
		text("admin", &t.Admin, "administrator", account),
		d.secret("secret_key", "env:TENCENT_SECRET_KEY", nil).must("env:TENCENT_SECRET_KEY"),
		text("region", &t.Region, "singapore", oneOf("china", "singapore", "usa", "jakarta")),
		text("base_url", &t.BaseURL, "", optional(webAddress)),
		number("calls_per_second", &t.CallsPerSecond, 1, 200).or(int64(100)),
		duration("timeout", &t.Timeout, "5s", above(3*time.Second, 30*time.Second)),
		flag("sole_overwriter", &t.SoleOverwriter),
		d.secret("callback_token", "env:TENCENT_CALLBACK_TOKEN", nil).or(""),
	}
}

func (d *draft) slack() []setting {
	s := &d.Slack
	return []setting{
		flag("enabled", &s.Enabled),
		text("mode", &s.Mode, "socket", oneOf("socket", "http")),
		d.secret("bot_token", "env:SLACK_BOT_TOKEN", nil),
		d.secret("app_token", "env:SLACK_APP_TOKEN", nil),
		d.secret("signing_secret", "env:SLACK_SIGNING_SECRET", nil),
		text("api_url", &s.APIURL, "", optional(webAddress)),
		texts("teams", &s.Teams, slackTeam),
	}
}

func (d *draft) discord() []setting {
	s := &d.Discord
	return []setting{
		flag("enabled", &s.Enabled),
		text("mode", &s.Mode, "gateway", oneOf("gateway", "http")),
		d.secret("bot_token", "env:DISCORD_BOT_TOKEN", nil),
		text("application_id", &s.ApplicationID, "", optional(discordNumber)),
		text("public_key", &s.PublicKey, "", optional(publicKey)),
		texts("guilds", &s.Guilds, discordNumber),
		text("api_url", &s.APIURL, "", optional(webAddress)),
	}
}

func (d *draft) person() []setting {
	p := &auth.Person{}
	d.people = append(d.people, p)
	return []setting{
		texts("ids", &p.IDs, id("a person", userForms())).must([]any{"slack:T0123/user/U0456", "discord:998877/user/3344"}),
	}
}

func (d *draft) grant() []setting {
	g := &auth.Grant{ConfirmOver: unset, ApprovalOver: unset}
	d.grants = append(d.grants, g)
	return []setting{
		text("name", &g.Name, "", label).must("finals hosts"),
		texts("who", &g.Who, id("a person or a group", whoForms())).must([]any{"slack:T0123/user/U0456"}),
		texts("may", &g.May, oneOf(permissions()...)).must([]any{"score.add", "battle.info"}),
		texts("battles", &g.Battles, glob).must([]any{"*"}),
		texts("rooms", &g.Rooms, glob),
		texts("channels", &g.Channels, id("a channel", channelForms())),
		number("max_points", &g.MaxPoints, 1, math.MaxInt32).must(5000),
		number("confirm_over", &g.ConfirmOver, 0, math.MaxInt32),
		number("approval_over", &g.ApprovalOver, 0, math.MaxInt32),
	}
}

func permissions() []string {
	var names []string
	for _, p := range auth.Permissions() {
		names = append(names, string(p))
	}
	return names
}

// Settings describes every key of the file, in the order of config.example.toml.
func Settings() []Setting {
	var all []Setting
	for _, s := range newDraft(vault{}).sections() {
		settings := s.settings
		if s.each != nil {
			settings = s.each()
		}
		for _, one := range settings {
			one.Key = join(s.name, one.Key)
			all = append(all, one.Setting)
		}
	}
	return all
}

func newDraft(v vault) *draft {
	v.refs = make(map[string]string)
	return &draft{vault: v}
}
