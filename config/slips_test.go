package config_test

import "strings"

const (
	tencent  = "[tencent]\n"
	appID    = "sdk_app_id = 1400000000\n"
	key      = `secret_key = "env:TENCENT_SECRET_KEY"`
	region   = `region = "usa"`
	baseURL  = `base_url = "http://127.0.0.1:9090/proxy"`
	timeout  = `timeout = "4s"`
	listen   = `listen = ":8080"`
	teams    = `teams = ["T0123", "E0456"]`
	modeHTTP = "enabled = true\nmode = \"http\""
	botToken = `bot_token = "env:SLACK_BOT_TOKEN"`
	dsn      = `dsn = "sqlite:/var/lib/ringside/ledger.db"`
	viewers  = `who = ["slack:T0123/group/S0001"]`
	globs    = `battles = ["finals-*", "b+/0="]`
	perms    = `may = ["score.add", "score.set"]`
)

func syntaxSlips() []slip {
	return []slip{
		with("a text without quotes", region, "region = usa"),
		with("a text beginning like a keyword", region, "region = taiwan"),
		with("a token without quotes", botToken, "bot_token = xoxb-hidden"),
		with("a number that is none", appID, "sdk_app_id = 14e99999999\n"),
		with("a number too large", appID, "sdk_app_id = 99999999999999999999999\n"),
		with("quotes left open", region, `region = "usa`),
		with("no equals sign", region, `region "usa"`),
		with("a list left open", teams, `teams = ["T0123"`),
		with("a key twice", region, region+"\n"+region),
		with("a key with marks in it twice", region, region+"\n\"\\u001b[31m\" = 1\n\"\\u001b[31m\" = 2"),
		with("a section twice", "[http]", "[tencent]"),
		with("a section left open", "[http]", "[http"),
		with("not text at all", region, "\xff\xfe"),
		with("a control character", region, "region = \"us\x00a\""),
		with("a section that is a key", tencent, "tencent = 1\n[tencent]\n"),
	}
}

func keySlips() []slip {
	return []slip{
		with("a letter left out", botToken, `bot_tokn = "xoxb-hidden"`),
		with("two letters swapped", timeout, `tiemout = "4s"`),
		with("capitals", "sole_overwriter", "Sole_Overwriter"),
		with("all capitals", modeHTTP, "enabled = true\nMODE = \"http\""),
		with("two letters swapped in a short one", `ids = ["slack:T0123/user/W0789"`, `isd = ["slack:T0123/user/W0789"`),
		with("a key that begins like another", teams, `teams_of_the_whole_company = ["T0123"]`),
		with("a dash", "max_points = 1\n", "max-points = 1\n"),
		with("in another section", listen, listen+"\nregion = \"usa\""),
		with("in no section", tencent, "enabled = true\n"+tencent),
		with("nothing like it", listen, listen+"\ncertificate = \"/tls.pem\""),
		with("nothing like it, in no section", tencent, "certificate = 1\n"+tencent),
		with("a section misspelt", "[slack]", "[slak]"),
		with("a list of sections misspelt", "[[person]]", "[[persons]]"),
		with("a section of another program", "[http]", "[smtp]\nhost = \"x\"\n\n[http]"),
		with("a section inside a section", "[confirm]", "[slack.retry]\ntimes = 3\n\n[confirm]"),
		with("single brackets for a grant", "[[grant]]\nname = \"finals hosts\"", "[grant]\nname = \"finals hosts\"",
			"[[grant]]\nname = \"viewers\"", "[http2]"),
		with("double brackets for a section", "[confirm]", "[[confirm]]"),
		with("double brackets for two sections", "[confirm]", "[[confirm]]", "[chat]", "[[confirm]]\n[chat]"),
		with("no section, among others", good[:strings.Index(good, "[http]")], "", `language = "en"`, `language = "de"`),
		with("a section that is a value", "[confirm]\nexpires = \"90s\"\napproval_expires = \"10m\"\n", "", tencent, "confirm = 60\n"+tencent),
		with("a key with marks in it", listen, "\"a\\nb\\u001b[31m.c\" = 1\n"+listen),
		with("an empty key", listen, "\"\" = 1\n"+listen),
		with("an unknown key of the second grant", viewers, viewers+"\nroom = [\"*\"]"),
		with("an unknown key of a person", `ids = ["slack:T0123/user/W0789", "console:local"]`,
			"id = \"console:local\"\nids = [\"slack:T0123/user/W0789\", \"console:local\"]"),
	}
}

func typeSlips() []slip {
	return []slip{
		with("a number in quotes", appID, "sdk_app_id = \"1400000000\"\n"),
		with("a number with a fraction", "calls_per_second = 150", "calls_per_second = 1.5"),
		with("a number for a text", `application_id = "111"`, "application_id = 111"),
		with("a list for a text", region, `region = ["usa"]`),
		with("a table for a text", region, `region = { name = "usa" }`),
		with("a date for a text", region, "region = 2026-11-22"),
		with("true in quotes", "sole_overwriter = true", `sole_overwriter = "true"`),
		with("a number for true", "sole_overwriter = true", "sole_overwriter = 1"),
		with("true for a text", region, "region = true"),
		with("a number for a duration", timeout, "timeout = 5"),
		with("no unit", timeout, `timeout = "5"`),
		with("words for a duration", timeout, `timeout = "5 seconds"`),
		with("a text for a list", teams, `teams = "T0123"`),
		with("a number in a list", teams, `teams = ["T0123", 5]`),
		with("a list in a list", teams, `teams = [["T0123"]]`),
		with("a list over several lines", teams, "teams = [\n  \"T0123\",\n  5,\n  true,\n]"),
		with("a list for a secret", botToken, `bot_token = ["xoxb-hidden"]`),
		with("a number for a secret", botToken, "bot_token = 123456"),
	}
}

func valueSlips() []slip {
	return []slip{
		with("no required setting", appID, "", "admin = ", "#"),
		with("an empty required text", "name = \"finals hosts\"", `name = ""`),
		with("an app id of zero", appID, "sdk_app_id = 0\n"),
		with("an app id too large", appID, "sdk_app_id = 4294967296\n"),
		with("an account with a space", `admin = "administrator"`, `admin = "the administrator"`),
		with("an account too long", `admin = "administrator"`, `admin = "`+strings.Repeat("a", 33)+`"`),
		with("a region misspelt", region, `region = "singapur"`),
		with("a region that is none", region, `region = "antarctica"`),
		with("a region that is a key", region, `region = "`+strings.Repeat("0123456789abcdef", 4)+`"`),
		with("no calls", "calls_per_second = 150", "calls_per_second = 0"),
		with("more calls than Tencent takes", "calls_per_second = 150", "calls_per_second = 201"),
		with("Tencent's own limit", timeout, `timeout = "3s"`),
		with("a timeout too long", timeout, `timeout = "1m"`),
		with("a relative address", baseURL, `base_url = "/v4"`),
		with("an address without a scheme", baseURL, `base_url = "proxy.example"`),
		with("an address of another scheme", baseURL, `base_url = "ftp://proxy.example"`),
		with("an address with a query", baseURL, `base_url = "https://proxy.example/?a=b"`),
		with("an address with an empty query", baseURL, `base_url = "https://proxy.example/?"`),
		with("an address with a fragment", baseURL, `base_url = "https://proxy.example/#"`),
		with("an address with a password", baseURL, `base_url = "https://user:hidden@proxy.example"`),
		with("an address with a port that is none", baseURL, `base_url = "https://proxy.example:99999"`),
		with("an address without a host", baseURL, `base_url = "https://:443"`),
		with("plain http to a public host", baseURL, `base_url = "http://proxy.example"`),
		with("plain http to a public address", baseURL, `base_url = "http://93.184.216.34"`),
		with("no port to listen on", listen, `listen = "127.0.0.1"`),
		with("a port too large", listen, `listen = "127.0.0.1:65536"`),
		with("a port by name", listen, `listen = "127.0.0.1:http"`),
		with("an address to listen on with a path", listen, `listen = "http://127.0.0.1:8080/"`),
		with("twice the same address", `admin_listen = "127.0.0.1:8081"`, `admin_listen = ":8080"`),
		with("a confirmation too short", `expires = "90s"`, `expires = "9s"`),
		with("a confirmation too long", `expires = "90s"`, `expires = "11m"`),
		with("an approval too short", `approval_expires = "10m"`, `approval_expires = "59s"`),
		with("an approval too long", `approval_expires = "10m"`, `approval_expires = "61m"`),
		with("results elsewhere", `announce = "caller"`, `announce = "chanel"`),
		with("another language", `language = "en"`, `language = "zh-CN"`),
		with("PostgreSQL without a database", dsn, `dsn = "postgres://ringside:hidden@db"`),
		with("PostgreSQL without a host", dsn, `dsn = "env:LEDGER"`).setting("LEDGER", "postgresql:///ringside?password=hidden"),
		with("PostgreSQL with a sign in its password", dsn, `dsn = "postgres://ringside:hid%zzden@db/ringside"`),
		with("another database", dsn, `dsn = "mysql://ringside:hidden@db/ringside"`),
		with("only a path", dsn, `dsn = "ringside.db"`),
		with("no path", dsn, `dsn = "sqlite:"`),
		with("no ledger at all", dsn, `dsn = ""`),
		with("a ledger in memory", dsn, `dsn = "sqlite::memory:"`),
		with("a ledger by its address", dsn, `dsn = "sqlite:file:ringside.db"`),
		with("a ledger with parameters", dsn, `dsn = "sqlite:ringside.db?_pragma=synchronous(0)"`),
		with("a public key too short", `public_key = "0001`, `public_key = "01`),
		with("a public key of other letters", `public_key = "0001`, `public_key = "zz01`),
		with("a guild by name", `guilds = ["998877"]`, `guilds = ["ringside", "0998877"]`),
	}
}

func secretSlips() []slip {
	hex := strings.Repeat("0123456789abcdef", 4)
	return []slip{
		with("no secret", key+"\n", ""),
		with("an empty secret", key, `secret_key = ""`),
		with("a literal", key, `secret_key = "`+hex+`"`),
		with("a literal of a platform that is off", `bot_token = "env:DISCORD_BOT_TOKEN"`, `bot_token = "hidden"`),
		with("a literal allowed, and empty around", key, `secret_key = " hidden"`).setting("RINGSIDE_ALLOW_PLAIN_SECRETS", "1"),
		with("a literal, and the leave for it misread", key, `secret_key = "hidden"`).setting("RINGSIDE_ALLOW_PLAIN_SECRETS", "yes"),
		with("a variable that is not set", key, `secret_key = "env:TENCENT_KEY"`),
		with("a variable that is empty", key, `secret_key = "env:EMPTY"`),
		with("a variable without a name", key, `secret_key = "env:"`),
		with("a variable beginning with a digit", key, `secret_key = "env:1KEY"`),
		with("a literal behind env:", key, `secret_key = "env:`+hex+`"`),
		with("a literal in capitals behind env:", key, `secret_key = "env:A`+strings.ToUpper(hex)+`"`),
		with("a file that is not there", key, `secret_key = "file:/run/secrets/none"`),
		with("a file that is empty", key, `secret_key = "file:/run/secrets/empty"`),
		with("a file without a name", key, `secret_key = "file:"`),
		with("a literal behind file:", key, `secret_key = "file:`+hex+`"`),
		with("a file of two lines", key, `secret_key = "file:/two"`).file("/two", "hidden\nhidden\n"),
		with("a file that is too large", key, `secret_key = "file:/large"`).file("/large", strings.Repeat("hidden", 20_000)),
		with("a file with spaces", key, `secret_key = "file:/spaces"`).file("/spaces", "hidden \n"),
	}
}

func platformSlips() []slip {
	socket := "enabled = true\nmode = \"socket\""
	off, on := "[discord]\nenabled = false", "[discord]\nenabled = true"
	publicKey := `public_key = "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f"`
	return []slip{
		with("no bot token", botToken+"\n", ""),
		with("an empty bot token", botToken, `bot_token = ""`),
		with("no signing secret in HTTP mode", "signing_secret = \"env:SLACK_SIGNING_SECRET\"\n", ""),
		with("no address in HTTP mode", listen, `listen = ""`),
		with("no app token in Socket Mode", modeHTTP, socket, "app_token = \"env:SLACK_APP_TOKEN\"\n", ""),
		with("a mode of another platform", modeHTTP, "enabled = true\nmode = \"gateway\""),
		with("tokens swapped", modeHTTP, socket, "env:SLACK_BOT_TOKEN", "env:A", "env:SLACK_APP_TOKEN", "env:SLACK_BOT_TOKEN").
			setting("A", "xapp-hidden"),
		with("no teams", teams+"\n", ""),
		with("empty teams", teams, "teams = []"),
		with("nothing but enabled", botToken+"\n", "", "signing_secret = \"env:SLACK_SIGNING_SECRET\"\n", "", teams+"\n", "", listen, `listen = ""`),
		with("Discord without its token", off, on),
		with("Discord's token with a word before it", off, on, "env:DISCORD_BOT_TOKEN", "env:D").setting("D", "Bot hidden"),
		with("Discord without an application", off, on, "env:DISCORD_BOT_TOKEN", "env:D", "application_id = \"111\"\n", "").setting("D", "x"),
		with("Discord without servers", off, on, "env:DISCORD_BOT_TOKEN", "env:D", `guilds = ["998877"]`, "guilds = []").setting("D", "x"),
		with("Discord over HTTP without its key", off, on, "env:DISCORD_BOT_TOKEN", "env:D", publicKey+"\n", "").setting("D", "x"),
	}
}

func idSlips() []slip {
	person := `ids = ["slack:T0123/user/W0789", "console:local"]`
	operators := `operators = ["slack:T0123/C0AB", "discord:998877/5566", "console:local"]`
	return []slip{
		with("a name", viewers, `who = ["@alice"]`),
		with("a bare Slack id", viewers, `who = ["U0456"]`),
		with("a Slack id without its kind", viewers, `who = ["slack:T0123/U0456"]`),
		with("a Slack id in small letters", viewers, `who = ["slack:T0123/user/u0456"]`),
		with("a Slack group where a user belongs", viewers, `who = ["slack:T0123/user/S0789"]`),
		with("a Slack channel for a person", viewers, `who = ["slack:T0123/C0AB"]`),
		with("a Discord role by name", viewers, `who = ["discord:998877/role/moderators"]`),
		with("a Discord user with too much", viewers, `who = ["discord:998877/user/3344/1"]`),
		with("another terminal", viewers, `who = ["console:alice"]`),
		with("an empty id", viewers, `who = [""]`),
		with("a star", viewers, `who = ["*"]`),
		with("marks in an id", viewers, `who = ["slack:T0123/user/U0456\u202e\n"]`),
		with("a token for an id", viewers, `who = ["xoxb-hidden"]`),
		with("a group as a person", person, `ids = ["slack:T0123/group/S0789", "discord:998877/role/1122"]`),
		with("nobody", person, "ids = []"),
		with("one id for two people", person, `ids = ["console:local", "slack:T0123/user/U0456"]`),
		with("a channel by name", operators, `operators = ["#finals"]`),
		with("a person for a channel", operators, `operators = ["slack:T0123/user/U0456", "discord:998877"]`),
		with("ids too short and too long", teams, `teams = ["T", "T`+strings.Repeat("0", 32)+`"]`,
			`guilds = ["998877"]`, `guilds = ["", "1000000000000000000000"]`),
		with("a workspace by name", teams, `teams = ["ringside", "t0123"]`),
	}
}

func grantSlips() []slip {
	start := strings.Index(good, "[[grant]]")
	return []slip{
		with("no grant", good[start:], ""),
		with("an empty grant", good[start:], "[[grant]]\n"),
		with("a grant of nothing but its name", good[start:], "[[grant]]\nname = \"hosts\"\n"),
		with("the only grant misspelt", good[start:], "[[grants]]\nname = \"hosts\"\n"),
		with("no name twice", `name = "finals hosts"`, `name = ""`, `name = "viewers"`, `name = ""`),
		with("an empty list of grants", good[start:], "", tencent, "grant = []\n"+tencent),
		with("nobody", viewers, "who = []"),
		with("nothing allowed", perms, "may = []"),
		with("an unknown permission", perms, `may = ["score.add", "score.ste"]`),
		with("a permission like no other", perms, `may = ["everything"]`),
		with("no battles", globs+"\n", ""),
		with("an empty pattern", globs, `battles = [""]`),
		with("a pattern too long", globs, `battles = ["`+strings.Repeat("*", 129)+`"]`),
		with("a pattern with marks in it", globs, `battles = ["a\nb"]`),
		with("no rooms for who changes scores", "rooms = [\"pk-*\", \"live-?\"]\n", ""),
		with("rooms of the wrong type", `rooms = ["pk-*", "live-?"]`, "rooms = 1"),
		with("no rooms for who undoes", perms, `may = ["op.undo"]`, "rooms = [\"pk-*\", \"live-?\"]\n", ""),
		with("no rooms for who approves", perms, `may = ["battle.info", "op.approve"]`, "rooms = [\"pk-*\", \"live-?\"]\n", ""),
		with("no points", "max_points = 1\n", "max_points = 0\n"),
		with("too many points", "max_points = 5000", "max_points = 2147483648"),
		with("a confirmation over the points", "confirm_over = 1000", "confirm_over = 5001"),
		with("an approval over the points", "approval_over = 0", "approval_over = 5001"),
		with("negative thresholds", "confirm_over = 1000\napproval_over = 0", "confirm_over = -1\napproval_over = -1"),
		with("a name twice", `name = "viewers"`, `name = "finals hosts"`),
		with("a name too long", `name = "viewers"`, `name = "`+strings.Repeat("v", 65)+`"`),
		with("a name with spaces around it", `name = "viewers"`, `name = " viewers"`),
		with("a name of two lines", `name = "viewers"`, `name = "view\ners"`),
	}
}
