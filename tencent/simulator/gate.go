package simulator

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
)

const pathPrefix = "/v4/live_engine_http_pk/"

// commandOf returns the command that a path names, or an empty string.
func commandOf(path string) string {
	command, found := strings.CutPrefix(path, pathPrefix)
	if !found || !slices.Contains([]string{CreateBattle, SetBattleScore, GetBattleInfo}, command) {
		return ""
	}
	return command
}

// gate makes the checks that stand before every command. A reply with code 0 lets the call pass.
func (s *Simulator) gate(x *exchange) reply {
	checks := []func(*exchange) reply{
		s.checkTarget, s.checkQuery, s.checkApp, s.checkSignature, s.checkAdmin, s.checkBody,
	}
	for _, check := range checks {
		if refusal := check(x); refusal.code != 0 {
			return refusal
		}
	}
	return reply{}
}

func (s *Simulator) checkTarget(x *exchange) reply {
	if x.command == "" {
		return refuse(codeUnknownPath, "unknown resource")
	}
	if x.method != http.MethodPost {
		return refuse(codeBadURL, "only POST is answered")
	}
	return reply{}
}

// checkQuery wants each parameter exactly once, so that a client cannot send two and be lucky.
func (s *Simulator) checkQuery(x *exchange) reply {
	query, err := url.ParseQuery(x.rawQuery)
	if err != nil {
		return refuse(codeBadURL, "the query cannot be parsed")
	}
	x.query = query
	if query.Get("sdkappid") == "" {
		return refuse(codeNoApp, "sdkappid is missing")
	}
	for _, name := range []string{"sdkappid", "identifier", "usersig", "random", "contenttype"} {
		if len(query[name]) != 1 {
			return refuse(codeBadQuery, name+" must be given once")
		}
	}
	if query.Get("contenttype") != "json" {
		return refuse(codeBadQuery, "contenttype must be json")
	}
	if !isUint32(query.Get("random")) {
		return refuse(codeBadQuery, "random must be a number of 32 bits")
	}
	return reply{}
}

func isUint32(text string) bool {
	_, err := strconv.ParseUint(text, 10, 32)
	return err == nil
}

func (s *Simulator) checkApp(x *exchange) reply {
	app, err := strconv.ParseInt(x.query.Get("sdkappid"), 10, 64)
	if err != nil || app != s.settings.SDKAppID {
		return refuse(s.opts.unknownApp, "this app is not known here")
	}
	return reply{}
}

func (s *Simulator) checkSignature(x *exchange) reply {
	sig, err := decodeUserSig(x.query.Get("usersig"))
	if err != nil {
		return refuse(codeSigIllegal, "the UserSig is illegal: "+err.Error())
	}
	return sig.check(s.settings, x.query.Get("identifier"), x.now.Unix())
}

func (s *Simulator) checkAdmin(x *exchange) reply {
	if identifier := x.query.Get("identifier"); identifier != s.settings.Admin {
		return refuse(codeNotAdmin, fmt.Sprintf("%q is not an administrator of the app", cut(identifier, maxShown)))
	}
	return reply{}
}

func (s *Simulator) checkBody(x *exchange) reply {
	if x.badBody != nil {
		return refuse(codeBadBody, x.badBody.Error())
	}
	parsed, err := parseObject(x.body)
	if err != nil {
		return refuse(codeBadBody, err.Error())
	}
	x.fields = parsed
	return reply{}
}

// window holds the times of the newest calls that were let through.
type window struct{ passed []time.Time }

// admit reports whether the rate allows one more call. The caller holds the lock.
func (s *Simulator) admit(x *exchange) bool {
	if s.opts.rate == 0 {
		return true
	}
	w := s.rates[x.command]
	if w == nil {
		w = &window{}
		s.rates[x.command] = w
	}
	w.passed = slices.DeleteFunc(w.passed, func(at time.Time) bool { return x.arrived.Sub(at) >= time.Second })
	if len(w.passed) >= s.opts.rate {
		return false
	}
	w.passed = append(w.passed, x.arrived)
	return true
}
