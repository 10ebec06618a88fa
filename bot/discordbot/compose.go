package discordbot

import (
	"encoding/json"
	"strconv"
	"strings"

	"ringside/commands"
	"ringside/commands/grammar"
)

// given is one option as it was filled in. The value is text, a whole number or a yes.
// https://discord.com/developers/docs/interactions/application-commands
type given struct {
	Name    string          `json:"name"`
	Type    int             `json:"type"`
	Value   json.RawMessage `json:"value"`
	Focused bool            `json:"focused"`
	Options []given         `json:"options"`
}

// text returns the value as it would be typed. A number keeps its digits, since it never becomes a float.
func (g given) text() string {
	var s string
	if json.Unmarshal(g.Value, &s) == nil {
		return strings.TrimSpace(s)
	}
	var n json.Number
	if json.Unmarshal(g.Value, &n) == nil {
		return n.String()
	}
	return ""
}

func textOf(options []given, name string) string {
	for _, option := range options {
		if option.Name == name {
			return option.text()
		}
	}
	return ""
}

func isSet(options []given, name string) bool {
	for _, option := range options {
		var yes bool
		if option.Name == name && json.Unmarshal(option.Value, &yes) == nil {
			return yes
		}
	}
	return false
}

// compose writes the typed options of a command as the line that says the same in the text form. The line
// is then read back: where an option would be read as something else than it was typed as, there is a
// refusal instead.
func compose(name string, options []given) (command, text string, refusal *commands.Reply) {
	command = "/" + clip(name, maxName)
	var meant grammar.Request
	switch command {
	case commands.ScoreCommand:
		text, meant = composeScore(options)
	case commands.BattleCommand:
		command, text, meant = composeBattle(options)
	default:
		return command, "", nil // the grammar says that there is no such command
	}
	read, err := grammar.Parse(command, text)
	if err == nil && !agree(read, meant) {
		return command, text, misread(options)
	}
	return command, text, nil
}

// composeScore writes the options of /battle-score, where they have an order but none is required. What
// stands in "more" is written as it is: it is text form already.
func composeScore(options []given) (text string, meant grammar.Request) {
	battle, action, room, score := textOf(options, optBattle), textOf(options, optAction), textOf(options, optRoom), textOf(options, optScore)
	var words []string
	for _, word := range []string{battle, action, room, score} {
		if word != "" {
			words = append(words, grammar.Quote(word))
		}
	}
	if more := textOf(options, optMore); more != "" {
		words = append(words, more)
	}
	meant = grammar.Request{Verb: grammar.VerbInfo, Battle: battle, DryRun: isSet(options, optDryRun)}
	if meant.DryRun {
		words = append(words, "--dry-run")
	}
	if len(words) == 0 {
		return "", grammar.Request{Verb: grammar.VerbHelp}
	}
	if action != "" {
		meant.Verb = grammar.Verb(action)
	}
	if room != "" || score != "" {
		points, err := strconv.ParseInt(score, 10, 64)
		if err != nil {
			points = -1 // it agrees with nothing
		}
		meant.Changes = []grammar.Change{{Room: room, Points: points}}
	}
	return strings.Join(words, " "), meant
}

// composeBattle writes a subcommand of /battle. The canonical line may be that of the other command.
func composeBattle(options []given) (command, text string, meant grammar.Request) {
	if len(options) == 0 {
		return commands.BattleCommand, "", grammar.Request{Verb: grammar.VerbHelp}
	}
	for _, sub := range subcommands() {
		if sub.name == options[0].Name {
			meant = sub.meant(options[0].Options)
			command, text, _ = strings.Cut(sub.line(options[0].Options), " ")
			return command, text, meant
		}
	}
	return commands.BattleCommand, grammar.Quote(clip(options[0].Name, maxName)), grammar.Request{}
}

// agree reports whether a line was read as it was meant. Rooms after the first come from "more", which
// means what it reads, a dry run included.
func agree(read, meant grammar.Request) bool {
	if meant.Verb == grammar.VerbHelp && meant.Topic == "" {
		return read.Verb == grammar.VerbHelp
	}
	if len(meant.Changes) > 0 && (len(read.Changes) == 0 || read.Changes[0] != meant.Changes[0]) {
		return false
	}
	return read.Verb == meant.Verb &&
		strings.EqualFold(read.Battle, meant.Battle) && // "ROOM:" is read as "room:"
		(read.DryRun || !meant.DryRun) &&
		(meant.Operation == "" || strings.EqualFold(read.Operation, meant.Operation)) &&
		read.Count == meant.Count && strings.EqualFold(strings.TrimPrefix(meant.Topic, "/"), read.Topic) &&
		read.Note == meant.Note
}

// misread says which options cannot be used, in the words that were typed.
func misread(options []given) *commands.Reply {
	r := commands.Reply{
		Tone:     commands.ToneBad,
		Headline: "These options could be read in another way than you mean: nothing was done",
		Notes:    []string{"A name is one word, without spaces, and no word of the command. Choose the battle and the room from the list that opens while you type."},
	}
	if len(options) == 1 && options[0].Type == optionSubcommand {
		options = options[0].Options
	}
	for _, option := range options[:min(len(options), maxOptions)] {
		r.Rows = append(r.Rows, commands.Row{Label: clip(option.Name, maxRowLabel), Subject: option.text()})
	}
	return &r
}
