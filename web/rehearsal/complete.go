package rehearsal

import (
	"context"
	"encoding/json"
	"net/http"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"ringside/commands"
	"ringside/commands/grammar"
	"ringside/web/page"
)

const (
	suggestLimit = time.Second
	maxChoices   = 8
)

// choice is one way to go on: the last word becomes Value.
type choice struct {
	Label string `json:"label"`
	Value string `json:"value"`
}

// complete answers what could follow, and with nothing rather than an error.
func (s *Server) complete(w http.ResponseWriter, r *http.Request) {
	var in struct {
		Text string `json:"text"`
	}
	if err := decode(w, r, &in); err != nil || len(in.Text) > maxLine {
		page.Say(w, http.StatusBadRequest, "This could not be read.")
		return
	}
	ctx, cancel := context.WithTimeout(r.Context(), suggestLimit)
	defer cancel()
	found := s.choices(ctx, in.Text)
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(found[:min(len(found), maxChoices)]) // the caller may be gone
}

// choices looks at which word is being typed.
func (s *Server) choices(ctx context.Context, text string) []choice {
	words := strings.Fields(text)
	last, _ := utf8.DecodeLastRuneInString(text)
	if len(words) == 0 || unicode.IsSpace(last) {
		words = append(words, "")
	}
	at := len(words) - 1
	typed := words[at]
	if at == 0 {
		return fitting(typed, commands.ScoreCommand, commands.BattleCommand)
	}
	q := commands.Query{Command: strings.ToLower(words[0]), Typed: typed, Caller: caller(), Place: place()}
	switch {
	case q.Command == commands.BattleCommand && at == 1:
		return fitting(typed, subcommands()...)
	case q.Command == commands.BattleCommand && at == 2 && takesBattle(words[1]), q.Command == commands.ScoreCommand && at == 1:
		q.Option = "battle"
	case q.Command == commands.ScoreCommand && at == 2:
		return fitting(typed, string(grammar.VerbAdd), string(grammar.VerbSet))
	case q.Command == commands.ScoreCommand && at%2 == 1: // rooms and numbers take turns
		q.Option, q.Battle = "room", words[1]
	default:
		return []choice{}
	}
	return s.ask(ctx, q)
}

func (s *Server) ask(ctx context.Context, q commands.Query) []choice {
	found := []choice{}
	for _, c := range s.suggest(ctx, q) {
		found = append(found, choice{Label: plain(c.Label), Value: plain(c.Value)})
	}
	return found
}

func fitting(typed string, words ...string) []choice {
	found := []choice{}
	for _, word := range words {
		if strings.HasPrefix(word, strings.ToLower(typed)) {
			found = append(found, choice{Label: word, Value: word})
		}
	}
	return found
}

func subcommands() []string {
	verbs := []grammar.Verb{
		grammar.VerbList, grammar.VerbInfo, grammar.VerbWatch, grammar.VerbUnwatch, grammar.VerbCreate, grammar.VerbName,
		grammar.VerbStatus, grammar.VerbLog, grammar.VerbUndo, grammar.VerbResolve, grammar.VerbOverlay, grammar.VerbWhoami, grammar.VerbHelp,
	}
	words := make([]string, len(verbs))
	for i, verb := range verbs {
		words[i] = string(verb)
	}
	return words
}

// takesBattle reports whether a battle follows the subcommand.
func takesBattle(word string) bool {
	switch grammar.Verb(strings.ToLower(word)) {
	case grammar.VerbInfo, grammar.VerbWatch, grammar.VerbUnwatch, grammar.VerbName, grammar.VerbLog, grammar.VerbOverlay:
		return true
	default:
		return false
	}
}
