package main

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"ringside/ledger"
)

// restore is the end of all that is said of a chain that is not sound.
const restore = "keep a copy of the file as it is, restore a back-up that `ringside audit verify` finds sound, and tell whoever " +
	"answers for this machine."

// auditWords says what a verification found: what it means, where, and what to do next.
func auditWords(r ledger.Report, anchors int) string {
	switch r.Finding {
	case ledger.Altered:
		return alteredWords(r)
	case ledger.CutOff:
		return cutOffWords(r)
	case ledger.Rewritten:
		return rewrittenWords(r)
	}
	return soundWords(r, anchors)
}

func soundWords(r ledger.Report, anchors int) string {
	if r.Events == 0 {
		return "The audit chain is sound: it holds no event yet."
	}
	met := ""
	switch anchors {
	case 0:
	case 1:
		met = ", and the anchor is among them"
	default:
		met = fmt.Sprintf(", and the %d anchors are among them", anchors)
	}
	return fmt.Sprintf("The audit chain is sound: %s from %s to %s, each as it was written%s.\nKeep this as an anchor: %s\n"+
		"Kept outside this machine it proves, when given to a later run with --anchor, that nothing up to here was cut off or rewritten.",
		eventCount(r.Events), auditTime(r.First), auditTime(r.Last), met, r.Anchor())
}

func alteredWords(r ledger.Report) string {
	before := "What stands before it is as it was written; what stands from there on is not proven"
	if r.Events == 0 {
		before = "Nothing stands before it, so nothing is proven"
	}
	return fmt.Sprintf("The audit chain was altered: %s %s. %s. Ringside never changes an event, so something else wrote to the "+
		"ledger's file: compare %s with its result in the chat, %s", auditPlace(r.Bad), flawWords(r), before, auditSubject(r.Bad.Op), restore)
}

func flawWords(r ledger.Report) string {
	missing := r.Bad.Seq - r.Events - 1
	switch {
	case r.Flaw == ledger.FlawHash:
		return "is not as Ringside wrote it: it has no hash that could be one"
	case r.Flaw == ledger.FlawContent:
		return "is not as Ringside wrote it: its hash does not follow from what it says and from the event before it"
	case missing < 0:
		return fmt.Sprintf("stands where event %d should", r.Events+1)
	case r.Events == 0:
		return fmt.Sprintf("is the first one; %s before it", eventsGone(missing))
	}
	return fmt.Sprintf("does not follow event %d; %s between them", r.Events, eventsGone(missing))
}

func cutOffWords(r ledger.Report) string {
	end := "it holds no event"
	if r.Events > 0 {
		end = fmt.Sprintf("it ends with event %d of %s", r.Events, auditTime(r.Last))
	}
	w := r.Witness
	gone := fmt.Sprintf("the record of %s (%s) tells of more%s", auditSubject(w.Operation), auditTime(w.At), alsoWords(w.More))
	if w.Anchor != "" {
		gone = fmt.Sprintf("the event that the anchor %s names is not in it", w.Anchor)
	}
	return fmt.Sprintf("The audit chain was cut off: what is left is whole, but %s, and %s. %sEither an older back-up was put in its place, "+
		"or something other than Ringside wrote to the ledger's file: compare the results in the chat with `ringside audit export`, %s",
		end, gone, anchorWords(w), restore)
}

func rewrittenWords(r ledger.Report) string {
	w := r.Witness
	wrong := fmt.Sprintf("%s (%s) was shown with a digest that none of its events has%s", auditSubject(w.Operation), auditTime(w.At), alsoWords(w.More))
	switch {
	case w.Unsure:
		wrong = fmt.Sprintf("none has the digest of the anchor %s. It may have been cut off instead: to tell which, give the anchor as "+
			"OPERATION:DIGEST, as both stand under the result in the chat", w.Anchor)
	case w.Anchor != "":
		wrong = fmt.Sprintf("%s has the digest %x, and not that of the anchor %s", auditPlace(w.Event), w.Event.Hash[:8], w.Anchor)
	}
	return fmt.Sprintf("The audit chain was rewritten: each event follows from the one before it, but %s. %sRingside never writes an event "+
		"anew, so something else did: compare the results in the chat with `ringside audit export`, %s", wrong, anchorWords(w), restore)
}

// anchorWords are the first thing to do before anybody is suspected.
func anchorWords(w ledger.Witness) string {
	if w.Anchor == "" {
		return ""
	}
	return "First make sure that the anchor is copied right and belongs to this ledger. "
}

func alsoWords(operations int) string {
	switch operations {
	case 0:
		return ""
	case 1:
		return ", and so with one more operation"
	}
	return fmt.Sprintf(", and so with %d more operations", operations)
}

func eventCount(n int64) string {
	if n == 1 {
		return "1 event"
	}
	return fmt.Sprintf("%d events", n)
}

func eventsGone(n int64) string {
	if n == 1 {
		return "1 event is missing"
	}
	return fmt.Sprintf("%d events are missing", n)
}

func auditPlace(e ledger.Event) string {
	place := fmt.Sprintf("event %d", e.Seq)
	var known []string
	if !e.At.IsZero() {
		known = append(known, auditTime(e.At))
	}
	if e.Op != "" {
		known = append(known, auditSubject(e.Op))
	}
	if len(known) > 0 {
		place += " (" + strings.Join(known, ", ") + ")"
	}
	return place
}

// auditSubject names an operation. Its id may have been changed to anything.
func auditSubject(op string) string {
	const most = 32
	switch {
	case op == "":
		return "it"
	case len(op) > most || strings.Trim(op, "0123456789abcdefghijklmnopqrstuvwxyz") != "":
		return "operation " + strconv.QuoteToASCII(op[:min(len(op), most)])
	}
	return "operation " + op
}

func auditTime(t time.Time) string { return t.UTC().Format("2006-01-02 15:04:05 UTC") }
