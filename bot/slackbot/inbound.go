package slackbot

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"net/url"
	"strings"
	"time"

	"github.com/slack-go/slack"

	"ringside/commands"
)

const (
	maxKey  = 200 // bytes of an id of Slack's that becomes part of a key
	maxName = 80  // characters of a name that people know someone by
)

// errNotForUs says that a message is in order but asks nothing of Ringside.
var errNotForUs = errors.New("nothing that Ringside answers")

// inbound is one ask or press, taken apart. Exactly one of ask and press is set, unless a form has something wrong.
type inbound struct {
	ask   *commands.Invocation
	press *commands.Press
	form  *submission // the form that an ask came with; nil for a typed command

	team    string
	channel string
	user    string
	trigger string    // of a command: it opens a form, once
	reply   string    // the response address, a capability: never logged
	until   time.Time // when that address ends
	message string    // the time stamp of the message that was pressed, if everybody sees it
}

func (in inbound) place() commands.Place {
	return commands.Place{Channel: channelID(in.team, in.channel), User: userID(in.team, in.user), ReplyTo: in.replyTo()}
}

// readCommand understands a slash command that came just now. spare makes a key for the case that Slack gave no
// trigger id. https://docs.slack.dev/interactivity/implementing-slash-commands
func readCommand(c slack.SlashCommand, now time.Time, spare func() string) (inbound, error) {
	in := inbound{team: c.TeamID, channel: c.ChannelID, user: c.UserID, trigger: c.TriggerID, reply: c.ResponseURL, until: now.Add(hookLife)}
	if !isID(in.team) || !isID(in.channel) || !isID(in.user) {
		return inbound{}, errors.New("a command without workspace, channel or user")
	}
	if !strings.HasPrefix(c.Command, "/") {
		return inbound{}, errors.New("a command without its name")
	}
	in.ask = &commands.Invocation{
		Key:     key(c.TriggerID, spare),
		Command: clip(c.Command, maxName),
		Text:    c.Text,
		Caller:  commands.Caller{ID: userID(in.team, in.user), Name: clip(line(c.UserName), maxName)},
		Place:   in.place(),
	}
	return in, nil
}

// interaction is the part of Slack's payload that Ringside needs.
// https://docs.slack.dev/reference/interaction-payloads/block_actions-payload
type interaction struct {
	Type        string `json:"type"`
	TriggerID   string `json:"trigger_id"`
	ResponseURL string `json:"response_url"`
	Team        struct {
		ID string `json:"id"`
	} `json:"team"`
	User struct {
		ID       string `json:"id"`
		TeamID   string `json:"team_id"`
		Username string `json:"username"`
		Name     string `json:"name"`
	} `json:"user"`
	Channel struct {
		ID string `json:"id"`
	} `json:"channel"`
	Container struct {
		ChannelID   string `json:"channel_id"`
		MessageTS   string `json:"message_ts"`
		IsEphemeral bool   `json:"is_ephemeral"`
	} `json:"container"`
	Actions []struct {
		Type    string `json:"type"`
		BlockID string `json:"block_id"`
		Value   string `json:"value"`
	} `json:"actions"`
	View filled `json:"view"`
}

// readInteraction understands the press of one of our buttons, or a form of ours, that came just now.
func readInteraction(payload []byte, now time.Time, spare func() string) (inbound, error) {
	var i interaction
	if err := json.Unmarshal(payload, &i); err != nil {
		return inbound{}, errors.New("an interaction that is not the JSON it should be")
	}
	if i.Type == string(slack.InteractionTypeViewSubmission) {
		return i.readForm(now, spare)
	}
	button := i.button()
	if button == "" {
		return inbound{}, errNotForUs
	}
	in := inbound{team: i.team(), channel: i.channel(), user: i.User.ID, reply: i.ResponseURL, until: now.Add(hookLife)}
	if !isID(in.team) || !isID(in.channel) || !isID(in.user) {
		return inbound{}, errors.New("a press without workspace, channel or user")
	}
	if !i.Container.IsEphemeral {
		in.message = clip(i.Container.MessageTS, maxID)
	}
	in.press = &commands.Press{
		Key:    key(i.TriggerID, spare),
		Button: button,
		Caller: commands.Caller{ID: userID(in.team, in.user), Name: clip(line(i.name()), maxName)},
		Place:  in.place(),
	}
	return in, nil
}

// button returns what the pressed button carries, or the empty string if none of ours was pressed.
func (i *interaction) button() string {
	if i.Type != string(slack.InteractionTypeBlockActions) {
		return ""
	}
	for _, a := range i.Actions {
		if a.Type == string(slack.METButton) && a.BlockID == blockID && len(a.Value) <= maxValue {
			return a.Value
		}
	}
	return ""
}

// team is the workspace of the person who pressed, which in a shared channel may differ from that of the
// channel. An organisation's id says nothing about the workspace.
func (i *interaction) team() string {
	if i.User.TeamID != "" && !strings.HasPrefix(i.User.TeamID, "E") {
		return i.User.TeamID
	}
	return i.Team.ID
}

func (i *interaction) channel() string {
	if i.Channel.ID != "" {
		return i.Channel.ID
	}
	return i.Container.ChannelID
}

func (i *interaction) name() string {
	if i.User.Username != "" {
		return i.User.Username
	}
	return i.User.Name
}

// key is the same for every delivery of one ask. Slack makes a trigger id for each command and press.
func key(trigger string, spare func() string) string {
	switch {
	case trigger == "":
		return platform + ":" + spare()
	case len(trigger) > maxKey:
		return platform + ":trigger:" + digest([]byte(trigger))
	default:
		return platform + ":trigger:" + trigger
	}
}

func digest(b []byte) string {
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:])
}

// parseCommand reads the form of a slash command.
func parseCommand(form url.Values) slack.SlashCommand {
	return slack.SlashCommand{
		TeamID:      form.Get("team_id"),
		ChannelID:   form.Get("channel_id"),
		UserID:      form.Get("user_id"),
		UserName:    form.Get("user_name"),
		Command:     form.Get("command"),
		Text:        form.Get("text"),
		ResponseURL: form.Get("response_url"),
		TriggerID:   form.Get("trigger_id"),
	}
}
