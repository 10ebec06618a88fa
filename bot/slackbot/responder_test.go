package slackbot_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"ringside/bot/slackbot/slackfake"
	"ringside/commands"
)

// script answers one command or press; the test runs it with the Responder in hand.
type script func(ctx context.Context, to commands.Responder) error

// playing returns a desk that runs command for each command and press for each press.
func playing(command, press script, failed chan<- error) desk {
	return desk{
		handle: func(ctx context.Context, _ commands.Invocation, to commands.Responder) { failed <- command(ctx, to) },
		press:  func(ctx context.Context, _ commands.Press, to commands.Responder) { failed <- press(ctx, to) },
	}
}

// says is the smallest reply.
func says(words string) commands.Reply { return commands.Reply{Headline: words} }

func saysAll(words string) commands.Reply { return commands.Reply{Headline: words, Public: true} }

func sure() commands.Reply {
	return commands.Reply{Headline: "Sure?", Buttons: []commands.Button{{ID: "yes1", Label: "Confirm"}}}
}

// do runs steps in order and returns the first error.
func do(ctx context.Context, steps ...func(context.Context) error) error {
	for i, step := range steps {
		if err := step(ctx); err != nil {
			return fmt.Errorf("step %d: %w", i, err)
		}
	}
	return nil
}

func progress(to commands.Responder, r commands.Reply) func(context.Context) error {
	return func(ctx context.Context) error { return to.Progress(ctx, r) }
}

func answer(to commands.Responder, r commands.Reply) func(context.Context) error {
	return func(ctx context.Context) error { return to.Answer(ctx, r) }
}

func amend(to commands.Responder, r commands.Reply) func(context.Context) error {
	return func(ctx context.Context) error { return to.Amend(ctx, r) }
}

// standing lists what the person sees in the channel: "private: words" or "public: words".
func standing(r *rig, user string) []string { return standingIn(r, user, "C0AB") }

func standingIn(r *rig, user, channel string) []string {
	var all []string
	for _, m := range r.slack.Sees(user, channel) {
		kind := "public"
		if m.For != "" {
			kind = "private"
		}
		text := strings.ReplaceAll(strings.Join(m.Lines(), " / "), "*", "")
		for _, b := range m.Buttons() {
			text += " [" + b.Label + "]"
		}
		for _, f := range m.Files {
			text += "{" + f.Name + "}"
		}
		all = append(all, kind+": "+text)
	}
	return all
}

func TestPlanForACommand(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name  string
		never bool // commands' addresses never replace, as some report
		run   func(ctx context.Context, to commands.Responder) error
		want  []string
		uses  int
	}{
		{
			"a private answer", false,
			func(ctx context.Context, to commands.Responder) error { return do(ctx, answer(to, says("No"))) },
			[]string{"private: No"}, 1,
		},
		{
			"a public answer", false,
			func(ctx context.Context, to commands.Responder) error { return do(ctx, answer(to, saysAll("Done"))) },
			[]string{"public: Done"}, 1,
		},
		{
			"a private answer takes the place of progress", false,
			func(ctx context.Context, to commands.Responder) error {
				return do(ctx, progress(to, says("Under way")), answer(to, says("No")))
			},
			[]string{"private: No"}, 2,
		},
		{
			"a public answer takes progress away", false,
			func(ctx context.Context, to commands.Responder) error {
				return do(ctx, progress(to, says("Under way")), answer(to, saysAll("Done")))
			},
			[]string{"public: Done"}, 3,
		},
		{
			"progress is private whatever it says", false,
			func(ctx context.Context, to commands.Responder) error {
				return do(ctx, progress(to, saysAll("Under way")))
			},
			[]string{"private: Under way"}, 1,
		},
		{
			"a second progress takes the place of the first", false,
			func(ctx context.Context, to commands.Responder) error {
				return do(ctx, progress(to, says("Under way")), progress(to, says("Still under way")), answer(to, says("No")))
			},
			[]string{"private: No"}, 3,
		},
		{
			"a question that expires loses its buttons", false,
			func(ctx context.Context, to commands.Responder) error {
				return do(ctx, progress(to, says("Under way")), answer(to, sure()), amend(to, says("Expired")))
			},
			[]string{"private: Expired"}, 3,
		},
		{
			"an amendment without a question is a private answer", false,
			func(ctx context.Context, to commands.Responder) error {
				return do(ctx, answer(to, saysAll("Done")), amend(to, saysAll("It did count")))
			},
			[]string{"public: Done", "private: It did count"}, 2,
		},
		{
			"everything a long command may say fits", false,
			func(ctx context.Context, to commands.Responder) error {
				return do(ctx, progress(to, says("Under way")), answer(to, sure()), amend(to, says("Expired")),
					answer(to, saysAll("Late news")), answer(to, saysAll("Later news")))
			},
			[]string{"private: Expired", "public: Late news", "public: Later news"}, 5,
		},
		{
			"progress after a question stands under it and goes again", false,
			func(ctx context.Context, to commands.Responder) error {
				return do(ctx, answer(to, sure()), progress(to, says("Checking")), answer(to, saysAll("Done")))
			},
			[]string{"private: Sure? [Confirm]", "public: Done"}, 4,
		},
		{
			"where nothing is replaced, every word still arrives", true,
			func(ctx context.Context, to commands.Responder) error {
				return do(ctx, progress(to, says("Under way")), answer(to, sure()), amend(to, says("Expired")), answer(to, saysAll("News")))
			},
			[]string{"private: Under way", "private: Sure? [Confirm]", "private: Expired", "public: News"}, 4,
		},
		{
			"where nothing is deleted, the answer still arrives", true,
			func(ctx context.Context, to commands.Responder) error {
				return do(ctx, progress(to, says("Under way")), answer(to, saysAll("Done")), answer(to, saysAll("More")))
			},
			[]string{"private: Under way", "public: Done", "public: More"}, 4,
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			failed := make(chan error, 1)
			r := start(t, setup{desk: playing(tt.run, nil, failed), fake: slackfake.Config{CommandsNeverReplace: tt.never}})
			r.ask(t, slackfake.Ask{Text: "demo"})
			if err := receive(t, r, failed); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.want, standing(r, "U0456")); diff != "" {
				t.Errorf("what stands there (-want +got):\n%s", diff)
			}
			if got := r.slack.ReplyUses(); len(got) != 1 || got[0] != tt.uses {
				t.Errorf("the address was used %v times, want %d", got, tt.uses)
			}
			if got := r.slack.Calls("chat.postMessage") + r.slack.Calls("chat.postEphemeral"); got != 0 {
				t.Errorf("the Web API was called %d times", got)
			}
		})
	}
}

func TestPlanForAPress(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name   string
		public bool // of the message that is pressed
		run    func(ctx context.Context, to commands.Responder) error
		want   []string // besides the pressed message
	}{
		{
			"an amendment replaces the private question", false,
			func(ctx context.Context, to commands.Responder) error { return do(ctx, amend(to, says("Confirmed"))) },
			[]string{"private: Confirmed"},
		},
		{
			"an amendment replaces the public question for all", true,
			func(ctx context.Context, to commands.Responder) error {
				return do(ctx, amend(to, says("Approved by mika")))
			},
			[]string{"public: Approved by mika"},
		},
		{
			"answers are new messages", false,
			func(ctx context.Context, to commands.Responder) error {
				return do(ctx, answer(to, says("Not you")), answer(to, saysAll("Done")))
			},
			[]string{"private: Sure? [Confirm]", "private: Not you", "public: Done"},
		},
		{
			"a private answer to a public question is private", true,
			func(ctx context.Context, to commands.Responder) error { return do(ctx, answer(to, says("Not you"))) },
			[]string{"public: Sure? [Confirm]", "private: Not you"},
		},
		{
			"progress stands in a private question, without its buttons", false,
			func(ctx context.Context, to commands.Responder) error {
				return do(ctx, progress(to, says("Under way")))
			},
			[]string{"private: Sure? / Under way"},
		},
		{
			"and an amendment takes the place of both", false,
			func(ctx context.Context, to commands.Responder) error {
				return do(ctx, progress(to, says("Under way")), amend(to, says("Confirmed")), answer(to, saysAll("Done")))
			},
			[]string{"private: Confirmed", "public: Done"},
		},
		{
			"and an answer brings the question back", false,
			func(ctx context.Context, to commands.Responder) error {
				return do(ctx, progress(to, says("Under way")), answer(to, says("Try again")))
			},
			[]string{"private: Sure? [Confirm]", "private: Try again"},
		},
		{
			"progress stands under an amended question and goes again", false,
			func(ctx context.Context, to commands.Responder) error {
				return do(ctx, amend(to, says("Confirmed")), progress(to, says("Under way")), answer(to, saysAll("Done")))
			},
			[]string{"private: Confirmed", "public: Done"},
		},
		{
			"progress on a public question is private", true,
			func(ctx context.Context, to commands.Responder) error {
				return do(ctx, amend(to, says("Approved")), progress(to, says("Under way")), answer(to, saysAll("Done")))
			},
			[]string{"public: Approved", "private: Under way", "public: Done"},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			failed := make(chan error, 2)
			asks := func(ctx context.Context, to commands.Responder) error {
				q := sure()
				q.Public = tt.public
				return to.Answer(ctx, q)
			}
			r := start(t, setup{desk: playing(asks, tt.run, failed)})
			r.ask(t, slackfake.Ask{Text: "demo"})
			if err := receive(t, r, failed); err != nil {
				t.Fatal(err)
			}
			if _, err := r.slack.Press(r.ctx, slackfake.Press{Message: r.reads(t, "Sure?"), Value: "yes1"}); err != nil {
				t.Fatal(err)
			}
			if err := receive(t, r, failed); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.want, standing(r, "U0456")); diff != "" {
				t.Errorf("what stands there (-want +got):\n%s", diff)
			}
		})
	}
}

func TestProgressSparesTheAddress(t *testing.T) {
	t.Parallel()
	failed := make(chan error, 1)
	run := func(ctx context.Context, to commands.Responder) error {
		for range 9 {
			if err := to.Progress(ctx, says("Under way")); err != nil {
				return err
			}
		}
		return do(ctx, answer(to, sure()), amend(to, says("Expired")), answer(to, says("News")))
	}
	r := start(t, setup{desk: playing(run, nil, failed)})
	r.ask(t, slackfake.Ask{})
	if err := receive(t, r, failed); err != nil {
		t.Fatal(err)
	}
	if got := r.slack.ReplyUses(); got[0] != 5 || r.bot.Stats().FellBack != 0 {
		t.Errorf("%v uses, stats %+v", got, r.bot.Stats())
	}
	if diff := cmp.Diff([]string{"private: Expired", "private: News"}, standing(r, "U0456")); diff != "" {
		t.Errorf("what stands there (-want +got):\n%s", diff)
	}
}

func TestAfterFiveUsesOrHalfAnHour(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name  string
		first int           // answers before
		pass  time.Duration // after them
		reply commands.Reply
		want  string
		via   string
	}{
		{"the sixth public answer is posted in the channel", 5, 0, saysAll("Sixth"), "public: Sixth", "chat.postMessage"},
		{"the sixth private answer is shown in the channel", 5, 0, says("Sixth"), "private: Sixth", "chat.postEphemeral"},
		{"a late public answer", 1, 29 * time.Minute, saysAll("Late"), "public: Late", "chat.postMessage"},
		{"a late private answer", 1, 29 * time.Minute, says("Late"), "private: Late", "chat.postEphemeral"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			failed := make(chan error, 1)
			var r *rig
			ready := make(chan struct{})
			run := func(ctx context.Context, to commands.Responder) error {
				<-ready
				for range tt.first {
					if err := to.Answer(ctx, says("Earlier")); err != nil {
						return err
					}
				}
				r.clock.pass(tt.pass)
				return to.Answer(ctx, tt.reply)
			}
			r = start(t, setup{desk: playing(run, nil, failed)})
			close(ready)
			r.ask(t, slackfake.Ask{})
			if err := receive(t, r, failed); err != nil {
				t.Fatal(err)
			}
			seen := standing(r, "U0456")
			if last := seen[len(seen)-1]; last != tt.want {
				t.Errorf("the last message is %q, want %q", last, tt.want)
			}
			if got := r.slack.ReplyUses()[0]; got != tt.first || r.slack.Calls(tt.via) != 1 {
				t.Errorf("%d uses of the address, %d calls of %s", got, r.slack.Calls(tt.via), tt.via)
			}
		})
	}
}
