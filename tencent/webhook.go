package tencent

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"net/url"
	"strconv"
	"strings"
	"time"

	"ringside/secret"
)

// callbackAge is how far the time of a signed callback may lie from now, https://trtc.io/document/64412.
const callbackAge = time.Minute

// CallbackSettings say whose callbacks are accepted.
type CallbackSettings struct {
	SDKAppID int64            // the app's number
	Token    secret.Value     // the token set in the console; without one callbacks are not signed, and anybody can send them
	Now      func() time.Time // tells the age of a signature; nil is time.Now
}

// CallbackReason is why a callback was refused, from a closed list.
type CallbackReason string

// The reasons.
const (
	CallbackWrongApp       CallbackReason = "wrong-app"       // for another app, or for none
	CallbackUnsigned       CallbackReason = "unsigned"        // no Sign or no RequestTime, although a token is set
	CallbackWrongSignature CallbackReason = "wrong-signature" // signed with another token
	CallbackStale          CallbackReason = "stale"           // signed over a minute ago, or for a time to come
	CallbackNoCommand      CallbackReason = "no-command"      // no command, or the address and the body name two
	CallbackNotReadable    CallbackReason = "not-readable"    // not a JSON object, or about no battle although it must be
)

// CallbackReasons returns every CallbackReason.
func CallbackReasons() []CallbackReason {
	return []CallbackReason{
		CallbackWrongApp, CallbackUnsigned, CallbackWrongSignature, CallbackStale, CallbackNoCommand, CallbackNotReadable,
	}
}

// CallbackError says why a callback was refused. It holds nothing that the sender wrote, and no secret.
type CallbackError struct{ Reason CallbackReason }

// Error returns the reason in words.
func (e *CallbackError) Error() string { return "callback refused: " + string(e.Reason) }

// ParseCallback checks and reads one callback of the platform, https://trtc.io/document/64412: the query of its address
// and its body, which the caller has bounded. The error is a *CallbackError.
//
// The signature covers its time alone and not the body: it proves that the sender knows the token, and not that the
// body is the sender's. Deliveries may be lost, repeated and out of order; Event.Key tells repeated ones.
func ParseCallback(query url.Values, body []byte, s CallbackSettings) (Event, error) {
	if app, err := strconv.ParseInt(param(query, "SdkAppid"), 10, 64); err != nil || app != s.SDKAppID {
		return nil, &CallbackError{CallbackWrongApp}
	}
	if reason := s.checkSignature(param(query, "Sign"), param(query, "RequestTime")); reason != "" {
		return nil, &CallbackError{reason}
	}
	data, ok := parseObject(body)
	if !ok {
		return nil, &CallbackError{CallbackNotReadable}
	}
	asked := param(query, "CallbackCommand")
	if asked == "" {
		asked = param(query, "WebhookCommand")
	}
	command, ok := data.command(asked)
	if !ok {
		return nil, &CallbackError{CallbackNoCommand}
	}
	event, ok := parseEvent(command, data)
	if !ok {
		return nil, &CallbackError{CallbackNotReadable}
	}
	return event, nil
}

// param returns the one value of a name in any case; empty if there is none or more than one. The vendor's pages spell
// the names in several ways.
func param(query url.Values, name string) string {
	var found []string
	for key, values := range query {
		if strings.EqualFold(key, name) {
			found = append(found, values...)
		}
	}
	if len(found) != 1 {
		return ""
	}
	return found[0]
}

// checkSignature returns why a signature is refused; empty if it is not.
func (s CallbackSettings) checkSignature(sign, at string) CallbackReason {
	if s.Token.Empty() {
		return ""
	}
	if sign == "" || at == "" {
		return CallbackUnsigned
	}
	want := sha256.Sum256([]byte(s.Token.Reveal() + at))
	got, err := hex.DecodeString(sign)
	if err != nil || !hmac.Equal(got, want[:]) {
		return CallbackWrongSignature
	}
	seconds, err := strconv.ParseInt(at, 10, 64)
	if err != nil || seconds < 0 || seconds > latestSecond {
		return CallbackStale
	}
	now := time.Now
	if s.Now != nil {
		now = s.Now
	}
	if age := now().Sub(time.Unix(seconds, 0)); age > callbackAge || age < -callbackAge {
		return CallbackStale
	}
	return ""
}

const maxCommand = 128

// command returns the command of a callback, spelled as the vendor's list does; false if there is none, or if the
// address asks for another one than the body.
func (o object) command(asked string) (string, bool) {
	named, ok := o.text("CallbackCommand", maxCommand)
	if _, there := o["CallbackCommand"]; there && !ok {
		return "", false
	}
	named, asked = spell(named), spell(asked)
	if named == "" {
		named = asked
	}
	return named, named != "" && len(named) <= maxCommand && (asked == "" || asked == named)
}

// spell puts in the "After" that some pages leave out in one place and write in the other.
func spell(command string) string {
	rest, found := strings.CutPrefix(command, "Live.Callback")
	if !found || rest == "" || strings.HasPrefix(rest, "After") || strings.HasPrefix(rest, "Before") {
		return command
	}
	return "Live.CallbackAfter" + rest
}
