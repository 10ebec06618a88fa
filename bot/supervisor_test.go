package bot_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/zap"

	"ringside/bot"
)

// start runs the platforms in the background; the returned function stops them and gives Run's error.
func start(t *testing.T, log *zap.Logger, platforms ...bot.Platform) (*bot.Supervisor, func() error) {
	t.Helper()
	s, err := bot.New(log, platforms...)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- s.Run(ctx) }()
	synctest.Wait()
	return s, func() error {
		cancel()
		return <-ended
	}
}

func wantReady(t *testing.T, s *bot.Supervisor, want string) {
	t.Helper()
	got := ""
	if err := s.Ready(); err != nil {
		got = err.Error()
	}
	if got != want {
		t.Errorf("Ready() = %q, want %q", got, want)
	}
}

func TestNewRefuses(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name      string
		log       *zap.Logger
		platforms []bot.Platform
		want      string
	}{
		{"no logger", nil, nil, "logger"},
		{"a nil platform", zap.NewNop(), []bot.Platform{nil}, "nil"},
		{"two of one name", zap.NewNop(), []bot.Platform{&platform{name: "slack"}, &platform{name: "slack"}}, `called "slack"`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			_, err := bot.New(tt.log, tt.platforms...)
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("New() = %v, want an error with %q", err, tt.want)
			}
		})
	}
}

func TestReadyBeforeRun(t *testing.T) {
	t.Parallel()
	s, err := bot.New(zap.NewNop(), &platform{name: "slack"}, &platform{name: "discord"})
	if err != nil {
		t.Fatal(err)
	}
	wantReady(t, s, "slack: has not been started\ndiscord: has not been started")
}

func TestRunStopsWithItsContext(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s, stop := start(t, zap.NewNop(), &platform{name: "slack"}, &platform{name: "discord"})
		wantReady(t, s, "")
		if err := stop(); err != nil {
			t.Errorf("Run() = %v, want nil", err)
		}
		wantReady(t, s, "slack: has ended\ndiscord: has ended")
	})
}

func TestRunWithoutPlatformsWaits(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s, err := bot.New(zap.NewNop())
		if err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Hour)
		defer cancel()
		begun := time.Now()
		if err := s.Run(ctx); err != nil || time.Since(begun) != time.Hour {
			t.Errorf("Run() = %v after %v, want nil after an hour", err, time.Since(begun))
		}
	})
}

func TestRunEndsWhenAllEndedThemselves(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		done := func(context.Context) error { return nil }
		s, err := bot.New(zap.NewNop(), &platform{name: "console", run: done})
		if err != nil {
			t.Fatal(err)
		}
		if err := s.Run(t.Context()); err != nil {
			t.Errorf("Run() = %v, want nil", err)
		}
		wantReady(t, s, "console: has ended")
	})
}

func TestFailingPlatformIsRunAgain(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name string
		fail func() error
		want string
	}{
		{"error", func() error { return errors.New("cannot connect") }, "failed and will be run again: cannot connect"},
		{"not fatal after all", func() error { return fatalError{fatal: false} }, "failed and will be run again: the token was revoked"},
		{"panic", func() error { panic(secretText) }, "failed and will be run again: panic: a value of type string"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				runs := 0
				flaky := &platform{name: "slack", run: func(ctx context.Context) error {
					if runs++; runs == 1 {
						return tt.fail()
					}
					<-ctx.Done()
					return nil
				}}
				s, stop := start(t, zap.NewNop(), flaky, &platform{name: "discord"})
				wantReady(t, s, "slack: "+tt.want)
				time.Sleep(time.Second)
				synctest.Wait()
				wantReady(t, s, "")
				if err := stop(); err != nil || runs != 2 {
					t.Errorf("Run() = %v after %d runs, want nil after 2", err, runs)
				}
			})
		})
	}
}

func TestPausesGrowToHalfAMinute(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var at []time.Time
		broken := &platform{name: "slack", run: func(context.Context) error {
			at = append(at, time.Now())
			return errors.New("cannot connect")
		}}
		_, stop := start(t, zap.NewNop(), broken)
		time.Sleep(10 * time.Minute)
		if err := stop(); err != nil {
			t.Fatal(err)
		}
		nominal := 500 * time.Millisecond
		for i := 1; i < len(at); i++ {
			pause := at[i].Sub(at[i-1])
			if pause < nominal*3/4 || pause > nominal*5/4+time.Nanosecond || pause > 30*time.Second {
				t.Errorf("pause %d is %v, want about %v", i, pause, nominal)
			}
			nominal = min(2*nominal, 24*time.Second)
		}
		if len(at) < 20 || len(at) > 50 {
			t.Errorf("%d runs in ten minutes, want 20 to 50", len(at))
		}
	})
}

func TestPauseStartsAnewAfterASteadyRun(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var ended, begun []time.Time
		p := &platform{name: "slack", run: func(context.Context) error {
			begun = append(begun, time.Now())
			if len(begun) == 8 {
				time.Sleep(time.Minute)
			}
			ended = append(ended, time.Now())
			return errors.New("gone")
		}}
		_, stop := start(t, zap.NewNop(), p)
		time.Sleep(4 * time.Minute)
		if err := stop(); err != nil {
			t.Fatal(err)
		}
		if pause := begun[8].Sub(ended[7]); pause > 700*time.Millisecond {
			t.Errorf("the pause after a steady run is %v, want the first one again", pause)
		}
	})
}

func TestFatalErrorIsNotRetriedAndStaysVisible(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		runs := 0
		revoked := &platform{name: "slack", run: func(context.Context) error {
			runs++
			return fmt.Errorf("connect: %w", fatalError{fatal: true})
		}}
		s, stop := start(t, zap.NewNop(), revoked)
		time.Sleep(time.Hour)
		wantReady(t, s, "slack: failed for good: connect: the token was revoked")
		if err := stop(); err != nil || runs != 1 {
			t.Errorf("Run() = %v after %d runs, want nil after 1", err, runs)
		}
	})
}

func TestStuckPlatformIsNamed(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		free := make(chan struct{})
		stuck := &platform{name: "discord", run: func(context.Context) error { <-free; return nil }}
		_, stop := start(t, zap.NewNop(), &platform{name: "slack"}, stuck)
		begun := time.Now()
		err := stop()
		if err == nil || !strings.HasSuffix(err.Error(), ": discord") {
			t.Errorf("Run() = %v, want an error that names discord alone", err)
		}
		if waited := time.Since(begun); waited != 15*time.Second {
			t.Errorf("waited %v, want 15s", waited)
		}
		close(free)
	})
}

func TestRunStopsDuringAPause(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		p := &platform{name: "slack", run: func(context.Context) error { return errors.New("gone") }}
		s, stop := start(t, zap.NewNop(), p)
		begun := time.Now()
		if err := stop(); err != nil || time.Since(begun) != 0 {
			t.Errorf("Run() = %v after %v, want nil at once", err, time.Since(begun))
		}
		wantReady(t, s, "slack: has ended")
	})
}

func TestErrorWhileStoppingIsNoFailure(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		log, logs := watched()
		p := &platform{name: "slack", run: func(ctx context.Context) error { <-ctx.Done(); return errors.New("closed badly") }}
		_, stop := start(t, log, p)
		if err := stop(); err != nil {
			t.Errorf("Run() = %v, want nil", err)
		}
		if n := logs.FilterLevelExact(zap.WarnLevel).Len(); n != 0 {
			t.Errorf("%d warnings, want none", n)
		}
	})
}

func TestPanicIsLoggedWithItsStackAndWithoutItsValue(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		log, logs := watched()
		p := &platform{name: "slack", run: func(context.Context) error { panic(errors.New(secretText)) }}
		_, stop := start(t, log, p)
		if err := stop(); err != nil {
			t.Fatal(err)
		}
		got := logs.FilterMessage("platform panicked").All()
		if len(got) == 0 {
			t.Fatal("no panic was logged")
		}
		fields := fmt.Sprint(got[0].ContextMap())
		if strings.Contains(fmt.Sprint(logs.All()), secretText) || strings.Contains(fields, secretText) {
			t.Error("the value of the panic was logged")
		}
		if !strings.Contains(fields, "supervisor_test.go") {
			t.Errorf("the stack does not name the line that panicked: %s", fields)
		}
	})
}

func TestRuntimePanicKeepsItsWords(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var none []int
		p := &platform{name: "slack", run: func(context.Context) error { return fmt.Errorf("%d", none[len(none)]) }}
		s, stop := start(t, zap.NewNop(), p)
		wantReady(t, s, "slack: failed and will be run again: panic: runtime error: index out of range [0] with length 0")
		if err := stop(); err != nil {
			t.Fatal(err)
		}
	})
}

func TestChecks(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s, stop := start(t, zap.NewNop(),
			&platform{name: "slack"},
			&platform{name: "discord", ready: func() error { return errors.New("no heartbeat") }},
			&platform{name: "console", ready: func() error { panic(secretText) }},
		)
		var got []string
		for _, c := range s.Checks() {
			got = append(got, fmt.Sprintf("%s %v", c.Name, c.Ready(t.Context())))
		}
		want := []string{"slack <nil>", "discord no heartbeat", "console panic: a value of type string"}
		if !slices.Equal(got, want) {
			t.Errorf("Checks() = %q, want %q", got, want)
		}
		if err := stop(); err != nil {
			t.Fatal(err)
		}
	})
}
