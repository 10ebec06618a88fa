package callback

import (
	"io"
	"net/http"

	"ringside/tencent"
)

// Reason is why a callback was not accepted, from a closed list: the reasons of tencent.CallbackReasons and these.
type Reason string

// The reasons that are not tencent's.
const (
	ReasonMethod   Reason = "method"    // not a POST
	ReasonTooLarge Reason = "too-large" // over 64 KiB
	ReasonBroken   Reason = "broken"    // the body broke off
	ReasonBusy     Reason = "busy"      // too many at the same time
	ReasonLedger   Reason = "ledger"    // it could not be written down in time
)

// Reasons returns every Reason.
func Reasons() []Reason {
	all := []Reason{ReasonMethod, ReasonTooLarge, ReasonBroken, ReasonBusy, ReasonLedger}
	for _, r := range tencent.CallbackReasons() {
		all = append(all, Reason(r))
	}
	return all
}

// refusal is an answer in plain words, which hold no secret and nothing that the sender wrote.
type refusal struct {
	reason Reason
	status int
	words  string
}

func refuse(reason Reason) *refusal {
	status, words := refusalOf(reason)
	return &refusal{reason: reason, status: status, words: words}
}

func refusalOf(reason Reason) (status int, words string) {
	switch reason {
	case ReasonMethod:
		return http.StatusMethodNotAllowed, "Callbacks are sent by POST."
	case ReasonTooLarge:
		return http.StatusRequestEntityTooLarge, "A callback has at most 64 KiB."
	case ReasonBroken:
		return http.StatusBadRequest, "The callback broke off."
	case ReasonBusy:
		return http.StatusServiceUnavailable, "Too many callbacks at the same time; send this one again."
	case ReasonLedger:
		return http.StatusInternalServerError, "The callback could not be written down; send it again."
	}
	return refusedBy(tencent.CallbackReason(reason))
}

// refusedBy explains the refusals of package tencent to whoever set the address up.
func refusedBy(reason tencent.CallbackReason) (status int, words string) {
	switch reason {
	case tencent.CallbackWrongApp:
		return http.StatusForbidden, "The callback is not for this app: SdkAppid in the address must be tencent.sdk_app_id."
	case tencent.CallbackUnsigned:
		return http.StatusForbidden, "The callback is not signed: set the token of tencent.callback_token in Tencent's console too."
	case tencent.CallbackWrongSignature:
		return http.StatusForbidden, "The callback is signed with another token than tencent.callback_token."
	case tencent.CallbackStale:
		return http.StatusForbidden, "The callback was signed more than a minute ago, or the clocks differ by as much."
	case tencent.CallbackNoCommand:
		return http.StatusBadRequest, "The callback names no command, or two."
	}
	return http.StatusBadRequest, "The callback can't be read."
}

func (r *refusal) answer(w http.ResponseWriter) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	switch r.status {
	case http.StatusMethodNotAllowed:
		w.Header().Set("Allow", http.MethodPost)
	case http.StatusServiceUnavailable:
		w.Header().Set("Retry-After", "1")
	}
	w.WriteHeader(r.status)
	_, _ = io.WriteString(w, r.words+"\n") //nolint:gosec // the words are our own; the caller may be gone
}
