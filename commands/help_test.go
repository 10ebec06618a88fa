package commands_test

import (
	"strings"
	"testing"

	"ringside/commands/grammar"
)

// TestHelpOnEveryTopic also shows that every line of help can be typed as it stands.
func TestHelpOnEveryTopic(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	for _, about := range append(grammar.Topics(), "") {
		got := r.say(t, ana, "/battle help "+about)
		if len(got.Rows) == 0 {
			t.Errorf("%q: there is no line\n%s", about, words(got))
		}
		for _, row := range got.Rows {
			command, text, _ := strings.Cut(row.Subject, " ")
			req, err := grammar.Parse(command, text)
			if err != nil {
				t.Errorf("%q offers %q: %v", about, row.Subject, err)
			}
			if "/"+about != command && about != "" && about != string(req.Verb) {
				t.Errorf("%q offers %q", about, row.Subject)
			}
		}
	}
	contains(t, r.say(t, ana, "/battle-score"), "/battle-score final add pk-live1 100", "/battle-score final set")
	contains(t, r.say(t, ana, "/battle help create"), "/battle create pk-live1 vs pk-live2 for 5m -- Final", "connected")
	contains(t, r.say(t, cam, "/battle help undo"), "You may not use this here")
}
