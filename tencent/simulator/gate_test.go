package simulator_test

import (
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"ringside/tencent/simulator"
)

func TestRefusalsBeforeTheCommand(t *testing.T) {
	t.Parallel()
	set := func(name, value string) func(url.Values) { return func(q url.Values) { q.Set(name, value) } }
	drop := func(name string) func(url.Values) { return func(q url.Values) { q.Del(name) } }
	keep := func(url.Values) {}
	good := pathOf(simulator.GetBattleInfo)
	tests := []struct {
		name   string
		method string
		path   string
		edit   func(url.Values)
		body   string
		want   string
	}{
		{"GET", http.MethodGet, good, keep, "", "code 60002"},
		{"PUT", http.MethodPut, good, keep, "{}", "code 60002"},
		{"unknown command", http.MethodPost, pathOf("end_battle"), keep, "{}", "code 60009"},
		{"command in other letters", http.MethodPost, pathOf("Get_Battle_Info"), keep, "{}", "code 60009"},
		{"unknown service", http.MethodPost, "/v4/live_engine_http_srv/get_battle_info", keep, "{}", "code 60009"},
		{"slash at the end", http.MethodPost, good + "/", keep, "{}", "code 60009"},
		{"root", http.MethodPost, "/", keep, "{}", "code 60009"},
		{"app missing", http.MethodPost, good, drop("sdkappid"), "{}", "code 60012"},
		{"app no number", http.MethodPost, good, set("sdkappid", "x"), "{}", "code 60006"},
		{"other app", http.MethodPost, good, set("sdkappid", "1400000001"), "{}", "code 60006"},
		{"app in other letters", http.MethodPost, good, func(q url.Values) { q["SdkAppid"] = q["sdkappid"]; q.Del("sdkappid") }, "{}", "code 60012"},
		{"contenttype missing", http.MethodPost, good, drop("contenttype"), "{}", "code 60025"},
		{"contenttype wrong", http.MethodPost, good, set("contenttype", "xml"), "{}", "code 60025"},
		{"contenttype in other letters", http.MethodPost, good, set("contenttype", "JSON"), "{}", "code 60025"},
		{"random missing", http.MethodPost, good, drop("random"), "{}", "code 60025"},
		{"random of 33 bits", http.MethodPost, good, set("random", "4294967296"), "{}", "code 60025"},
		{"random negative", http.MethodPost, good, set("random", "-1"), "{}", "code 60025"},
		{"random empty", http.MethodPost, good, set("random", ""), "{}", "code 60025"},
		{"random twice", http.MethodPost, good, func(q url.Values) { q.Add("random", "1") }, "{}", "code 60025"},
		{"identifier missing", http.MethodPost, good, drop("identifier"), "{}", "code 60025"},
		{"identifier of a user", http.MethodPost, good, func(q url.Values) {
			q.Set("identifier", "viewer")
			q.Set("usersig", sign(key, "viewer", app, now, 60))
		}, "{}", "code 60010"},
		{"identifier of a user with an old signature", http.MethodPost, good, func(q url.Values) {
			q.Set("identifier", "viewer")
			q.Set("usersig", sign(key, "viewer", app, now-61, 60))
		}, "{}", "code 70001"},
		{"identifier in other letters", http.MethodPost, good, func(q url.Values) {
			q.Set("identifier", "Administrator")
			q.Set("usersig", sign(key, "Administrator", app, now, 60))
		}, "{}", "code 60010"},
		{"body empty", http.MethodPost, good, keep, "", "code 60003"},
		{"body no JSON", http.MethodPost, good, keep, "BattleId=1", "code 60003"},
		{"body an array", http.MethodPost, good, keep, "[]", "code 60003"},
		{"body null", http.MethodPost, good, keep, "null", "code 60003"},
		{"body with a tail", http.MethodPost, good, keep, "{}{}", "code 60003"},
		{"body cut", http.MethodPost, good, keep, `{"BattleId":"x"`, "code 60003"},
		{"body too long", http.MethodPost, good, keep, `{"x":"` + strings.Repeat("a", 64<<10) + `"}`, "code 60003"},
		{"nothing said", http.MethodPost, good, keep, "{}", "code 100002"},
	}
	s := newStand(t)
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			query := goodQuery()
			test.edit(query)
			got := s.send(t.Context(), test.method, test.path+"?"+query.Encode(), test.body)
			check(t, "told", got.told(), test.want)
			check(t, "HTTP status", got.status, http.StatusOK)
			check(t, "ActionStatus", got.whole["ActionStatus"], any("FAIL"))
			if _, found := got.whole["Response"]; found {
				t.Error("a refusal has a Response")
			}
		})
	}
}

func TestUnparsableQuery(t *testing.T) {
	t.Parallel()
	s := newStand(t)
	got := s.send(t.Context(), http.MethodPost, pathOf(simulator.GetBattleInfo)+"?sdkappid=1;random=2", "{}")
	check(t, "told", got.told(), "code 60002")
}

func TestUnknownAppCanBeARegion(t *testing.T) {
	t.Parallel()
	s := newStand(t, simulator.WithUnknownAppCode(70020))
	query := goodQuery()
	query.Set("sdkappid", "7")
	got := s.send(t.Context(), http.MethodPost, pathOf(simulator.GetBattleInfo)+"?"+query.Encode(), "{}")
	check(t, "told", got.told(), "code 70020")
}

func TestNewRefusesNonsense(t *testing.T) {
	t.Parallel()
	good := simulator.Settings{SDKAppID: app, Admin: admin, SecretKey: key}
	tests := []struct {
		name     string
		settings simulator.Settings
		option   simulator.Option
	}{
		{"no app", simulator.Settings{Admin: admin, SecretKey: key}, simulator.WithSeed(1)},
		{"no admin", simulator.Settings{SDKAppID: app, SecretKey: key}, simulator.WithSeed(1)},
		{"no key", simulator.Settings{SDKAppID: app, Admin: admin}, simulator.WithSeed(1)},
		{"no clock", good, simulator.WithClock(nil)},
		{"no observer", good, simulator.WithObserver(nil)},
		{"negative history", good, simulator.WithHistory(-1)},
		{"rate of nothing", good, simulator.WithRateLimit(0)},
		{"app code", good, simulator.WithUnknownAppCode(60001)},
		{"over code", good, simulator.WithBattleOverCode(100002)},
		{"longest battle", good, simulator.WithMaxDuration(0)},
		{"end time", good, simulator.WithEndTime(9)},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			sim, err := simulator.New(test.settings, test.option)
			if err == nil || sim != nil {
				t.Fatalf("New: got %v, %v, want an error", sim, err)
			}
			if strings.Contains(err.Error(), key) {
				t.Errorf("the error holds the key: %v", err)
			}
		})
	}
}

var requestID = regexp.MustCompile(`^Id-[0-9a-f]{32}-O-Seq-[0-9]+$`)

func TestEnvelope(t *testing.T) {
	t.Parallel()
	s := newStand(t)
	battle := s.battle()
	first, second := s.ask(simulator.SetBattleScore, addBoth(battle)), s.ask(simulator.SetBattleScore, "{}")
	check(t, "ActionStatus", first.whole["ActionStatus"], any("OK"))
	check(t, "ErrorInfo", first.whole["ErrorInfo"], any(""))
	check(t, "second", second.told(), "code 100002")
	for i, got := range []answer{first, second} {
		id, _ := got.whole["RequestId"].(string)
		if !requestID.MatchString(id) {
			t.Errorf("RequestId %q", id)
		}
		check(t, "RequestId in the ledger", s.sim.Calls()[i].RequestID, id)
	}
	if first.whole["RequestId"] == second.whole["RequestId"] {
		t.Error("two calls have the same RequestId")
	}
	for _, unknown := range []map[string]any{first.whole, first.response()} {
		if len(unknown) < 2 {
			t.Errorf("no unknown member in %v", unknown)
		}
	}
}
