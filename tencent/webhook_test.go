package tencent_test

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"ringside/secret"
	"ringside/tencent"
)

// The samples of the vendor's pages, https://trtc.io/document/68259, 68260 and 68261, without their comments.
const (
	createdSample = `{"CallbackCommand":"Live.CallbackAfterCreateBattle","Operator_Account":"brennanli",
		"BattleId":"4siHsNsWN/T3aub9zKraqPbSEGRX2z6gs3LDFi+d/3M=","FromRoomId":"pk-3","ToRoomIdList":["pk-5"],
		"Timeout":30000,"Duration":60000,"NeedResponse":false,"ExtensionInfo":"extension pk","EventTime":1739954005000}`
	startedSample = `{"CallbackCommand":"Live.CallbackAfterStartBattle","BattleId":"4siHsNsWN/T3aub9zKraqI4zZAyPRpXQhdtKv1q4HOs=",
		"Duration":60000,"CreateTime":1739954005,"StartTime":1739954005,"FromRoomInfo":{"RoomId":"pk-3","Owner_Account":"brennan"},
		"ToRoomList":[{"RoomId":"pk-5","Owner_Account":"tandy"}],"EventTime":1739954005000}`
	endedSample = `{"CallbackCommand":"Live.CallbackAfterEndBattle","BattleId":"4siHsNsWN/T3aub9zKraqPfGQAimPhdFoe6VWhtz9lY=",
		"Duration":30000,"CreateTime":1739956115,"StartTime":1739956115,"EndTime":1739956145,"OpType":0,
		"FromRoomInfo":{"RoomId":"pk-3","Score":0,"Owner_Account":144115245353757792},
		"ToRoomList":[{"RoomId":"pk-5","Score":0,"Owner_Account":144115245442327522}],"EventTime":1739956146119}`
)

// address is the query of a callback that is not signed.
func address(command string) url.Values {
	return url.Values{
		"SdkAppid": {fmt.Sprint(appID)}, "CallbackCommand": {command}, "contenttype": {"json"},
		"ClientIP": {"127.0.0.1"}, "OptPlatform": {"RESTAPI"},
	}
}

// unsigned are the settings of an app without a token.
func unsigned() tencent.CallbackSettings { return tencent.CallbackSettings{SDKAppID: appID} }

// eventOf reads a body that must be accepted.
func eventOf(t *testing.T, body string) tencent.Event {
	t.Helper()
	event, err := tencent.ParseCallback(url.Values{"SdkAppid": {fmt.Sprint(appID)}}, []byte(body), unsigned())
	if err != nil {
		t.Fatalf("%v: %s", err, body)
	}
	return event
}

func wantEvent(t *testing.T, got, want tencent.Event) {
	t.Helper()
	if diff := cmp.Diff(want, got, cmpopts.IgnoreUnexported(tencent.CallbackHead{}), cmpopts.EquateEmpty()); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestEvents(t *testing.T) {
	t.Parallel()
	head := func(command, battle string, ms int64) tencent.CallbackHead {
		return tencent.CallbackHead{Command: command, BattleID: battle, At: time.UnixMilli(ms)}
	}
	for name, tt := range map[string]struct {
		body string
		want tencent.Event
	}{
		"created": {createdSample, tencent.BattleCreated{
			CallbackHead: head(tencent.CallbackBattleCreated, "4siHsNsWN/T3aub9zKraqPbSEGRX2z6gs3LDFi+d/3M=", 1739954005000),
			Operator:     "brennanli", From: "pk-3", To: []string{"pk-5"}, Duration: time.Minute, Timeout: 30 * time.Second,
			Extension: "extension pk",
		}},
		"started": {startedSample, tencent.BattleStarted{
			CallbackHead: head(tencent.CallbackBattleStarted, "4siHsNsWN/T3aub9zKraqI4zZAyPRpXQhdtKv1q4HOs=", 1739954005000),
			Duration:     time.Minute, Created: time.Unix(1739954005, 0), Start: time.Unix(1739954005, 0),
			Rooms: []tencent.BattleRoom{{Room: "pk-3", Owner: "brennan"}, {Room: "pk-5", Owner: "tandy"}},
		}},
		"ended": {endedSample, tencent.BattleEnded{
			CallbackHead: head(tencent.CallbackBattleEnded, "4siHsNsWN/T3aub9zKraqPfGQAimPhdFoe6VWhtz9lY=", 1739956146119),
			Duration:     30 * time.Second, Created: time.Unix(1739956115, 0), Start: time.Unix(1739956115, 0),
			End: time.Unix(1739956145, 0), How: tencent.EndTimeUp,
			Rooms: []tencent.BattleRoom{{Room: "pk-3", Owner: "144115245353757792"}, {Room: "pk-5", Owner: "144115245442327522"}},
		}},
		"ids as numbers, numbers as text": {
			`{"CallbackCommand":"Live.CallbackAfterEndBattle","BattleId":9007199254740993,"OpType":"1","Duration":"30000","EventTime":"1739956146119",
			"FromRoomInfo":{"RoomId":1,"Score":-5,"Owner_Account":"a"},"ToRoomList":[{"RoomId":"2","Score":9007199254740993}]}`,
			tencent.BattleEnded{
				CallbackHead: head(tencent.CallbackBattleEnded, "9007199254740993", 1739956146119), Duration: 30 * time.Second,
				How:   tencent.EndAllLeft,
				Rooms: []tencent.BattleRoom{{Room: "1", Score: -5, Owner: "a"}, {Room: "2", Score: 9007199254740993}},
			},
		},
		"wrong types where nobody needs them": {
			`{"CallbackCommand":"Live.CallbackAfterEndBattle","BattleId":"b","OpType":7,"Duration":[],"CreateTime":"x","StartTime":1.5,
			"EndTime":1739956145000,"EventTime":{},"New":1,"FromRoomInfo":{"RoomId":"a","Score":1,"Owner_Account":true},"ToRoomList":[]}`,
			tencent.BattleEnded{
				CallbackHead: tencent.CallbackHead{Command: tencent.CallbackBattleEnded, BattleID: "b"},
				How:          tencent.EndUnknown, Rooms: []tencent.BattleRoom{{Room: "a", Score: 1}},
			},
		},
		"created, waiting for answers": {
			`{"CallbackCommand":"Live.CallbackAfterCreateBattle","BattleId":"b","FromRoomId":1,"ToRoomIdList":["c",2],"NeedResponse":true,"Timeout":-1}`,
			tencent.BattleCreated{
				CallbackHead: tencent.CallbackHead{Command: tencent.CallbackBattleCreated, BattleID: "b"},
				From:         "1", To: []string{"c", "2"}, NeedResponse: true,
			},
		},
		"another command": {
			`{"CallbackCommand":"Live.CallbackMemberStateChanged","RoomId":"r","EventTime":5}`,
			tencent.Other{CallbackHead: head("Live.CallbackAfterMemberStateChanged", "", 5), Known: true},
		},
		"a command on no list": {
			`{"CallbackCommand":"Pets.CallbackAfterFeeding","EventTime":5}`,
			tencent.Other{CallbackHead: head("Pets.CallbackAfterFeeding", "", 5)},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			wantEvent(t, eventOf(t, tt.body), tt.want)
		})
	}
}

// TestRoomsOfAnEventAreAllOrNone spoils one room. The event is still worth having.
func TestRoomsOfAnEventAreAllOrNone(t *testing.T) {
	t.Parallel()
	var many []string
	for i := range 100 {
		many = append(many, fmt.Sprintf(`{"RoomId":"%d","Score":1}`, i))
	}
	for name, rooms := range map[string]string{
		"twice":              `"FromRoomInfo":{"RoomId":"a","Score":1},"ToRoomList":[{"RoomId":"a","Score":1}]`,
		"no score":           `"FromRoomInfo":{"RoomId":"a","Score":1},"ToRoomList":[{"RoomId":"c"}]`,
		"a score as text":    `"FromRoomInfo":{"RoomId":"a","Score":"1"},"ToRoomList":[]`,
		"a score in decimal": `"FromRoomInfo":{"RoomId":"a","Score":1.0},"ToRoomList":[]`,
		"no name":            `"FromRoomInfo":{"Score":1},"ToRoomList":[]`,
		"not an object":      `"FromRoomInfo":{"RoomId":"a","Score":1},"ToRoomList":[1]`,
		"no list":            `"FromRoomInfo":{"RoomId":"a","Score":1}`,
		"no caller":          `"ToRoomList":[{"RoomId":"a","Score":1}]`,
		"too many":           `"FromRoomInfo":{"RoomId":"a","Score":1},"ToRoomList":[` + strings.Join(many, ",") + `]`,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := eventOf(t, `{"CallbackCommand":"Live.CallbackAfterEndBattle","BattleId":"b","EndTime":9,`+rooms+`}`)
			wantEvent(t, got, tencent.BattleEnded{
				CallbackHead: tencent.CallbackHead{Command: tencent.CallbackBattleEnded, BattleID: "b"},
				How:          tencent.EndUnknown, End: time.Unix(9, 0),
			})
		})
	}
	for name, rooms := range map[string]string{
		"created twice": `"FromRoomId":"a","ToRoomIdList":["a"]`, "created by nobody": `"ToRoomIdList":["a"]`,
		"created alone": `"FromRoomId":"a","ToRoomIdList":[]`, "created with a list": `"FromRoomId":"a","ToRoomIdList":[["c"]]`,
		"created with text": `"FromRoomId":"a","ToRoomIdList":"c"`,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := eventOf(t, `{"CallbackCommand":"Live.CallbackAfterCreateBattle","BattleId":"b",`+rooms+`}`)
			wantEvent(t, got, tencent.BattleCreated{CallbackHead: tencent.CallbackHead{Command: tencent.CallbackBattleCreated, BattleID: "b"}})
		})
	}
}

func TestEventKeys(t *testing.T) {
	t.Parallel()
	again := strings.Replace(endedSample, `"Score":0`, `"Score": 0`, 1)
	if a, b := eventOf(t, endedSample).Key(), eventOf(t, again).Key(); a != b || a == "" {
		t.Errorf("one event has the keys %q and %q", a, b)
	}
	other := []string{
		endedSample, startedSample,
		strings.Replace(endedSample, "1739956146119", "1739956146120", 1),
		strings.Replace(endedSample, "4siH", "5siH", 1),
		`{"CallbackCommand":"Live.CallbackAfterMemberStateChanged","RoomId":"r","EventTime":5}`,
		`{"CallbackCommand":"Live.CallbackAfterMemberStateChanged","RoomId":"s","EventTime":5}`,
	}
	var keys []string
	for _, body := range other {
		keys = append(keys, eventOf(t, body).Key())
	}
	slices.Sort(keys)
	if len(slices.Compact(keys)) != len(other) {
		t.Errorf("different events share a key: %q", keys)
	}
}

// at returns settings with the vendor's token, at some seconds after the vendor's example.
func at(age time.Duration) tencent.CallbackSettings {
	return tencent.CallbackSettings{
		SDKAppID: appID, Token: secret.New("xxxxyyyy"), Now: func() time.Time { return time.Unix(1669872112, 0).Add(age) },
	}
}

// vendorSign is the example of https://trtc.io/document/64412.
const vendorSign = "17773bc39a671d7b9aa835458704d2a6db81360a5940292b587d6d760d484061"

// TestCallbacksThatAreRefused and accepted, by query, body and clock.
func TestCallbacksThatAreRefused(t *testing.T) {
	t.Parallel()
	const ok = tencent.CallbackReason("")
	signed := func(pairs ...string) url.Values {
		query := address(tencent.CallbackBattleEnded)
		query.Set("Sign", vendorSign)
		query.Set("RequestTime", "1669872112")
		for i := 0; i < len(pairs); i += 2 {
			query.Del(pairs[i])
			if pairs[i+1] != "" {
				query.Set(pairs[i], pairs[i+1])
			}
		}
		return query
	}
	sum := sha256.Sum256([]byte("xxxxyyyysoon"))
	for name, tt := range map[string]struct {
		query    url.Values
		body     string
		settings tencent.CallbackSettings
		want     tencent.CallbackReason
	}{
		"the vendor's example":     {signed(), endedSample, at(0), ok},
		"a minute old":             {signed(), endedSample, at(time.Minute), ok},
		"a minute ahead":           {signed(), endedSample, at(-time.Minute), ok},
		"older":                    {signed(), endedSample, at(time.Minute + 1), tencent.CallbackStale},
		"further ahead":            {signed(), endedSample, at(-time.Minute - 1), tencent.CallbackStale},
		"by the machine's clock":   {signed(), endedSample, tencent.CallbackSettings{SDKAppID: appID, Token: secret.New("xxxxyyyy")}, tencent.CallbackStale},
		"a time that is none":      {signed("RequestTime", "soon", "Sign", hex.EncodeToString(sum[:])), endedSample, at(0), tencent.CallbackStale},
		"in capitals":              {signed("Sign", strings.ToUpper(vendorSign)), endedSample, at(0), ok},
		"not signed":               {signed("Sign", ""), endedSample, at(0), tencent.CallbackUnsigned},
		"no time":                  {signed("RequestTime", ""), endedSample, at(0), tencent.CallbackUnsigned},
		"another time":             {signed("RequestTime", "1669872113"), endedSample, at(0), tencent.CallbackWrongSignature},
		"another signature":        {signed("Sign", "0"+vendorSign[1:]), endedSample, at(0), tencent.CallbackWrongSignature},
		"half a signature":         {signed("Sign", vendorSign[:32]), endedSample, at(0), tencent.CallbackWrongSignature},
		"not hexadecimal":          {signed("Sign", "?"), endedSample, at(0), tencent.CallbackWrongSignature},
		"two signatures":           {url.Values{"SdkAppid": {fmt.Sprint(appID)}, "Sign": {vendorSign, vendorSign}, "RequestTime": {"1669872112"}}, endedSample, at(0), tencent.CallbackUnsigned},
		"signed, but no token set": {signed("Sign", "?"), endedSample, unsigned(), ok},
		"other names":              {url.Values{"sdkappid": {fmt.Sprint(appID)}, "WEBHOOKCOMMAND": {tencent.CallbackBattleEnded}, "sign": {vendorSign}, "requesttime": {"1669872112"}}, endedSample, at(0), ok},
		"the English overview":     {url.Values{"SdkAppId": {fmt.Sprint(appID)}, "WebhookCommand": {tencent.CallbackBattleEnded}}, endedSample, unsigned(), ok},
		"another app":              {signed("SdkAppid", "1400000001"), endedSample, at(0), tencent.CallbackWrongApp},
		"no app":                   {signed("SdkAppid", ""), endedSample, at(0), tencent.CallbackWrongApp},
		"two apps":                 {url.Values{"SdkAppid": {fmt.Sprint(appID)}, "sdkappid": {fmt.Sprint(appID)}}, endedSample, unsigned(), tencent.CallbackWrongApp},
		"without After above":      {address("Live.CallbackEndBattle"), endedSample, unsigned(), ok},
		"without After below":      {address(tencent.CallbackBattleEnded), strings.Replace(endedSample, "AfterEnd", "End", 1), unsigned(), ok},
		"no command above":         {address(""), endedSample, unsigned(), ok},
		"no command below":         {address(tencent.CallbackBattleEnded), `{"BattleId":"b"}`, unsigned(), ok},
		"no command at all":        {url.Values{"SdkAppid": {fmt.Sprint(appID)}}, `{"BattleId":"b"}`, unsigned(), tencent.CallbackNoCommand},
		"two commands":             {address(tencent.CallbackBattleStarted), endedSample, unsigned(), tencent.CallbackNoCommand},
		"a command that is a list": {address(tencent.CallbackBattleEnded), `{"CallbackCommand":[],"BattleId":"b"}`, unsigned(), tencent.CallbackNoCommand},
		"a very long command":      {address(strings.Repeat("x", 129)), `{"BattleId":"b"}`, unsigned(), tencent.CallbackNoCommand},
		"no JSON":                  {signed(), `BattleId=b`, at(0), tencent.CallbackNotReadable},
		"no body":                  {signed(), ``, at(0), tencent.CallbackNotReadable},
		"a list":                   {signed(), `[` + endedSample + `]`, at(0), tencent.CallbackNotReadable},
		"no battle":                {signed(), strings.Replace(endedSample, "BattleId", "Battle", 1), at(0), tencent.CallbackNotReadable},
		"two battles":              {signed(), strings.Replace(endedSample, "{", `{"BattleId":"b",`, 1), at(0), tencent.CallbackNotReadable},
		"an unsigned bad body":     {signed("Sign", ""), ``, at(0), tencent.CallbackUnsigned},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			event, err := tencent.ParseCallback(tt.query, []byte(tt.body), tt.settings)
			if tt.want == ok && err == nil && event != nil {
				return
			}
			var refused *tencent.CallbackError
			if !errors.As(err, &refused) || refused.Reason != tt.want || event != nil {
				t.Fatalf("got %v, %v, want %q", event, err, tt.want)
			}
			if !slices.Contains(tencent.CallbackReasons(), refused.Reason) {
				t.Errorf("%q is not on the list", refused.Reason)
			}
			if text := fmt.Sprintf("%v %+v", err, tt.settings); strings.Contains(text, "xxxxyyyy") || strings.Contains(text, vendorSign) {
				t.Errorf("shows a secret: %s", text)
			}
		})
	}
}
