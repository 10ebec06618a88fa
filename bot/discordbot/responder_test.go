package discordbot_test

import (
	"context"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"ringside/bot/discordbot/discordfake"
	"ringside/commands"
)

func TestPlanForACommand(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name string
		run  script
		want []string
		post int // calls that sent or changed something, the tidying aside
	}{
		{
			"a private answer takes the placeholder",
			func(ctx context.Context, to commands.Responder) error { return do(ctx, answer(to, says("No"))) },
			[]string{"private: No"}, 1,
		},
		{
			"a public answer is a message of its own, and the placeholder goes",
			func(ctx context.Context, to commands.Responder) error { return do(ctx, answer(to, saysAll("Done"))) },
			[]string{"public: Done"}, 2,
		},
		{
			"a private answer takes the place of progress",
			func(ctx context.Context, to commands.Responder) error {
				return do(ctx, progress(to, says("Under way")), answer(to, says("No")))
			},
			[]string{"private: No"}, 2,
		},
		{
			"a public answer takes progress away",
			func(ctx context.Context, to commands.Responder) error {
				return do(ctx, progress(to, says("Under way")), answer(to, saysAll("Done")))
			},
			[]string{"public: Done"}, 2,
		},
		{
			"progress is private whatever it says",
			func(ctx context.Context, to commands.Responder) error {
				return do(ctx, progress(to, saysAll("Under way")))
			},
			[]string{"private: Under way"}, 1,
		},
		{
			"a second progress takes the place of the first",
			func(ctx context.Context, to commands.Responder) error {
				return do(ctx, progress(to, says("Under way")), progress(to, says("Still under way")), answer(to, says("No")))
			},
			[]string{"private: No"}, 3,
		},
		{
			"a question that expires loses its buttons",
			func(ctx context.Context, to commands.Responder) error {
				return do(ctx, progress(to, says("Under way")), answer(to, sure()), amend(to, says("Expired")))
			},
			[]string{"private: Expired"}, 3,
		},
		{
			"an amendment without a question is a private answer",
			func(ctx context.Context, to commands.Responder) error {
				return do(ctx, answer(to, saysAll("Done")), amend(to, saysAll("It did count")))
			},
			[]string{"public: Done", "private: It did count"}, 3,
		},
		{
			"an amendment of a passing line takes its place",
			func(ctx context.Context, to commands.Responder) error {
				return do(ctx, progress(to, says("Under way")), amend(to, says("No")))
			},
			[]string{"private: No"}, 2,
		},
		{
			"everything a long command may say fits",
			func(ctx context.Context, to commands.Responder) error {
				return do(ctx, progress(to, says("Under way")), answer(to, sure()), amend(to, says("Expired")),
					answer(to, saysAll("Late news")), answer(to, saysAll("Later news")), answer(to, says("And this")), answer(to, says("And that")))
			},
			[]string{"private: Expired", "public: Late news", "public: Later news", "private: And this", "private: And that"}, 7,
		},
		{
			"progress after a question stands beside it and goes again",
			func(ctx context.Context, to commands.Responder) error {
				return do(ctx, answer(to, sure()), progress(to, says("Checking")), answer(to, saysAll("Done")))
			},
			[]string{"private: Sure? [Confirm]", "public: Done"}, 3,
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			failed := make(chan error, 1)
			r := start(t, setup{desk: playing(tt.run, nil, failed)})
			r.ask(t, add(100))
			if err := receive(t, r, failed); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.want, r.standing(discordfake.DefaultUser)); diff != "" {
				t.Errorf("what stands there (-want +got):\n%s", diff)
			}
			if got := r.discord.Calls(discordfake.Edit) + r.discord.Calls(discordfake.FollowUp); got != tt.post {
				t.Errorf("%d calls, want %d", got, tt.post)
			}
			if r.discord.Calls(discordfake.Post) != 0 || r.bot.Stats().FellBack != 0 {
				t.Errorf("a reply went another way: %+v", r.bot.Stats())
			}
		})
	}
}

func TestPlanForAPress(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name   string
		public bool // of the message that is pressed
		run    script
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
			"a private answer does not become the question", false,
			func(ctx context.Context, to commands.Responder) error {
				return do(ctx, answer(to, says("Not yet")), amend(to, says("Confirmed")))
			},
			[]string{"private: Confirmed", "private: Not yet"},
		},
		{
			"an amendment takes progress away", false,
			func(ctx context.Context, to commands.Responder) error {
				return do(ctx, progress(to, says("Under way")), amend(to, says("Confirmed")), answer(to, saysAll("Done")))
			},
			[]string{"private: Confirmed", "public: Done"},
		},
		{
			"a private answer takes the place of progress", false,
			func(ctx context.Context, to commands.Responder) error {
				return do(ctx, progress(to, says("Under way")), answer(to, says("Try again")))
			},
			[]string{"private: Sure? [Confirm]", "private: Try again"},
		},
		{
			"progress on a public question is private", true,
			func(ctx context.Context, to commands.Responder) error {
				return do(ctx, amend(to, says("Approved")), progress(to, says("Under way")), answer(to, saysAll("Done")))
			},
			[]string{"public: Approved", "public: Done"},
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
			r.ask(t, add(100))
			if err := receive(t, r, failed); err != nil {
				t.Fatal(err)
			}
			if _, err := r.discord.Press(r.ctx, discordfake.Press{Message: r.reads(t, "Sure?"), CustomID: "yes1"}); err != nil {
				t.Fatal(err)
			}
			if err := receive(t, r, failed); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.want, r.standing(discordfake.DefaultUser)); diff != "" {
				t.Errorf("what stands there (-want +got):\n%s", diff)
			}
		})
	}
}

func TestAfterFourteenMinutes(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name  string
		reply commands.Reply
		where string
		via   string
	}{
		{"a late public answer is posted in the channel", saysAll("Late"), discordfake.DefaultChannel, discordfake.Post},
		{"a late private answer is a direct message", says("Late"), discordfake.DirectChannel(discordfake.DefaultUser), discordfake.OpenDirect},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			failed := make(chan error, 1)
			var r *rig
			ready := make(chan struct{})
			run := func(ctx context.Context, to commands.Responder) error {
				<-ready
				if err := to.Answer(ctx, says("Early")); err != nil {
					return err
				}
				r.clock.pass(14*time.Minute + time.Second)
				if err := to.Progress(ctx, says("Still under way")); err != nil {
					return err
				}
				return to.Answer(ctx, tt.reply)
			}
			r = start(t, setup{desk: playing(run, nil, failed)})
			close(ready)
			r.ask(t, add(100))
			if err := receive(t, r, failed); err != nil {
				t.Fatal(err)
			}
			if _, err := r.discord.WaitFor(r.ctx, discordfake.DefaultUser, tt.where, "Late"); err != nil {
				t.Error(err)
			}
			if r.discord.Calls(tt.via) != 1 || r.discord.Calls(discordfake.FollowUp) != 0 {
				t.Errorf("%d calls of %s, %d follow-ups", r.discord.Calls(tt.via), tt.via, r.discord.Calls(discordfake.FollowUp))
			}
		})
	}
}
