package discordbot

import (
	"slices"
	"strconv"
	"strings"

	"ringside/commands"
	"ringside/commands/grammar"
)

// native writes a line in the text form, such as "/battle-score demo add pk-live1 100", with the names of
// Discord's options, so that it can be typed or pasted there. What is not such a line stays as it is.
func native(text string) string {
	command, rest, _ := strings.Cut(text, " ")
	if command != commands.ScoreCommand && command != commands.BattleCommand {
		return text
	}
	req, err := grammar.Parse(command, rest)
	if err != nil {
		return text
	}
	if len(req.Changes) > 0 {
		return nativeScore(req)
	}
	return nativeBattle(req)
}

// nativeBattle writes a subcommand; options that it does not have are empty.
func nativeBattle(req grammar.Request) string {
	duration, revoke, lines := "", "", ""
	if req.Verb == grammar.VerbCreate {
		duration = grammar.FormatDuration(req.Duration)
	}
	if req.Revoke {
		revoke = "True"
	}
	if req.Verb == grammar.VerbLog {
		lines = strconv.Itoa(req.Count)
	}
	operation := optOperation
	if req.Verb == grammar.VerbBulk {
		operation = optStop
	}
	return named(commands.BattleCommand+" "+string(req.Verb),
		optRooms, strings.Join(req.Rooms, " vs "), optDuration, duration, optNote, req.Note, optAlias, req.Alias,
		operation, req.Operation, optOutcome, req.Outcome, optBattle, req.Battle, optRevoke, revoke, optCount, lines, optTopic, req.Topic)
}

func nativeScore(req grammar.Request) string {
	first := req.Changes[0]
	more := make([]string, 0, 2*len(req.Changes))
	for _, change := range req.Changes[1:] {
		more = append(more, grammar.Quote(change.Room), strconv.FormatInt(change.Points, 10))
	}
	dryRun := ""
	if req.DryRun {
		dryRun = "True"
	}
	return named(commands.ScoreCommand,
		"battle", req.Battle, "action", string(req.Verb), "room", first.Room,
		"score", strconv.FormatInt(first.Points, 10), "more", strings.Join(more, " "), "dry_run", dryRun)
}

// named appends the options that have a value, given as pairs of name and value.
func named(line string, pairs ...string) string {
	for pair := range slices.Chunk(pairs, 2) {
		if name, value := pair[0], pair[len(pair)-1]; value != "" {
			line += " " + name + ":" + value
		}
	}
	return line
}
