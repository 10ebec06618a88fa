package commands_test

import (
	"testing"
	"time"

	"ringside/commands"
)

func TestAsksAndPressesCountAlikeForOnePerson(t *testing.T) {
	t.Parallel()
	r := newRig(t, func(s *commands.Settings) { s.Pace = commands.Pace{PerSecond: 0.1, Burst: 2} })
	question := r.say(t, ana, "/battle-score final set pk-live1 500")
	result := r.press(t, ana, question, "Confirm").last(t)
	contains(t, result, "applied", "500")
	const refused = "You are sending commands faster than Ringside takes them from one person, so nothing was sent."
	contains(t, r.press(t, ana, result, "Again").last(t), refused, "Try again in 10 s.")
	contains(t, r.say(t, ana, "/battle-score final add pk-live1 1"), refused)
	contains(t, r.say(t, ben, "/battle-score final add pk-live1 1"), "now 501")
	r.later(10 * time.Second)
	contains(t, r.say(t, ana, "/battle-score final add pk-live1 1"), "now 502")
}
