package tencent

import (
	"encoding/json"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"ringside/secret"
)

const fuzzSignature = "eJw1jcEKgjAURP*lt*bRm5um7VpIiyARCaqdtKe9Srdtuo3o3xPT5Z1z5vBmVXnSPXZM8ECzYLRNQ2cHdQ=="

// fuzzSeeds are replies of every kind.
var fuzzSeeds = []string{
	`{"ActionStatus":"OK","ErrorCode":0,"ErrorInfo":"","RequestId":"Id-1","Response":{"BattleId":"b","Result":[{"RoomId":"a","ResultCode":0,"ResultMessage":"ok"}]}}`,
	`{"ErrorCode":60002,"ErrorInfo":"cannot parse usersig=` + fuzzSignature + `"}`,
	`{"ErrorCode":0,"Response":{"BattleId":"b","Duration":120000,"StartTime":1,"EndTime":2,"Status":3,"FromRoomInfo":{"RoomId":"a","Score":1,"Owner_Account":144115262295492787},"ToRoomList":[{"RoomId":"c","Score":2,"Owner_Account":"x"}]}}`,
	`{"ErrorCode":0,"ErrorCode":1}`, `{"ErrorCode":1.5}`, `[]`, `null`, `{}`, `{"ErrorCode":-1}{}`, "{\"ErrorCode\":0,\"ErrorInfo\":\"\xff\u202e\"}",
	`{"ErrorCode":0,"Response":{"Result":[null,1,{"RoomId":1,"ResultCode":"0"}]}}`,
}

// FuzzReply reads anything as a reply: it never panics, shows no piece of the signature, keeps its bounds,
// and never makes up a code.
func FuzzReply(f *testing.F) {
	for _, seed := range fuzzSeeds {
		f.Add([]byte(seed))
	}
	signature := secret.New(fuzzSignature)
	f.Fuzz(func(t *testing.T, reply []byte) {
		var evidence Evidence
		got, failure := evidence.readEnvelope(reply, signature)
		if failure != nil {
			if evidence != (Evidence{}) {
				t.Errorf("half-filled: %+v", evidence)
			}
			return
		}
		var strict struct{ ErrorCode json.Number }
		if err := json.Unmarshal(reply, &strict); err != nil {
			t.Errorf("accepted what is not an object: %v", err)
		}
		checkProse(t, maxInfo, evidence.Info)
		checkProse(t, maxRequestID, evidence.RequestID)
		checkProse(t, maxStatus, evidence.Status)
		for _, result := range got.results() {
			checkProse(t, maxInfo, result.Message)
			if len(result.Room) > maxRoom || (!result.HasCode && result.Code != 0) {
				t.Errorf("result %+v", result)
			}
		}
		battle, ok := parseBattle(got.data)
		if ok && (battle.ID == "" || len(battle.Rooms) == 0 || battle.Duration < 0) {
			t.Errorf("battle %+v", battle)
		}
	})
}

func checkProse(t *testing.T, limit int, text string) {
	t.Helper()
	if len(text) > limit || !utf8.ValidString(text) || strings.ContainsFunc(text, func(r rune) bool { return !unicode.IsPrint(r) }) {
		t.Errorf("%d bytes: %q", len(text), text)
	}
	for i := 0; i+piece <= len(text); i++ {
		if strings.Contains(fuzzSignature, text[i:i+piece]) {
			t.Errorf("shows a piece of the signature: %q", text)
		}
	}
}

func TestRedactAtEveryEdge(t *testing.T) {
	t.Parallel()
	for from := range len(fuzzSignature) - piece {
		for to := from + piece; to <= len(fuzzSignature); to += 7 {
			text := redact("see "+fuzzSignature[from:to]+" there", fuzzSignature)
			checkProse(t, 100, text)
			if !strings.HasPrefix(text, "see [redacted]") || !strings.HasSuffix(text, " there") {
				t.Fatalf("reads %q", text)
			}
		}
	}
	if plain := "RequestId Id-70dd3a1c6b344a2bb3e9a7f1-O-Seq-1"; redact(plain, fuzzSignature) != plain || redact("", fuzzSignature) != "" {
		t.Error("struck out what is none of the signature")
	}
}

func TestParseObject(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]bool{
		`{}`: true, ` {"a":1} `: true, `{"a":{"b":[1,2]},"c":null}`: true,
		``: false, `null`: false, `[]`: false, `1`: false, `{"a":1`: false, `{"a":1,}`: false, `{"a":1}x`: false,
		`{"a":1}{"b":2}`: false, `{'a':1}`: false, `{"a":1 /* */}`: false, "\ufeff{}": false,
	} {
		if _, ok := parseObject([]byte(text)); ok != want {
			t.Errorf("%q: %v", text, ok)
		}
	}
}
