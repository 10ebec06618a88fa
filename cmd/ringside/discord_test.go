package main

import (
	"slices"
	"strings"
	"testing"

	"ringside/bot/discordbot/discordfake"
)

func overDiscord(t *testing.T, test func(t *testing.T, s *stageOf)) {
	for _, mode := range []string{"gateway", "http"} {
		t.Run(mode, func(t *testing.T) {
			t.Parallel()
			test(t, openDiscord(t, mode))
		})
	}
}

func TestARoleTakenAwayBetweenQuestionAndPress(t *testing.T) {
	t.Parallel()
	overDiscord(t, func(t *testing.T, s *stageOf) {
		s.ask(t, groupie, "/battle-score room:pk-live1 set pk-live1 500")
		question := s.await(t, groupie, "Set pk-live1 to 500")
		message, _ := question.raw.(discordfake.Message)
		b, _ := message.Button("Confirm")
		person := discordPerson(groupie)
		person.Roles = nil
		_, err := s.discord.Press(t.Context(), discordfake.Press{Person: person, Message: message, CustomID: b.CustomID})
		must(t, err)
		s.await(t, groupie, "You may not do this", "rule: who")
		if s.score(t, "pk-live1") != 0 {
			t.Error("it was sent")
		}
	})
}

func TestAServerThatIsNotListed(t *testing.T) {
	t.Parallel()
	overDiscord(t, func(t *testing.T, s *stageOf) {
		person := discordPerson(mika)
		person.Guild = "12345"
		_, err := s.discord.Ask(t.Context(), discordfake.Ask{
			Person: person, Options: scoreOptions(t, strings.Fields("room:pk-live1 add pk-live1 100")),
		})
		must(t, err)
		s.await(t, mika, "12345")
		if s.score(t, "pk-live1") != 0 {
			t.Error("it was sent")
		}
	})
}

func TestSeveralRoomsThroughMore(t *testing.T) {
	t.Parallel()
	overDiscord(t, func(t *testing.T, s *stageOf) {
		s.ask(t, mika, "/battle-score room:pk-live1 add pk-live1 100 pk-live2 50")
		s.await(t, mika, "applied", "+100", "+50")
		if s.score(t, "pk-live1") != 100 || s.score(t, "pk-live2") != 50 {
			t.Errorf("scores %d and %d", s.score(t, "pk-live1"), s.score(t, "pk-live2"))
		}
	})
}

func TestChoicesWhileTyping(t *testing.T) {
	t.Parallel()
	overDiscord(t, func(t *testing.T, s *stageOf) {
		s.ask(t, mika, "/battle-score room:pk-live1 add pk-live1 100")
		s.await(t, mika, "applied", "+100")
		offered := func(who string, options ...discordfake.Option) []string {
			r, err := s.discord.Suggest(t.Context(), discordfake.Ask{Person: discordPerson(who), Options: options})
			must(t, err)
			var values []string
			for _, c := range r.Choices {
				value, _ := c.Value.(string)
				values = append(values, value)
			}
			return values
		}
		if got := offered(mika, discordfake.Option{Name: "battle", Value: "live1", Focused: true}); !slices.Equal(got, []string{s.battle}) {
			t.Errorf("battles: %q", got)
		}
		rooms := offered(mika, discordfake.Option{Name: "battle", Value: s.battle}, discordfake.Option{Name: "room", Value: "2", Focused: true})
		if !slices.Equal(rooms, []string{"pk-live2"}) {
			t.Errorf("rooms: %q", rooms)
		}
		if got := offered(stranger, discordfake.Option{Name: "battle", Value: "", Focused: true}); len(got) != 0 {
			t.Errorf("a stranger is offered %q", got)
		}
	})
}

func TestTheGatewayDropsInTheMiddleOfACommand(t *testing.T) {
	t.Parallel()
	s := openDiscord(t, "gateway")
	s.ask(t, mika, "/battle-score room:pk-live1 set pk-live1 500")
	question := s.await(t, mika, "Set pk-live1 to 500")
	s.discord.DropGateway()
	must(t, waitUntil(t, func() bool { now, _, resumed := s.discord.Sessions(); return now > 0 && resumed > 0 }, s.discord.Wait))
	s.press(t, mika, question, "Confirm")
	s.await(t, mika, "applied", "= 500")
	if s.score(t, "pk-live1") != 500 {
		t.Errorf("score %d", s.score(t, "pk-live1"))
	}
}

func TestTooManyEdits(t *testing.T) {
	t.Parallel()
	overDiscord(t, func(t *testing.T, s *stageOf) {
		s.discord.Fail(discordfake.Edit, discordfake.Fault{Status: 429, RetryAfter: 0.1})
		s.discord.Fail(discordfake.FollowUp, discordfake.Fault{Status: 429, RetryAfter: 0.1})
		s.ask(t, mika, "/battle-score room:pk-live1 add pk-live1 100")
		s.await(t, mika, "applied", "+100")
		if s.score(t, "pk-live1") != 100 {
			t.Errorf("score %d", s.score(t, "pk-live1"))
		}
	})
}
