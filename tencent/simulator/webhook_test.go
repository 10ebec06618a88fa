package simulator_test

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"ringside/tencent/simulator"
)

func TestWebhooksOfABattleMadeThroughTheAPI(t *testing.T) {
	t.Parallel()
	s := newStand(t)
	r := hook(t, s, simulator.Webhooks{Token: "xyz"})
	s.ask(simulator.CreateBattle, `{"FromRoomId":"pk-1","ToRoomIdList":["pk-2","pk-3"],"Duration":30000,"ExtensionInfo":"hi"}`)
	battle := s.sim.Battles()[0].ID
	came := r.next(t, 2)
	s.ask(simulator.SetBattleScore, addBoth(battle))
	s.clock.advance(30 * time.Second)
	came = append(came, r.next(t, 1)...)
	wantBody(t, came[0], battle, `{"Duration":30000,"EventTime":1700000000000,"ExtensionInfo":"hi","FromRoomId":"pk-1","NeedResponse":false,`+
		`"Operator_Account":"administrator","Timeout":0,"ToRoomIdList":["pk-2","pk-3"]}`)
	wantBody(t, came[1], battle, `{"CreateTime":1700000000,"Duration":30000,"EventTime":1700000000000,`+
		`"FromRoomInfo":{"Owner_Account":"6254195891114302659","RoomId":"pk-1"},"StartTime":1700000000,`+
		`"ToRoomList":[{"Owner_Account":"6254195341358488553","RoomId":"pk-2"},{"Owner_Account":"6254194791602674449","RoomId":"pk-3"}]}`)
	wantBody(t, came[2], battle, `{"CreateTime":1700000000,"Duration":30000,"EndTime":1700000030,"EventTime":1700000030000,`+
		`"FromRoomInfo":{"Owner_Account":6254195891114302659,"RoomId":"pk-1","Score":10},"OpType":0,"StartTime":1700000000,`+
		`"ToRoomList":[{"Owner_Account":6254195341358488553,"RoomId":"pk-2","Score":20},{"Owner_Account":6254194791602674449,"RoomId":"pk-3","Score":0}]}`)
	for i, d := range came {
		sum := sha256.Sum256([]byte("xyz" + d.query.Get("RequestTime")))
		check(t, "signature", d.query.Get("Sign"), hex.EncodeToString(sum[:]))
		check(t, "app", d.query.Get("SdkAppid"), fmt.Sprint(app))
		check(t, "the receiver's own", d.query.Get("ours"), "1")
		check(t, "the rest", d.query.Get("contenttype")+d.query.Get("ClientIP")+d.query.Get("OptPlatform"),
			"json127.0.0.1"+[]string{"RESTAPI", "Unknown", "Unknown"}[i])
		check(t, "method and type", d.kind, "POST application/json")
	}
	check(t, "time", came[0].query.Get("RequestTime")+" "+came[2].query.Get("RequestTime"), "1700000000 1700000030")
}

func TestUnsignedWebhooks(t *testing.T) {
	t.Parallel()
	s := newStand(t)
	r := hook(t, s, simulator.Webhooks{})
	s.battle()
	for _, d := range r.next(t, 2) {
		check(t, "signed", d.query.Has("Sign") || d.query.Has("RequestTime"), false)
	}
}

// TestEndsOfBattles ends battles of pk-1 and pk-2 in every way.
func TestEndsOfBattles(t *testing.T) {
	t.Parallel()
	const wait = 10 * time.Second
	for name, tt := range map[string]struct {
		spec simulator.BattleSpec
		end  func(s *stand, battle string)
		want string
	}{
		"time is up":        {simulator.BattleSpec{}, func(s *stand, _ string) { s.clock.advance(time.Minute) }, "Create Start End0"},
		"ended":             {simulator.BattleSpec{}, func(s *stand, b string) { s.sim.EndBattle(b) }, "Create Start End1"},
		"all left":          {simulator.BattleSpec{}, func(s *stand, b string) { s.sim.RemoveRoom(b, "pk-1"); s.sim.RemoveRoom(b, "pk-2") }, "Create Start End1"},
		"rooms destroyed":   {simulator.BattleSpec{}, func(s *stand, _ string) { s.sim.DestroyRoom("pk-1"); s.sim.DestroyRoom("pk-2") }, "Create Start End1"},
		"accepted":          {simulator.BattleSpec{Wait: wait}, func(s *stand, _ string) { s.clock.advance(wait + time.Minute) }, "Create Start End0"},
		"declined":          {simulator.BattleSpec{Wait: wait, Declined: true}, func(s *stand, _ string) { s.clock.advance(wait) }, "Create End2"},
		"ended before":      {simulator.BattleSpec{Wait: wait}, func(s *stand, b string) { s.sim.EndBattle(b) }, "Create End2"},
		"destroyed before":  {simulator.BattleSpec{Wait: wait}, func(s *stand, _ string) { s.sim.DestroyRoom("pk-1"); s.sim.DestroyRoom("pk-2") }, "Create End2"},
		"ended after a day": {simulator.BattleSpec{Duration: time.Hour}, func(s *stand, b string) { s.clock.advance(time.Minute); s.sim.EndBattle(b) }, "Create Start End1"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newStand(t)
			r := hook(t, s, simulator.Webhooks{})
			spec := tt.spec
			spec.From, spec.To, spec.Duration = "pk-1", []string{"pk-2"}, max(spec.Duration, time.Minute)
			battle, err := s.sim.AddBattle(spec)
			if err != nil {
				t.Fatal(err)
			}
			tt.end(s, battle)
			s.sim.EndBattle(battle) // It is over: nothing more is told.
			came := r.next(t, len(strings.Fields(tt.want)))
			check(t, "told", words(came), tt.want)
			check(t, "made by", fmt.Sprint(came[0].body["Operator_Account"], came[0].query["OptPlatform"]), "host-pk-1[iOS]")
			check(t, "answer", fmt.Sprintf("%v %v", came[0].body["NeedResponse"], came[0].body["Timeout"]), fmt.Sprintf("%v %v", spec.Wait > 0, spec.Wait.Milliseconds()))
			s.sim.Close()
			check(t, "more", len(r.came), 0)
		})
	}
}

// TestEndDelay lets the clock stop just before the event is due.
func TestEndDelay(t *testing.T) {
	t.Parallel()
	s := newStand(t)
	r := hook(t, s, simulator.Webhooks{EndDelay: time.Second})
	s.battle()
	s.clock.advance(time.Minute + time.Second - 1)
	check(t, "told", words(r.next(t, 2)), "Create Start")
	other, err := s.sim.AddBattle(simulator.BattleSpec{From: "a", To: []string{"b"}, Duration: time.Minute})
	if err != nil {
		t.Fatal(err)
	}
	check(t, "told", words(r.next(t, 2)), "Create Start") // By now the clock was looked at.
	s.clock.advance(1)
	ended := r.next(t, 1)[0]
	check(t, "told", ended.told(), "End0")
	check(t, "the right one", ended.body["BattleId"] != any(other), true)
	check(t, "times", fmt.Sprintf("%v %v", ended.body["EndTime"], ended.body["EventTime"]), "1700000060 1700000061000")
}

// course makes twenty battles and returns what became of their 60 events.
func course(t *testing.T, w simulator.Webhooks) (string, simulator.Deliveries) {
	t.Helper()
	s := newStand(t)
	r := hook(t, s, w)
	for range 20 {
		s.sim.EndBattle(s.battle())
	}
	tooLate := time.After(patienceWithHooks)
	for {
		d := s.sim.Deliveries()
		if d.Sent == d.Events-d.Lost+d.Repeated && d.Events == 60 {
			return words(r.next(t, d.Sent)), d
		}
		select {
		case <-tooLate:
			t.Fatalf("stuck at %+v", d)
		case <-time.After(time.Millisecond):
		}
	}
}

func TestWebhooksGoWrongAsPlanned(t *testing.T) {
	t.Parallel()
	orderly := strings.TrimSpace(strings.Repeat("Create Start End1 ", 20))
	for name, tt := range map[string]struct {
		plan simulator.Webhooks
		ok   func(told string, d simulator.Deliveries) bool
	}{
		"nothing": {simulator.Webhooks{}, func(told string, d simulator.Deliveries) bool {
			return told == orderly && d == simulator.Deliveries{Events: 60, Sent: 60}
		}},
		"lost":     {simulator.Webhooks{Lost: 0.3}, func(_ string, d simulator.Deliveries) bool { return d.Lost > 8 && d.Lost < 30 && d.Repeated == 0 }},
		"all lost": {simulator.Webhooks{Lost: 1}, func(told string, d simulator.Deliveries) bool { return told == "" && d.Lost == 60 }},
		"repeated": {simulator.Webhooks{Repeated: 1}, func(told string, _ simulator.Deliveries) bool {
			return told == strings.TrimSpace(strings.Repeat("Create Create Start Start End1 End1 ", 20))
		}},
		"reordered": {simulator.Webhooks{Reordered: 1}, func(told string, d simulator.Deliveries) bool {
			return d.Sent == 60 && strings.HasPrefix(told, "Start Create Create End1 ")
		}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if told, d := course(t, tt.plan); !tt.ok(told, d) {
				t.Errorf("%+v: %s", d, told)
			}
		})
	}
}

func TestWebhookPlansRepeatThemselves(t *testing.T) {
	t.Parallel()
	run := func(seed uint64) string {
		told, _ := course(t, simulator.Webhooks{Seed: seed, Lost: 0.2, Repeated: 0.2, Reordered: 0.2})
		return told
	}
	first := run(3)
	check(t, "the same seed", run(3), first)
	if run(4) == first {
		t.Error("another seed leads to the same deliveries")
	}
}

// TestLastEventIsNotHeldForEver holds an event back that no other one follows.
func TestLastEventIsNotHeldForEver(t *testing.T) {
	t.Parallel()
	s := newStand(t)
	r := hook(t, s, simulator.Webhooks{Reordered: 1})
	s.sim.EndBattle(s.battle())
	check(t, "told", words(r.next(t, 3)), "Start Create End1")
}

// TestReceiversThatDoNotAnswer counts as failed what is not answered as it should be, and goes on.
func TestReceiversThatDoNotAnswer(t *testing.T) {
	t.Parallel()
	for name, answer := range map[string]http.HandlerFunc{
		"an error": func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(http.StatusInternalServerError)
			accept(w, nil)
		},
		"no JSON": func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "fine") },
		"elsewhere": func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, "/elsewhere", http.StatusTemporaryRedirect)
		},
		"nothing for two seconds": func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var once sync.Once
			r := newReceiver(t, func(w http.ResponseWriter, q *http.Request) {
				bad := false
				once.Do(func() { bad = true; answer(w, q) })
				if !bad {
					accept(w, q)
				}
			})
			s := newStand(t)
			if err := s.sim.StartWebhooks(simulator.Webhooks{URL: r.url}); err != nil {
				t.Fatal(err)
			}
			s.battle()
			r.next(t, 2)
			s.sim.EndBattle(s.sim.Battles()[0].ID)
			r.next(t, 1) // So the one before has been counted.
			d := s.sim.Deliveries()
			check(t, "failed", d.Failed, 1)
		})
	}
}

// TestWebhooksAreBounded has nobody answer. The queue fills up, nobody waits for it, and Close ends it all at once.
func TestWebhooksAreBounded(t *testing.T) {
	t.Parallel()
	hung, release := context.WithCancel(t.Context())
	r := newReceiver(t, func(http.ResponseWriter, *http.Request) { <-hung.Done() })
	t.Cleanup(release)
	s := newStand(t)
	if err := s.sim.StartWebhooks(simulator.Webhooks{URL: r.url}); err != nil {
		t.Fatal(err)
	}
	for range 500 {
		s.sim.EndBattle(s.battle())
	}
	d := s.sim.Deliveries()
	check(t, "events", d.Events, 1500)
	if d.Dropped < 1500-1024-10 || d.Sent != 0 {
		t.Errorf("deliveries: %+v", d)
	}
	s.sim.Close()
	s.battle()
	check(t, "more after the close", s.sim.Deliveries().Sent, 0)
}

func TestWebhooksThatCannotBe(t *testing.T) {
	t.Parallel()
	for name, w := range map[string]simulator.Webhooks{
		"no URL": {}, "no host": {URL: "http://"}, "another scheme": {URL: "ftp://x"}, "not a URL": {URL: "http://[::"},
		"a delay": {URL: "http://x", EndDelay: -1}, "a chance": {URL: "http://x", Lost: 1.1}, "less than none": {URL: "http://x", Reordered: -0.1},
	} {
		if err := newSimulator(t).StartWebhooks(w); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
	sim := newSimulator(t)
	if err := sim.StartWebhooks(simulator.Webhooks{URL: "http://127.0.0.1:1"}); err != nil {
		t.Error(err)
	}
	if err := sim.StartWebhooks(simulator.Webhooks{URL: "http://127.0.0.1:1"}); err == nil {
		t.Error("started twice")
	}
	sim.Close()
	closed := newSimulator(t)
	closed.Close()
	if err := closed.StartWebhooks(simulator.Webhooks{URL: "http://127.0.0.1:1"}); err == nil {
		t.Error("started after the close")
	}
	if _, err := newSimulator(t).AddBattle(simulator.BattleSpec{From: "a", To: []string{"b"}, Duration: 1, Declined: true}); err == nil {
		t.Error("declined at once")
	}
	check(t, "no webhooks", newSimulator(t).Deliveries(), simulator.Deliveries{})
}
