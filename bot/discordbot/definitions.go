package discordbot

import (
	"strconv"
	"strings"

	"github.com/bwmarrin/discordgo"

	"ringside/commands"
	"ringside/commands/grammar"
)

// The names of the options, as people see them.
const (
	optBattle    = "battle"
	optAction    = "action"
	optRoom      = "room"
	optScore     = "score"
	optMore      = "more"
	optDryRun    = "dry_run"
	optOperation = "operation"
	optOutcome   = "outcome"
	optRooms     = "rooms"
	optDuration  = "duration"
	optNote      = "note"
	optAlias     = "alias"
	optRevoke    = "revoke"
	optCount     = "count"
	optTopic     = "topic"
	optFile      = "file"
	optStop      = "stop"
)

// The types of options.
const (
	optionSubcommand = int(discordgo.ApplicationCommandOptionSubCommand)
	optionText       = int(discordgo.ApplicationCommandOptionString)
	optionNumber     = int(discordgo.ApplicationCommandOptionInteger)
	optionYes        = int(discordgo.ApplicationCommandOptionBoolean)
	optionFile       = int(discordgo.ApplicationCommandOptionAttachment)

	maxOptions  = 25 // in a command, and choices of one option
	maxDuration = 32 // characters of a duration; no way to write one is longer
)

// hidden keeps a command out of sight of all but administrators. They show it to a role or a member under
// Server Settings, Integrations. It only shapes who sees the command: who may use it, grants decide, and
// no permission of Discord's says the same as a grant.
const hidden = "0"

// definition is one command as Discord stores it. Fields that are not set are left out, as Discord does
// in its own lists, so that two definitions can be compared.
// https://discord.com/developers/docs/interactions/application-commands
type definition struct {
	Name        string   `json:"name"`
	Type        int      `json:"type"`
	Description string   `json:"description"`
	Permissions string   `json:"default_member_permissions"`
	Contexts    []int    `json:"contexts,omitempty"` // 0 is a server; Discord may not tell it for a server's own command
	Options     []option `json:"options,omitempty"`
}

type option struct {
	Type         int      `json:"type"`
	Name         string   `json:"name"`
	Description  string   `json:"description"`
	Required     bool     `json:"required,omitempty"`
	Autocomplete bool     `json:"autocomplete,omitempty"`
	Choices      []choice `json:"choices,omitempty"`
	MinValue     *int64   `json:"min_value,omitempty"`
	MaxValue     *int64   `json:"max_value,omitempty"`
	MaxLength    int      `json:"max_length,omitempty"`
	Options      []option `json:"options,omitempty"`
}

// choice is one way to fill in an option.
type choice struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

// subcommand is one word after /battle, and what people fill in.
type subcommand struct {
	name    string // the verb
	about   string
	options []option
}

// subcommands returns the table of what /battle does, in the order in which it is shown. A new one is a
// line here.
func subcommands() []subcommand {
	return []subcommand{
		{"info", "The scores, who leads and the time left", []option{battleOption()}},
		{"list", "The battles that run", nil},
		{"create", "Start a battle between connected rooms; asks first", createOptions()},
		{"name", "Give a battle a name that people can type", []option{aliasOption(), battleOption()}},
		{"watch", "One message in this channel that stays up to date until the end", []option{battleOption()}},
		{"unwatch", "Stop the message that stays up to date", []option{battleOption()}},
		{"overlay", "The address of the stream overlay", []option{battleOption(), revokeOption()}},
		{"bulk", "Many changes at once, from a CSV file or from rows that you paste; asks first", bulkOptions()},
		{"status", "What became of an operation; without one, of your last here", []option{operationOption()}},
		{"log", "Who did what, newest first", []option{battleOption(), countOption()}},
		{"undo", "Take an operation back; without one, your last here; asks first", []option{operationOption()}},
		{"resolve", "Settle an unknown outcome", resolveOptions()},
		{"whoami", "Your ids and what you may do here", nil},
		{"help", "What you may use here, with examples", []option{topicOption()}},
	}
}

// meant is what the options mean. Of a new battle the rooms and the duration are missing: they are what is read of
// them, and whatever else they hold would end up in the note.
func (s subcommand) meant(o []given) grammar.Request {
	r := grammar.Request{
		Verb: grammar.Verb(s.name), Battle: textOf(o, optBattle), Alias: textOf(o, optAlias), Revoke: isSet(o, optRevoke),
		Operation: textOf(o, optOperation), Outcome: textOf(o, optOutcome), Topic: textOf(o, optTopic),
	}
	switch r.Verb {
	case grammar.VerbLog:
		r.Count = countOf(o)
	case grammar.VerbBulk:
		r.Operation = textOf(o, optStop)
	case grammar.VerbCreate:
		r.Note = strings.Join(strings.Fields(textOf(o, optNote)), " ")
	}
	return r
}

// line writes the options in the text form. Those of a new battle are text form already.
func (s subcommand) line(o []given) string {
	meant := s.meant(o)
	if meant.Verb != grammar.VerbCreate {
		return meant.Line()
	}
	line := commands.BattleCommand + " create " + textOf(o, optRooms) + " for " + textOf(o, optDuration)
	if note := textOf(o, optNote); note != "" {
		line += " -- " + note
	}
	return line
}

func countOf(o []given) int {
	n, err := strconv.Atoi(textOf(o, optCount))
	if err != nil {
		return grammar.DefaultCount
	}
	return n
}

// definitions returns the two commands.
func definitions() []definition {
	score := definition{
		Name: strings.TrimPrefix(commands.ScoreCommand, "/"), Description: "Show the scores of a battle, or change them",
		Options: []option{
			battleOption(),
			{Type: optionText, Name: optAction, Description: "Add to the score, or set it to a number; without it, the scores are only shown",
				Choices: []choice{{"add to the score", string(grammar.VerbAdd)}, {"set the score", string(grammar.VerbSet)}}},
			{Type: optionText, Name: optRoom, Description: "The room, such as pk-live1", Autocomplete: true, MaxLength: grammar.MaxRoomName},
			{Type: optionNumber, Name: optScore, Description: "The points to add, or the score to set", MinValue: whole(0), MaxValue: whole(grammar.MaxScore)},
			{Type: optionText, Name: optMore, Description: "More rooms, each with its number: pk-live2 50 pk-live3 20", MaxLength: 1000},
			{Type: optionYes, Name: optDryRun, Description: "Only show what would happen; nothing is sent"},
		},
	}
	battle := definition{Name: strings.TrimPrefix(commands.BattleCommand, "/"), Description: "Battles: start, look up, watch; operations: look up, undo, settle"}
	for _, sub := range subcommands() {
		battle.Options = append(battle.Options, option{Type: optionSubcommand, Name: sub.name, Description: sub.about, Options: sub.options})
	}
	both := []definition{score, battle}
	for i := range both {
		both[i].Type, both[i].Permissions, both[i].Contexts = int(discordgo.ChatApplicationCommand), hidden, []int{0}
	}
	return both
}

func battleOption() option {
	return option{Type: optionText, Name: optBattle, Description: "The battle: its name, its id, or room:<room id>",
		Autocomplete: true, MaxLength: grammar.MaxBattleName}
}

func operationOption() option {
	return option{Type: optionText, Name: optOperation, Description: "The operation's id, as it stands under a result", MaxLength: grammar.MaxOperation}
}

func createOptions() []option {
	return []option{
		{Type: optionText, Name: optRooms, Description: "The rooms with vs between them, such as pk-live1 vs pk-live2", Required: true, MaxLength: 1000},
		{Type: optionText, Name: optDuration, Description: "How long it runs: 5m, 90s, 1h30m or 5:00", Required: true, MaxLength: maxDuration},
		{Type: optionText, Name: optNote, Description: "A note on the battle", MaxLength: grammar.MaxNote},
	}
}

func resolveOptions() []option {
	operation := operationOption()
	operation.Description, operation.Required = "The operation's id, as it stands under a result, or last for your last here", true
	return []option{operation, {
		Type: optionText, Name: optOutcome, Description: "What the scores show", Required: true,
		Choices: []choice{{"it counted (applied)", grammar.Applied}, {"it did not (not applied)", grammar.NotApplied}},
	}}
}

func bulkOptions() []option {
	return []option{
		{Type: optionFile, Name: optFile, Description: "A CSV file with rows such as final,add,pk-live1,100; without one, a form opens"},
		{Type: optionText, Name: optStop, Description: "Instead: stop the one that runs, by its operation's id, or last for your last here", MaxLength: grammar.MaxOperation},
	}
}

func aliasOption() option {
	return option{Type: optionText, Name: optAlias, Description: "The name: a-z, 0-9 and -", Required: true, MaxLength: grammar.MaxAlias}
}

func revokeOption() option {
	return option{Type: optionYes, Name: optRevoke, Description: "Make the old address stop working"}
}

func countOption() option {
	return option{Type: optionNumber, Name: optCount, Description: "How many lines to show", MinValue: whole(1), MaxValue: whole(grammar.MaxCount)}
}

func topicOption() option {
	o := option{Type: optionText, Name: optTopic, Description: "One command or action"}
	topics := grammar.Topics()
	for _, topic := range topics[:min(len(topics), maxOptions)] {
		o.Choices = append(o.Choices, choice{Name: topic, Value: topic})
	}
	return o
}

func whole(n int64) *int64 { return &n }
