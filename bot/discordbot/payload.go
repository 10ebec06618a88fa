package discordbot

import (
	"encoding/json"
	"errors"
	"time"

	"github.com/bwmarrin/discordgo"

	"ringside/bot/edge"
	"ringside/commands"
)

const (
	maxName  = 80  // characters of a name that people know someone by
	maxRoles = 300 // a member can hold 250
	maxTag   = 35  // characters of a language
)

// interaction is the part of Discord's payload that Ringside needs. It is read here and not by the
// library, which does not know the channel's parent and gives up on components that it does not know.
// https://discord.com/developers/docs/interactions/receiving-and-responding
type interaction struct {
	ID        string                    `json:"id"`
	App       string                    `json:"application_id"`
	Type      discordgo.InteractionType `json:"type"`
	Token     string                    `json:"token"`
	GuildID   string                    `json:"guild_id"`
	ChannelID string                    `json:"channel_id"`
	Locale    string                    `json:"locale"`
	Channel   struct {
		ID       string                `json:"id"`
		ParentID string                `json:"parent_id"`
		Type     discordgo.ChannelType `json:"type"`
	} `json:"channel"`
	Member struct {
		User  person   `json:"user"`
		Roles []string `json:"roles"`
	} `json:"member"`
	User    person `json:"user"`
	Message struct {
		ID    string                 `json:"id"`
		Flags discordgo.MessageFlags `json:"flags"`
	} `json:"message"`
	Data struct {
		Name          string                  `json:"name"`
		Options       []given                 `json:"options"`
		CustomID      string                  `json:"custom_id"`
		ComponentType discordgo.ComponentType `json:"component_type"`
		Components    []formRow               `json:"components"` // of a form
		Resolved      struct {
			Attachments map[string]handed `json:"attachments"`
		} `json:"resolved"`
	} `json:"data"`
}

type person struct {
	ID         string `json:"id"`
	Username   string `json:"username"`
	GlobalName string `json:"global_name"`
}

func (p person) name() string {
	if p.GlobalName != "" {
		return p.GlobalName
	}
	return p.Username
}

// errNotForUs says that a message is in order but asks nothing of Ringside.
var errNotForUs = errors.New("nothing that Ringside answers")

// inbound is one interaction, taken apart. At most one of ask, press and query is set; ping stands alone.
type inbound struct {
	ask    *commands.Invocation
	press  *commands.Press
	query  *commands.Query
	ping   bool
	refuse *commands.Reply  // what is wrong with the options of an ask
	form   *commands.Form   // that an ask is answered with; nil for none
	file   *edge.Attachment // the rows of an ask are in it; nil for none

	at          time.Time // when it arrived
	id          string
	token       string // a capability: never logged, never in an error
	application string // that the token is for; empty where no answer can be given later
	guild       string // empty in a direct message
	channel     string // where it was asked, a thread included
	parent      string // the channel that counts: the thread's parent, or else the same
	user        string
	message     string // the message that was pressed
	public      bool   // whether everybody sees that message
}

func (in inbound) place() commands.Place {
	return commands.Place{Channel: channelID(in.guild, in.parent), User: userID(in.guild, in.user), ReplyTo: in.replyTo()}
}

// readInteraction understands one interaction that came just now, whichever way.
func readInteraction(payload []byte, now time.Time) (inbound, error) {
	var i interaction
	if err := json.Unmarshal(payload, &i); err != nil {
		return inbound{}, errors.New("an interaction that is not the JSON it should be")
	}
	if i.Type == discordgo.InteractionPing {
		return inbound{ping: true}, nil
	}
	in, err := i.envelope(now)
	if err != nil {
		return inbound{}, err
	}
	switch i.Type {
	case discordgo.InteractionApplicationCommand:
		return i.readCommand(in)
	case discordgo.InteractionMessageComponent:
		return i.readPress(in)
	case discordgo.InteractionApplicationCommandAutocomplete:
		return i.readQuery(in)
	case discordgo.InteractionModalSubmit:
		return i.readForm(in)
	default:
		return inbound{}, errNotForUs
	}
}

// envelope reads what all kinds have. Outside of a server there is a user instead of a member.
func (i *interaction) envelope(now time.Time) (inbound, error) {
	in := inbound{at: now, id: i.ID, token: i.Token, guild: i.GuildID, channel: i.ChannelID, user: i.Member.User.ID}
	if in.channel == "" {
		in.channel = i.Channel.ID
	}
	if in.guild == "" {
		in.user = i.User.ID
	}
	in.parent = i.parent(in.channel)
	if isID(i.App) {
		in.application = i.App
	}
	switch {
	case !isID(in.id) || !isToken(in.token):
		return inbound{}, errors.New("an interaction without id or token")
	case in.guild != "" && !isID(in.guild):
		return inbound{}, errors.New("an interaction from a server without an id")
	case !isID(in.channel) || !isID(in.parent) || !isID(in.user):
		return inbound{}, errors.New("an interaction without channel or user")
	default:
		return in, nil
	}
}

// parent returns the channel that a thread hangs on; any other channel is its own.
func (i *interaction) parent(channel string) string {
	switch i.Channel.Type {
	case discordgo.ChannelTypeGuildNewsThread, discordgo.ChannelTypeGuildPublicThread, discordgo.ChannelTypeGuildPrivateThread:
		if i.Channel.ParentID != "" {
			return i.Channel.ParentID
		}
	default:
	}
	return channel
}

// caller is the member who asks, with the roles that Discord vouches for. Every member also has the role
// "@everyone", which is not told and grants nothing.
func (i *interaction) caller(in inbound) commands.Caller {
	c := commands.Caller{ID: userID(in.guild, in.user), Name: clip(line(i.Member.User.name()), maxName)}
	for _, role := range i.Member.Roles[:min(len(i.Member.Roles), maxRoles)] {
		if isID(role) && role != in.guild {
			c.Groups = append(c.Groups, roleID(in.guild, role))
		}
	}
	return c
}

// key is the same for every delivery of one interaction.
func (in inbound) key() string { return platform + ":interaction:" + in.id }

func (i *interaction) language() string {
	if len(i.Locale) > maxTag || !printable(i.Locale) {
		return ""
	}
	return i.Locale
}

func (i *interaction) readCommand(in inbound) (inbound, error) {
	command, text, refusal := compose(i.Data.Name, i.Data.Options)
	in.refuse = refusal
	in.ask = i.invocation(in, command, text)
	if refusal == nil {
		i.readSheet(&in)
	}
	return in, nil
}

func (i *interaction) invocation(in inbound, command, text string) *commands.Invocation {
	return &commands.Invocation{
		Key:      in.key(),
		Command:  command,
		Text:     text,
		Caller:   i.caller(in),
		Place:    in.place(),
		Language: i.language(),
	}
}

func (i *interaction) readPress(in inbound) (inbound, error) {
	if i.Data.ComponentType != discordgo.ButtonComponent || i.Data.CustomID == "" || length(i.Data.CustomID) > maxCustomID {
		return inbound{}, errNotForUs
	}
	if !isID(i.Message.ID) {
		return inbound{}, errors.New("a press without its message")
	}
	in.message = i.Message.ID
	in.public = i.Message.Flags&discordgo.MessageFlagsEphemeral == 0
	in.press = &commands.Press{
		Key:      in.key(),
		Button:   i.Data.CustomID,
		Caller:   i.caller(in),
		Place:    in.place(),
		Language: i.language(),
	}
	return in, nil
}

func (i *interaction) readQuery(in inbound) (inbound, error) {
	in.application = "" // What is typed has no answer but the choices.
	typed := i.Data.Options
	if len(typed) == 1 && typed[0].Type == optionSubcommand {
		typed = typed[0].Options
	}
	in.query = &commands.Query{
		Command:  "/" + clip(i.Data.Name, maxName),
		Battle:   textOf(typed, optBattle),
		Caller:   i.caller(in),
		Place:    in.place(),
		Language: i.language(),
	}
	for _, option := range typed {
		if option.Focused {
			in.query.Option, in.query.Typed = option.Name, option.text()
			return in, nil
		}
	}
	return inbound{}, errors.New("a question for choices without an option that is typed")
}
