package main

import (
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"ringside/tencent/simulator"
)

func TestAdd(t *testing.T) {
	t.Parallel()
	overEveryChat(t, func(t *testing.T, s *stageOf) {
		s.ask(t, mika, "/battle-score room:pk-live1 add pk-live1 100")
		m := s.await(t, mika, "applied", "pk-live1", "+100", "now 100, leads by 100")
		if !regexp.MustCompile(`operation [0-9a-z]{6}`).MatchString(m.text) {
			t.Errorf("no operation id in %q", m.text)
		}
		if s.score(t, "pk-live1") != 100 {
			t.Errorf("score %d", s.score(t, "pk-live1"))
		}
	})
}

func TestResultsArePublicAndQuestionsPrivate(t *testing.T) {
	t.Parallel()
	overSharedChats(t, func(t *testing.T, s *stageOf) {
		s.ask(t, mika, "/battle-score room:pk-live1 add pk-live1 100")
		if s.await(t, mika, "applied", "+100").private {
			t.Error("the result is private")
		}
		s.ask(t, mika, "/battle-score room:pk-live1 set pk-live1 500")
		if !s.await(t, mika, "Set pk-live1 to 500").private {
			t.Error("the question is public")
		}
		s.ask(t, mika, "/battle-score room:pk-live1 add pk-live1 9000")
		if !s.await(t, mika, "rule: max_points").private {
			t.Error("the refusal is public")
		}
	})
}

func TestSet(t *testing.T) {
	t.Parallel()
	overEveryChat(t, func(t *testing.T, s *stageOf) {
		s.ask(t, mika, "/battle-score room:pk-live1 set pk-live1 500")
		question := s.await(t, mika, "Set pk-live1 to 500", "0 → 500")
		if s.score(t, "pk-live1") != 0 {
			t.Fatal("a question already acted")
		}
		s.press(t, mika, question, "Confirm")
		s.await(t, mika, "applied", "= 500", "now 500")
		if slices.Contains(s.await(t, mika, "Confirmed: set pk-live1 to 500").buttons, "Confirm") {
			t.Error("the buttons stayed")
		}
	})
}

func TestDoubleTapActsOnce(t *testing.T) {
	t.Parallel()
	overSharedChats(t, func(t *testing.T, s *stageOf) {
		s.ask(t, mika, "/battle-score room:pk-live1 set pk-live1 500")
		question := s.await(t, mika, "Set pk-live1 to 500")
		for range 3 {
			s.press(t, mika, question, "Confirm")
		}
		s.await(t, mika, "applied", "= 500")
		s.await(t, mika, "Confirmed: set pk-live1 to 500")
		if n := s.sim.Totals().Commands[simulator.SetBattleScore]; n != 1 {
			t.Errorf("%d writes, want 1", n)
		}
	})
}

func TestPressByAnotherMember(t *testing.T) {
	t.Parallel()
	overSharedChats(t, func(t *testing.T, s *stageOf) {
		s.ask(t, mika, "/battle-score room:pk-live1 set pk-live1 500")
		question := s.await(t, mika, "Set pk-live1 to 500")
		s.press(t, groupie, question, "Confirm")
		s.await(t, groupie, "Only mika")
		s.press(t, mika, question, "Cancel")
		s.await(t, mika, "Cancelled: nothing was sent")
		if s.score(t, "pk-live1") != 0 {
			t.Error("it was sent")
		}
	})
}

func TestRedeliveredAskActsOnce(t *testing.T) {
	t.Parallel()
	overSharedChats(t, func(t *testing.T, s *stageOf) {
		s.ask(t, mika, "/battle-score room:pk-live1 add pk-live1 100")
		s.await(t, mika, "applied", "+100")
		for range 3 {
			s.again(t)
		}
		s.ask(t, mika, "/battle-score room:pk-live1 add pk-live1 7")
		s.await(t, mika, "applied", "now 107")
		if s.score(t, "pk-live1") != 107 {
			t.Errorf("score %d, want 107", s.score(t, "pk-live1"))
		}
	})
}

func TestGroupsAndStrangers(t *testing.T) {
	t.Parallel()
	overSharedChats(t, func(t *testing.T, s *stageOf) {
		s.ask(t, groupie, "/battle-score room:pk-live1 add pk-live1 100")
		s.await(t, groupie, "applied", "+100")
		s.ask(t, stranger, "/battle-score room:pk-live1 add pk-live1 100")
		s.await(t, stranger, "You may not do this", "rule: who")
		if s.score(t, "pk-live1") != 100 {
			t.Errorf("score %d", s.score(t, "pk-live1"))
		}
	})
}

func TestLooking(t *testing.T) {
	t.Parallel()
	overEveryChat(t, func(t *testing.T, s *stageOf) {
		s.ask(t, mika, "/battle-score room:pk-live1 add pk-live1 100")
		s.await(t, mika, "applied", "+100")
		s.ask(t, mika, "/battle-score room:pk-live1")
		s.await(t, mika, "pk-live1 leads by 100", "left")
		s.ask(t, mika, "/battle status last")
		s.await(t, mika, "asked by", "applied")
		s.ask(t, mika, "/battle log")
		s.await(t, mika, "The latest operations", "add 100 to pk-live1")
		s.ask(t, mika, "/battle whoami")
		s.await(t, mika, "You are")
		s.ask(t, mika, "/battle help")
		s.await(t, mika, "What you can type here", "/battle-score")
	})
}

func TestUnknownIsShownAsSuch(t *testing.T) {
	t.Parallel()
	overEveryChat(t, func(t *testing.T, s *stageOf) {
		s.sim.Script(simulator.Reset(simulator.Applied).On(simulator.SetBattleScore))
		s.ask(t, mika, "/battle-score room:pk-live1 add pk-live1 100")
		s.await(t, mika, "unknown", "+100", "may or may not have counted")
	})
}

func TestUnderWayIsShown(t *testing.T) {
	t.Parallel()
	overEveryChat(t, func(t *testing.T, s *stageOf) {
		s.sim.Script(simulator.Slow(2500 * time.Millisecond).On(simulator.SetBattleScore))
		s.ask(t, mika, "/battle-score room:pk-live1 add pk-live1 100")
		s.await(t, mika, "Under way")
		s.await(t, mika, "applied", "+100")
	})
}

func TestGracefulStop(t *testing.T) {
	t.Parallel()
	overSharedChats(t, func(t *testing.T, s *stageOf) {
		s.ask(t, mika, "/battle-score room:pk-live1 add pk-live1 1")
		s.await(t, mika, "applied", "+1")
		s.sim.Script(simulator.Slow(time.Second).On(simulator.SetBattleScore))
		s.ask(t, mika, "/battle-score room:pk-live1 add pk-live1 100")
		<-s.writes
		<-s.writes
		if status := s.stop(); status != exitDone {
			t.Errorf("status %d:\n%s", status, s.logs)
		}
		s.await(t, mika, "applied", "+100")
	})
}

// TestNoSecretLeaves lets everything go wrong at the most talkative log level, and looks for each secret in all
// that was logged.
func TestNoSecretLeaves(t *testing.T) {
	t.Parallel()
	overSharedChats(t, func(t *testing.T, s *stageOf) {
		s.ask(t, mika, "/battle-score room:pk-live1 add pk-live1 77")
		s.await(t, mika, "applied", "+77")
		s.sim.Script(
			simulator.BadGateway(simulator.NotApplied), simulator.Reset(simulator.NotApplied), simulator.Redirect(),
			simulator.Truncate(simulator.NotApplied), simulator.WrongRegion(), simulator.ExpiredSig(),
		)
		seen := ""
		for _, points := range []string{"1", "2", "3", "4"} {
			s.ask(t, mika, "/battle-score room:pk-live1 add pk-live1 "+points)
			seen += s.await(t, mika, "+"+points).text
		}
		must(t, s.host.Shut())
		s.ask(t, mika, "/battle-score b2 add pk-live1 5")
		seen += s.await(t, mika, "not applied", "+5").text
		s.stop()
		for name, secret := range s.secrets() {
			if strings.Contains(seen+s.logs.String(), secret) {
				t.Errorf("%s leaked", name)
			}
		}
	})
}

func TestUndoEverywhere(t *testing.T) {
	t.Parallel()
	overEveryChat(t, func(t *testing.T, s *stageOf) {
		s.ask(t, mika, "/battle-score room:pk-live1 add pk-live1 100")
		done := s.await(t, mika, "applied", "+100")
		s.press(t, mika, done, "Undo")
		asked := s.await(t, mika, "Undo operation", "100 → 0")
		s.press(t, mika, asked, "Confirm")
		s.await(t, mika, "applied", "= 0", "undoes ")
		if s.score(t, "pk-live1") != 0 {
			t.Errorf("score %d", s.score(t, "pk-live1"))
		}
		s.ask(t, mika, "/battle-score room:pk-live1 add pk-live1 7")
		s.await(t, mika, "applied", "+7")
		s.ask(t, mika, "/battle undo last")
		s.await(t, mika, "Undo operation", "7 → 0")
	})
}

func TestAnUnknownIsResolvedEverywhere(t *testing.T) {
	t.Parallel()
	overEveryChat(t, func(t *testing.T, s *stageOf) {
		s.sim.Script(simulator.BadGateway(simulator.Applied).On(simulator.SetBattleScore))
		s.ask(t, mika, "/battle-score room:pk-live1 add pk-live1 100")
		s.await(t, mika, "unknown", "+100", "/battle resolve")
		told := s.await(t, mika, "what became of your change", "unknown", "It probably counted")
		s.press(t, mika, told, "It counted")
		s.await(t, mika, "says that operation", "counted for pk-live1")
	})
}

// All that was sent must have arrived before the scores say anything, so that the news comes by itself, a few seconds later.
func TestTheNewsOfAnUnknownComesByItself(t *testing.T) {
	t.Parallel()
	overSharedChats(t, func(t *testing.T, s *stageOf) {
		s.sim.Script(simulator.BadGateway(simulator.Applied).On(simulator.SetBattleScore))
		s.ask(t, mika, "/battle-score room:pk-live1 add pk-live1 100")
		s.await(t, mika, "unknown", "+100", "/battle resolve")
		s.await(t, mika, "what became of your change", "before 0, now 100, expected at least 100. It probably counted.")
	})
}

func TestCreateEverywhere(t *testing.T) {
	t.Parallel()
	overEveryChat(t, func(t *testing.T, s *stageOf) {
		s.ask(t, mika, "/battle create pk-a vs pk-b for 5m -- Final")
		s.press(t, mika, s.await(t, mika, "Start a battle of pk-a and pk-b", "Final"), "Confirm")
		s.await(t, mika, "applied", "pk-b", "The battle's id is")
		s.ask(t, mika, "/battle list")
		s.await(t, mika, "1 battle is running", "pk-b")
	})
}
