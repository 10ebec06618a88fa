package commands_test

import (
	"context"
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"ringside/commands"
	"ringside/ledger"
	"ringside/tencent/simulator"
)

func TestSetAsksFirst(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	question := r.say(t, ana, "/battle-score final set pk-live1 1300")
	contains(t, question, "Set pk-live1 to 1,300 in final?", "1,240 → 1,300", "Now pk-live2 leads by 10; afterwards pk-live1 leads by 50.", "overwritten")
	if question.Public || r.score(t, "pk-live1") != 1240 {
		t.Fatal("a question is private, and sends nothing")
	}
	l := r.press(t, ana, question, "Confirm")
	contains(t, l.amended(t), "Confirmed: set pk-live1 to 1,300")
	contains(t, l.last(t), "applied  pk-live1  = 1,300  now 1,300, leads by 50 (before: 1,240)")
	if len(l.amended(t).Buttons) > 0 {
		t.Error("the question keeps its buttons")
	}
	again := r.press(t, ana, question, "Confirm")
	contains(t, again.last(t), "answered already", "/battle status")
	if n := r.sim.Totals().Commands[simulator.SetBattleScore]; n != 1 {
		t.Errorf("%d calls, want 1", n)
	}
}

func TestLargeAddAsksFirst(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	contains(t, r.say(t, ana, "/battle-score final add pk-live1 1000"), "applied")
	question := r.say(t, ana, "/battle-score final add pk-live1 1001")
	contains(t, question, "Add 1,001 to pk-live1 in final?", "2,240 → 3,241")
	must(t, r.sim.Gift(r.battle, "pk-live1", 900))
	l := r.press(t, ana, question, "Confirm")
	contains(t, l.last(t), "applied  pk-live1  +1,001  now 4,141")
}

func TestOnlyTheOneWhoAskedConfirms(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	question := r.say(t, ana, "/battle-score final set pk-live1 1300")
	for _, label := range []string{"Confirm", "Cancel"} {
		l := r.press(t, ben, question, label)
		contains(t, l.last(t), "Only somebody ("+ana+") can")
		if len(l.amends) > 0 || l.last(t).Public {
			t.Errorf("%s by another person changed the question or spoke to all", label)
		}
	}
	contains(t, r.press(t, ana, question, "Confirm").last(t), "applied")
}

func TestCancel(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	question := r.say(t, ana, "/battle-score final set pk-live1 1300")
	contains(t, r.press(t, ana, question, "Cancel").amended(t), "Cancelled: nothing was sent")
	contains(t, r.press(t, ana, question, "Confirm").amended(t), "It was cancelled; nothing was sent.")
	if r.score(t, "pk-live1") != 1240 {
		t.Error("it was sent")
	}
}

func TestTooLate(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	question := r.say(t, ana, "/battle-score final set pk-live1 1300")
	r.later(61 * time.Second)
	contains(t, r.press(t, ana, question, "Confirm").amended(t), "Nobody answered in time, so nothing was sent.")
	if r.score(t, "pk-live1") != 1240 {
		t.Error("it was sent")
	}
}

func TestTheQuestionExpiresByItself(t *testing.T) {
	t.Parallel()
	r := newRig(t, func(s *commands.Settings) { s.ConfirmExpires = 50 * time.Millisecond })
	l := &listener{heard: make(chan struct{}, 1)}
	r.handler.Handle(t.Context(), r.ask(ana, "/battle-score final set pk-live1 1300"), l)
	<-l.heard
	contains(t, l.amended(t), "Nobody answered in time, so nothing was sent")
	if len(l.amended(t).Buttons) > 0 {
		t.Error("the buttons stay")
	}
	contains(t, r.say(t, ana, "/battle status last"), "expired")
}

func TestAMovedScoreAsksAnew(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	question := r.say(t, ana, "/battle-score final set pk-live1 1300")
	must(t, r.sim.Gift(r.battle, "pk-live2", 100))
	fresh := r.press(t, ana, question, "Confirm").amended(t)
	contains(t, fresh, "The scores have moved, so nothing was sent.", "Now pk-live2 leads by 110; afterwards pk-live2 leads by 50.")
	contains(t, r.press(t, ana, question, "Confirm").last(t), "A newer question took its place")
	contains(t, r.press(t, ana, fresh, "Confirm").last(t), "applied  pk-live1  = 1,300")
}

func TestAuthorityIsCheckedAgainAtThePress(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		score int64
		want  string
	}{
		"more than the grant allows":     {9001, "rule: max_points"},
		"by now in need of a second yes": {7001, "needs a second person"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newRig(t)
			question := r.say(t, ana, "/battle-score final set pk-live1 4000")
			must(t, r.sim.Overwrite(r.battle, "pk-live1", tc.score))
			l := r.press(t, ana, question, "Confirm")
			contains(t, l.last(t), tc.want, "nothing was sent")
			if r.score(t, "pk-live1") != tc.score || len(l.amends) > 0 {
				t.Errorf("score %d, %d amends", r.score(t, "pk-live1"), len(l.amends))
			}
		})
	}
}

func TestAGrantTakenAwayBetweenQuestionAndPress(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	question := r.say(t, ana, "/battle-score final set pk-live1 1300")
	done := r.say(t, ana, "/battle-score final add pk-live2 1")
	r.grants[0].Who = []string{ben}
	r.reopen(t)
	contains(t, r.press(t, ana, question, "Confirm").last(t), "rule: who", ana)
	contains(t, r.press(t, ana, done, "Again").last(t), "rule: who")
	if r.score(t, "pk-live1") != 1240 || r.score(t, "pk-live2") != 1251 {
		t.Error("it was sent all the same")
	}
}

func TestASecondPerson(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	waiting := r.say(t, ana, "/battle-score final add pk-live1 3001")
	contains(t, waiting, "needs a second person", "nothing is sent until then")
	request := r.notices.last(t)
	contains(t, request, "somebody ("+ana+") asks: add 3,001 to pk-live1 in final?", "1,240 → 4,241")
	if !request.Public {
		t.Error("the request is not for all to see")
	}
	for name, who := range map[string]string{"the asker": ana, "the asker's other account": anaToo} {
		l := r.press(t, who, request, "Approve")
		contains(t, l.last(t), "another person must approve")
		if len(l.amends) > 0 {
			t.Errorf("%s changed the request", name)
		}
	}
	contains(t, r.press(t, cam, request, "Approve").last(t), "op.approve")
	l := r.press(t, ben, request, "Approve")
	contains(t, l.amended(t), "Approved by "+ben)
	contains(t, l.last(t), "applied  pk-live1  +3,001  now 4,241", "approved by "+ben)
	contains(t, r.say(t, ana, "/battle status last"), "Confirmed by "+ben)
}

func TestASecondPersonDeclinesOrTheFirstWithdraws(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.say(t, ana, "/battle-score final add pk-live1 3001")
	contains(t, r.press(t, cam, r.notices.last(t), "Decline").last(t), "op.approve")
	request := r.notices.last(t)
	contains(t, r.press(t, ben, request, "Decline").amended(t), "Cancelled")
	contains(t, r.notices.last(t), "Declined by "+ben)
	contains(t, r.press(t, ben, request, "Approve").amended(t), "It was cancelled")

	waiting := r.say(t, ana, "/battle-score final add pk-live1 3001")
	contains(t, r.press(t, ana, waiting, "Cancel").amended(t), "Cancelled")
	if r.score(t, "pk-live1") != 1240 {
		t.Error("it was sent")
	}
}

func TestWhatAPersonPutsOnARoomCountsTogether(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	for range 3 {
		contains(t, r.say(t, ana, "/battle-score final add pk-live1 1000"), "applied")
	}
	contains(t, r.say(t, anaToo, "/battle-score final add pk-live1 1"), "needs a second person")
	contains(t, r.say(t, ben, "/battle-score final add pk-live1 1"), "applied")
	contains(t, r.say(t, ana, "/battle-score final add pk-live2 1"), "applied")
	r.later(11 * time.Minute)
	contains(t, r.say(t, ana, "/battle-score final add pk-live1 1"), "applied")
}

func TestTwoAsksAtOnceCountTogether(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	var wg sync.WaitGroup
	for range 6 {
		wg.Go(func() { r.say(t, ana, "/battle-score final add pk-live1 1000") })
	}
	wg.Wait()
	if got := r.score(t, "pk-live1"); got > 1240+3000 {
		t.Errorf("one person put %d points on a room without a second one", got-1240)
	}
}

func TestARequestThatReachesNobody(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.notices.broken = true
	got := r.say(t, ana, "/battle-score final add pk-live1 3001")
	contains(t, got, "could not be delivered to anybody; nothing was sent")
	contains(t, r.say(t, ana, "/battle status last"), "cancelled")
}

func TestAnApprovalNeedsTheAskersGrantToo(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.say(t, ana, "/battle-score final add pk-live1 3001")
	request := r.notices.last(t)
	r.grants[0].Who = []string{ben}
	r.reopen(t)
	contains(t, r.press(t, ben, request, "Approve").last(t), ana, "may not ask for this any more", "nothing was sent")
	if r.score(t, "pk-live1") != 1240 {
		t.Error("it was sent")
	}
}

func TestOverwritesCountTogetherToo(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	question := r.say(t, ana, "/battle-score final set pk-live1 4000")
	contains(t, r.press(t, ana, question, "Confirm").last(t), "applied")
	contains(t, r.say(t, ana, "/battle-score final set pk-live1 5000"), "needs a second person")
	contains(t, r.say(t, ana, "/battle-score final add pk-live1 300"), "needs a second person")
}

func TestAStrangerCannotHoldABattle(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.say(t, ana, "/battle-score final set pk-live1 4900")
	request := r.notices.last(t)
	reads := r.sim.Totals().Commands[simulator.GetBattleInfo]
	for range 3 {
		contains(t, r.press(t, cam, request, "Approve").last(t), "op.approve")
	}
	if now := r.sim.Totals().Commands[simulator.GetBattleInfo]; now != reads {
		t.Errorf("a stranger's presses cost %d reads", now-reads)
	}
}

func TestAnApprovedResultReachesTheOneWhoAsked(t *testing.T) {
	t.Parallel()
	r := newRig(t, func(s *commands.Settings) { s.AnnounceToCaller = true })
	waiting := &listener{}
	r.handler.Handle(t.Context(), r.ask(ana, "/battle-score final add pk-live1 3001"), waiting)
	contains(t, r.press(t, ben, r.notices.last(t), "Approve").last(t), "applied")
	contains(t, r.notices.last(t), "applied  pk-live1  +3,001")
	if to := r.notices.places[len(r.notices.places)-1]; to.User != ana || to.Channel != "" {
		t.Errorf("told at %+v", to)
	}
	contains(t, waiting.amended(t), "Approved by "+ben)
}

func TestAnAdditionAfterAnUnknownAsksFirst(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.sim.Script(simulator.InternalError(simulator.Applied).On(simulator.SetBattleScore))
	contains(t, r.say(t, ana, "/battle-score final add pk-live1 100"), "unknown  pk-live1")
	question := r.say(t, ana, "/battle-score final add pk-live1 100")
	contains(t, question, "Add 100 to pk-live1 in final?", "is unknown. Look at the scores first")
	if r.score(t, "pk-live1") != 1340 {
		t.Fatal("it was sent without a question")
	}
	contains(t, r.say(t, ana, "/battle-score final add pk-live2 100"), "applied")
	contains(t, r.press(t, ana, question, "Confirm").last(t), "applied")
	contains(t, r.say(t, ana, "/battle-score final add pk-live1 5 --dry-run"), "ask you to confirm")
}

func TestAgainActsOnce(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	done := r.say(t, ana, "/battle-score final add pk-live1 100")
	var wg sync.WaitGroup
	results := make(chan *listener, 5)
	for range cap(results) {
		wg.Go(func() { results <- r.press(t, ana, done, "Again") })
	}
	wg.Wait()
	close(results)
	applied := 0
	for l := range results {
		if text := words(l.last(t)); strings.Contains(text, "applied  pk-live1  +100") {
			applied++
		} else {
			contains(t, l.last(t), "pressed already")
		}
	}
	if applied != 1 || r.score(t, "pk-live1") != 1440 {
		t.Errorf("%d taps acted, score %d", applied, r.score(t, "pk-live1"))
	}
	contains(t, r.press(t, cam, done, "Again").last(t), "score.add")
	r.later(16 * time.Minute)
	contains(t, r.press(t, ana, done, "Again").last(t), "expired", "/battle-score final add pk-live1 100")
}

func TestAnUnknownButton(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	l := &listener{}
	r.handler.Press(t.Context(), commands.Press{Button: "nothing", Caller: commands.Caller{ID: ana}}, l)
	contains(t, l.amended(t), "no longer known")
}

func TestAskersAreToldAfterARestart(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	// The process died between the intent and its outcome.
	must(t, r.ledger.Record(t.Context(), "k", ledger.Operation{
		ID: "k7m2qx", Kind: ledger.Add, Battle: r.battle, Alias: "final", Rooms: []ledger.Room{{Room: "pk-live1", Points: 100}},
		Asker: ana, AskerName: "Ana", Channel: channel, State: ledger.Intent, Created: r.now(), Owner: "a run that died",
		Lease: r.now().Add(15 * time.Second), SendBy: r.now().Add(5 * time.Second), Sends: 1,
	}, nil))
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- r.handler.Run(ctx) }()
	r.later(16 * time.Second)
	waitFor(t, func() bool {
		o, err := r.ledger.Operation(t.Context(), "k7m2qx")
		must(t, err)
		untold, err := r.ledger.Untold(t.Context(), time.Time{}, r.now())
		must(t, err)
		return o.State == ledger.Settled && len(untold) == 0
	})
	stop()
	must(t, <-ended)
	contains(t, r.notices.last(t), "Ana ("+ana+")", "unknown  pk-live1  +100", "operation k7m2qx", "stopped while it was being sent")
	if to := r.notices.places[0]; to.Channel != channel || to.User != ana {
		t.Errorf("told at %+v", to)
	}
}

func TestALateOutcomeForTheCallerAlone(t *testing.T) {
	t.Parallel()
	r := newRig(t, func(s *commands.Settings) { s.AnnounceToCaller = true })
	r.handler.Handle(t.Context(), r.ask(ana, "/battle-score final add pk-live1 100"), &listener{broken: true})
	r.later(time.Minute)
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- r.handler.Run(ctx) }()
	waitFor(t, func() bool {
		r.notices.mu.Lock()
		defer r.notices.mu.Unlock()
		return len(r.notices.places) > 0
	})
	stop()
	must(t, <-ended)
	if to := r.notices.places[0]; to.Channel != "" || to.User != ana {
		t.Errorf("told at %+v, want to ana alone", to)
	}
}

func TestAnOutcomeThatCouldNotBeDeliveredIsToldLater(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	deaf := &listener{broken: true}
	r.handler.Handle(t.Context(), r.ask(ana, "/battle-score final add pk-live1 100"), deaf)
	if r.score(t, "pk-live1") != 1340 {
		t.Fatal("a reply that can't be delivered changed the outcome")
	}
	r.later(time.Minute)
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- r.handler.Run(ctx) }()
	waitFor(t, func() bool {
		untold, err := r.ledger.Untold(t.Context(), time.Time{}, r.now())
		must(t, err)
		return len(untold) == 0
	})
	stop()
	must(t, errors.Join(<-ended))
	contains(t, r.notices.last(t), "applied  pk-live1  +100")
}
