package main

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"
	"time"

	"go.uber.org/zap"

	"ringside/auth"
	"ringside/commands"
	"ringside/config"
	"ringside/ledger"
	"ringside/secret"
	"ringside/tencent"
	"ringside/tencent/simulator"
)

const (
	benchOpen   = 10_000 // a ceiling that nothing meets
	benchPeople = 1000   // who ask in turn, so that nobody's pace is measured
	benchShows  = 40     // battles that are asked about in turn
	benchLife   = 2 * time.Hour
	benchTeam   = "T0BENCH"
	benchPlaces = "slack:" + benchTeam + "/C0"
)

// benchSetup says what a measurement finds when it begins.
type benchSetup struct {
	ceiling int  // calls a second; 0: one that nothing meets
	battles int  // that are asked about; 0: some
	rooms   int  // of each; 0: two
	known   int  // battles that are known beside them
	grants  int  // to others
	past    int  // events of other operations in the ledger, a day old
	recent  bool // they are an hour old
	still   bool // the platform is one that allocates nothing
}

func (s benchSetup) orDefault() benchSetup {
	if s.ceiling == 0 {
		s.ceiling = benchOpen
	}
	if s.battles == 0 {
		s.battles = benchShows
	}
	if s.rooms == 0 {
		s.rooms = 2
	}
	return s
}

// benchShow is the program at work in one measurement: replicas on one ledger, Tencent, battles, people.
type benchShow struct {
	benchSetup
	door    *benchDoor // nil if the platform is still
	shows   []string   // ids of the battles that are asked about
	apps    []*app
	store   benchStore
	asked   atomic.Int64
	closers []func() error // in the order in which they were opened
}

// openShow starts all of it. What was started is ended again if a later part fails.
func (b *bench) openShow(ctx context.Context, p benchPlace, setup benchSetup) (s *benchShow, err error) {
	s = &benchShow{benchSetup: setup.orDefault()}
	defer func() {
		if err != nil {
			err = errors.Join(err, s.close())
		}
	}()
	url, err := s.openStage(ctx, b, p)
	if err != nil {
		return s, err
	}
	for range p.replicas {
		if err := s.openApp(ctx, url); err != nil {
			return s, err
		}
	}
	return s, nil
}

// openStage makes the platform with its battles and a ledger that knows them, and returns the platform's address.
func (s *benchShow) openStage(ctx context.Context, b *bench, p benchPlace) (url string, err error) {
	if s.store, err = b.newStore(ctx, p); err != nil {
		return "", err
	}
	s.closers = append(s.closers, s.store.remove)
	if url, err = s.openPlatform(ctx); err != nil {
		return "", err
	}
	if err := s.store.with(ctx, s.introduce(ctx)); err != nil {
		return "", err
	}
	age := pastAge
	if s.recent {
		age = recentAge
	}
	return url, s.store.age(ctx, age, s.past, s.shows[0])
}

func (s *benchShow) openPlatform(ctx context.Context) (url string, err error) {
	if s.still {
		still, err := openStill(ctx)
		if err != nil {
			return "", err
		}
		for n := range benchShows {
			s.shows = append(s.shows, stillBattle(n))
		}
		s.closers = append(s.closers, still.close)
		return still.url(), nil
	}
	sim, err := simulator.New(simulator.Settings{SDKAppID: demoApp, Admin: demoAdmin, SecretKey: benchTeam}, simulator.WithHistory(10))
	if err != nil {
		return "", fmt.Errorf("start the simulator: %w", err)
	}
	for n := range s.battles {
		id, err := sim.AddBattle(simulator.BattleSpec{From: benchRoom(n, 0), To: s.calledRooms(n), Duration: benchLife})
		if err != nil {
			return "", err
		}
		s.shows = append(s.shows, id)
	}
	if s.door, err = openDoor(ctx, sim); err != nil {
		return "", err
	}
	s.closers = append(s.closers, s.door.close)
	return s.door.url(), nil
}

func benchRoom(battle, room int) string { return fmt.Sprintf("pk-%d-%d", battle, room) }

func (s *benchShow) calledRooms(battle int) []string {
	called := make([]string, s.rooms-1)
	for i := range called {
		called[i] = benchRoom(battle, i+1)
	}
	return called
}

// introduce lets the ledger know the battles, many in one sync.
func (s *benchShow) introduce(ctx context.Context) func(*ledger.Ledger) error {
	return func(l *ledger.Ledger) error {
		now := time.Now()
		var next atomic.Int64
		_, _, err := together(ctx, 128, len(s.shows)+s.known, func(ctx context.Context) (time.Duration, error) {
			n := int(next.Add(1)) - 1
			id := fmt.Sprintf("known+%d=", n)
			if n < len(s.shows) {
				id = s.shows[n]
			}
			return 0, l.See(ctx, ledger.Battle{
				ID: id, Rooms: append([]string{benchRoom(n, 0)}, s.calledRooms(n)...), Started: now, Ends: now.Add(benchLife),
				Duration: benchLife, Told: ledger.ToldStarted, RoomsBy: ledger.Account{Source: ledger.ToldStarted, At: now}, Seen: now,
			})
		})
		return err
	}
}

// openApp starts one replica without chat platforms, which keeps house until the show closes.
func (s *benchShow) openApp(ctx context.Context, url string) error {
	policy, err := auth.New(s.allGrants(), nil, nil)
	if err != nil {
		return err
	}
	c := s.settings(url)
	a, err := newApp(ctx, plan{
		tencent: tencentOf(c), ledger: storeOf(c.Ledger), policy: policy, log: zap.NewNop(),
		settings: commands.Settings{ConfirmExpires: time.Minute, ApprovalExpires: time.Minute, AnnounceToCaller: true},
	})
	if err != nil {
		return err
	}
	a.post.to = silentChat{}
	s.apps = append(s.apps, a)
	s.keep(ctx, a.work, a.close)
	return nil
}

// keep runs something beside the measurement, until the show closes.
func (s *benchShow) keep(ctx context.Context, run, end func(context.Context) error) {
	kept, stop := context.WithCancel(context.WithoutCancel(ctx))
	ended := make(chan error, 1)
	go func() { ended <- run(kept) }()
	s.closers = append(s.closers, func() error {
		stop()
		return errors.Join(<-ended, end(context.WithoutCancel(ctx)))
	})
}

// close ends everything, the latest first.
func (s *benchShow) close() error {
	var errs []error
	for i := len(s.closers) - 1; i >= 0; i-- {
		errs = append(errs, s.closers[i]())
	}
	s.closers = nil
	return errors.Join(errs...)
}

func (s *benchShow) settings(url string) *config.Config {
	return &config.Config{
		Tencent: config.Tencent{
			SDKAppID: demoApp, Admin: demoAdmin, SecretKey: secret.New(benchTeam), Region: "singapore", BaseURL: url,
			CallsPerSecond: s.ceiling, Timeout: tencent.DefaultTimeout,
		},
		Ledger:  s.store.Ledger,
		Confirm: config.Confirm{Expires: time.Minute, ApprovalExpires: time.Minute},
		Grants:  s.allGrants(),
	}
}

// allGrants lets the people of the show do everything, in the last grant of all.
func (s *benchShow) allGrants() []auth.Grant {
	const most = 1_000_000_000
	grants := make([]auth.Grant, 0, s.grants+1)
	for n := range s.grants {
		grants = append(grants, auth.Grant{
			Name: fmt.Sprintf("other %d", n), Who: []string{fmt.Sprintf("slack:%s/user/X%d", benchTeam, n)}, May: auth.Permissions(),
			Battles: []string{"*"}, Rooms: []string{"pk-*"}, MaxPoints: most, ConfirmOver: most, ApprovalOver: most,
		})
	}
	people := make([]string, benchPeople)
	for n := range people {
		people[n] = benchPerson(int64(n))
	}
	return append(grants, auth.Grant{
		Name: "people", Who: people, May: auth.Permissions(), Battles: []string{"*"}, Rooms: []string{"pk-*"},
		MaxPoints: most, ConfirmOver: most, ApprovalOver: most,
	})
}

func benchPerson(n int64) string { return fmt.Sprintf("slack:%s/user/U%d", benchTeam, n%benchPeople) }
