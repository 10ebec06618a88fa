package simulator

import (
	"crypto/rand"
	"encoding/binary"
	"errors"
	"fmt"
	"slices"
	"time"
)

// EndTime says what get_battle_info shows as EndTime while a battle runs, which the vendor's pages leave open.
type EndTime int

// The ways to show the end of a running battle.
const (
	PlannedEnd EndTime = iota // the planned end
	ZeroEnd                   // 0
	AbsentEnd                 // the field is left out
)

// Option changes one behaviour of a simulator.
type Option func(*options) error

type options struct {
	clock       func() time.Time
	seed        uint64
	history     int
	rate        int
	unknownApp  int
	overCode    int
	statuses    [3]int
	maxDuration time.Duration
	connected   []string
	endTime     EndTime
	byRoom      bool
	numeric     bool
	reversed    bool
	int32Only   bool
	hollow      bool
	observer    func(Call)
}

func defaults() options {
	return options{
		clock:       time.Now,
		seed:        anySeed(),
		history:     100_000,
		unknownApp:  codeUnknownApp,
		overCode:    codeNotScoring,
		statuses:    [3]int{Waiting: 1, Running: 2, Ended: 3},
		maxDuration: 5 * time.Minute,
		observer:    func(Call) {},
	}
}

func anySeed() uint64 {
	var raw [8]byte
	_, _ = rand.Read(raw[:]) // It never returns an error.
	return binary.LittleEndian.Uint64(raw[:])
}

// WithClock sets the server's clock: of battles, of signatures, of the rate and of the ledger. Waiting (a slow
// answer, a late write, gift traffic) always goes by real timers, or by those of testing/synctest.
func WithClock(now func() time.Time) Option {
	return func(o *options) error {
		if now == nil {
			return errors.New("the clock is nil")
		}
		o.clock = now
		return nil
	}
}

// WithSeed makes battle ids, request ids and gifts repeat themselves. Without it they differ in each run.
func WithSeed(seed uint64) Option {
	return func(o *options) error {
		o.seed = seed
		return nil
	}
}

// WithHistory keeps the newest n calls and the newest n effects; the default is 100,000. Totals always counts
// all of them.
func WithHistory(n int) Option {
	return func(o *options) error {
		if n < 0 {
			return fmt.Errorf("a history of %d entries", n)
		}
		o.history = n
		return nil
	}
}

// WithRateLimit answers 60007, without effect, to a call when n calls of the same command were let through
// within the last second. The default is no limit.
func WithRateLimit(n int) Option {
	return func(o *options) error {
		if n < 1 {
			return fmt.Errorf("a limit of %d calls a second", n)
		}
		o.rate = n
		return nil
	}
}

// WithUnknownAppCode sets the answer to a call for another app: 60006, the default, or 70020. The vendor names
// both.
func WithUnknownAppCode(code int) Option {
	return func(o *options) error {
		return choose(&o.unknownApp, code, codeUnknownApp, codeAppNotHere)
	}
}

// WithBattleOverCode sets the answer to a score for a battle that is not running: 100006, the default (the
// command's own page), or 100411, 100420 or 100421 (the general table).
func WithBattleOverCode(code int) Option {
	return func(o *options) error {
		return choose(&o.overCode, code, codeNotScoring, codeNoBattle, codeNotStarted, codeOver)
	}
}

func choose(field *int, code int, allowed ...int) error {
	if !slices.Contains(allowed, code) {
		return fmt.Errorf("code %d is none of %v", code, allowed)
	}
	*field = code
	return nil
}

// WithStatuses sets the numbers shown as Status. The defaults are 1, 2 and 3, of which the vendor's pages show
// only the last.
func WithStatuses(waiting, running, ended int) Option {
	return func(o *options) error {
		o.statuses = [3]int{Waiting: waiting, Running: running, Ended: ended}
		return nil
	}
}

// WithMaxDuration refuses longer battles at create_battle with 100002. The default is five minutes.
func WithMaxDuration(longest time.Duration) Option {
	return func(o *options) error {
		if longest <= 0 {
			return fmt.Errorf("a longest battle of %v", longest)
		}
		o.maxDuration = longest
		return nil
	}
}

// WithConnectedRooms lists the rooms that exist and are connected. A battle from another room is answered
// 100004, and another called room has ResultCode 1. Without this option every room exists.
func WithConnectedRooms(rooms ...string) Option {
	return func(o *options) error {
		o.connected = append(make([]string, 0, len(rooms)), rooms...)
		return nil
	}
}

// WithRoomLookup lets get_battle_info find the running battle of a room by RoomId, as the vendor's 2025 pages
// describe. Without it RoomId is ignored and BattleId required, as in the pages of 2026.
func WithRoomLookup() Option {
	return func(o *options) error {
		o.byRoom = true
		return nil
	}
}

// WithNumericOwners sends Owner_Account as a number above 2^53 instead of a string. The vendor's samples hold
// both.
func WithNumericOwners() Option {
	return func(o *options) error {
		o.numeric = true
		return nil
	}
}

// WithReversedResults answers Result in the opposite order of the request.
func WithReversedResults() Option {
	return func(o *options) error {
		o.reversed = true
		return nil
	}
}

// WithEndTime chooses what get_battle_info shows as EndTime while a battle runs. The default is PlannedEnd.
func WithEndTime(shown EndTime) Option {
	return func(o *options) error {
		if shown < PlannedEnd || shown > AbsentEnd {
			return fmt.Errorf("unknown EndTime %d", shown)
		}
		o.endTime = shown
		return nil
	}
}

// WithInt32Scores refuses with 100002 a call that sends a score outside the 32-bit range, or would lead to one.
// Without it scores have 64 bits.
func WithInt32Scores() Option {
	return func(o *options) error {
		o.int32Only = true
		return nil
	}
}

// WithHollowBattles answers create_battle with a BattleId even if no called room could join, although no battle
// runs under it. Without it the BattleId is then empty. The vendor's pages say neither.
func WithHollowBattles() Option {
	return func(o *options) error {
		o.hollow = true
		return nil
	}
}

// WithObserver calls seen once for each call, after it took effect (or did not) and before its answer leaves or
// fails to leave. A test can stop a client exactly there. It is called without a lock held, possibly from several
// goroutines at the same time, and must not call Close, which would wait for it.
func WithObserver(seen func(Call)) Option {
	return func(o *options) error {
		if seen == nil {
			return errors.New("the observer is nil")
		}
		o.observer = seen
		return nil
	}
}
