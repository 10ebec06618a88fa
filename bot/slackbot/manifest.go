package slackbot

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"strings"

	"ringside/commands"
)

// manifest holds what an app of ours needs, and nothing else.
// https://docs.slack.dev/reference/app-manifest
type manifest struct {
	Metadata manifestMetadata `json:"_metadata"`
	Display  manifestDisplay  `json:"display_information"`
	Features manifestFeatures `json:"features"`
	OAuth    manifestOAuth    `json:"oauth_config"`
	Settings manifestSettings `json:"settings"`
}

type manifestMetadata struct {
	Major int `json:"major_version"`
	Minor int `json:"minor_version"`
}

type manifestDisplay struct {
	Name        string `json:"name"`        // at most 35 characters
	Description string `json:"description"` // at most 140
	Long        string `json:"long_description"`
	Colour      string `json:"background_color"`
}

type manifestFeatures struct {
	Home     manifestHome      `json:"app_home"`
	Bot      manifestBot       `json:"bot_user"`
	Commands []manifestCommand `json:"slash_commands"`
}

type manifestHome struct {
	HomeTab          bool `json:"home_tab_enabled"`
	MessagesTab      bool `json:"messages_tab_enabled"`
	MessagesReadOnly bool `json:"messages_tab_read_only_enabled"`
}

type manifestBot struct {
	Name   string `json:"display_name"` // at most 80
	Online bool   `json:"always_online"`
}

type manifestCommand struct {
	Command      string `json:"command"`     // at most 32
	Description  string `json:"description"` // at most 2,000
	UsageHint    string `json:"usage_hint"`  // at most 1,000
	URL          string `json:"url,omitempty"`
	ShouldEscape bool   `json:"should_escape"`
}

type manifestOAuth struct {
	Scopes manifestScopes `json:"scopes"`
}

type manifestScopes struct {
	Bot []string `json:"bot"`
}

type manifestSettings struct {
	Interactivity manifestInteractivity `json:"interactivity"`
	OrgDeploy     bool                  `json:"org_deploy_enabled"`
	SocketMode    bool                  `json:"socket_mode_enabled"`
	TokenRotation bool                  `json:"token_rotation_enabled"`
}

type manifestInteractivity struct {
	Enabled bool   `json:"is_enabled"`
	URL     string `json:"request_url,omitempty"`
}

// Manifest returns the JSON from which Slack makes the app ("Create New App", "From a manifest"). mode
// is ModeSocket or ModeHTTP; publicURL, needed in HTTP mode only, is the https address under which Slack
// reaches Ringside, such as "https://ringside.example.com".
func Manifest(mode, publicURL string) ([]byte, error) {
	base, err := manifestBase(mode, publicURL)
	if err != nil {
		return nil, err
	}
	m := manifest{
		Metadata: manifestMetadata{Major: 1, Minor: 1},
		Display: manifestDisplay{
			Name:        "Ringside",
			Description: "Scores of live PK battles: change them, watch them, and always know what was done.",
			Long: "Ringside changes the scores of PK battles on Tencent's live platform from chat. It asks back before " +
				"a dangerous change, sends each change once, and says for each room whether it was applied, was not " +
				"applied, or cannot be known. Every operation is written down before it is sent and can be looked up later.",
			Colour: "#1f2937",
		},
		Features: manifestFeatures{
			Home:     manifestHome{MessagesTab: true, MessagesReadOnly: true},
			Bot:      manifestBot{Name: "Ringside", Online: true},
			Commands: manifestCommands(base),
		},
		OAuth: manifestOAuth{Scopes: manifestScopes{Bot: botScopes()}},
		Settings: manifestSettings{
			Interactivity: manifestInteractivity{Enabled: true},
			SocketMode:    mode == ModeSocket,
		},
	}
	if base != "" {
		m.Settings.Interactivity.URL = base + "/slack/interactions"
	}
	return encodeManifest(m)
}

// botScopes are those of the bot token, in the order of the alphabet. Without files:write, which pictures and documents
// need, and files:read, which the field for a file in a form needs, everything but them works.
func botScopes() []string {
	return []string{"chat:write", "commands", "files:read", "files:write", "im:write", "usergroups:read"}
}

func manifestCommands(base string) []manifestCommand {
	score := manifestCommand{
		Command:     commands.ScoreCommand,
		Description: "Show or change the scores of a battle",
		UsageHint:   "<battle> add <room> <points> | <battle> set <room> <score> | <battle> | bulk",
	}
	battle := manifestCommand{
		Command:     commands.BattleCommand,
		Description: "Look at battles and at what was done",
		UsageHint:   "help | info <battle> | bulk | status [<operation>] | log [<battle>] [N] | whoami",
	}
	if base != "" {
		score.URL = base + "/slack/commands"
		battle.URL = base + "/slack/commands"
	}
	return []manifestCommand{score, battle}
}

// manifestBase returns the address that the paths are appended to; it is empty in Socket Mode.
func manifestBase(mode, publicURL string) (string, error) {
	switch mode {
	case ModeSocket:
		return "", nil
	case ModeHTTP:
	default:
		return "", fmt.Errorf("the mode is %q: it must be %q or %q", clip(mode, maxShown), ModeSocket, ModeHTTP)
	}
	u, err := url.Parse(publicURL)
	if err != nil || u.Scheme != "https" || u.Host == "" || u.User != nil || u.RawQuery != "" || u.Fragment != "" {
		return "", errors.New("http mode needs the public https address of Ringside, such as https://ringside.example.com")
	}
	return strings.TrimSuffix(u.String(), "/"), nil
}

func encodeManifest(m manifest) ([]byte, error) {
	var b strings.Builder
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	if err := enc.Encode(m); err != nil {
		return nil, fmt.Errorf("encoding the manifest: %w", err)
	}
	return []byte(b.String()), nil
}
