package explain

import (
	"errors"

	"ringside/tencent"
)

// Failure explains a change without a whole, listed answer: what is certain about it, and why it went wrong. When
// nothing left this machine it says so, and never suggests a second try otherwise.
func Failure(e tencent.Evidence) Text {
	if e.Written || e.Complete {
		return uncertain(e)
	}
	t := unsent(e.Err)
	t.Meaning = join(t.Meaning, "Nothing was sent, so nothing was changed.")
	return t
}

// FailedRead explains a look at a battle without a whole, listed answer. A read changes nothing, so it may be
// repeated at will.
func FailedRead(e tencent.Evidence) Text {
	if !e.Written && !e.Complete {
		return unsent(e.Err)
	}
	return Text{Meaning: trouble(e), Next: askAgain, Who: support}
}

// unsent explains why nothing left this machine.
func unsent(err error) Text {
	var busy *tencent.BusyError
	var failure *tencent.Failure
	switch {
	case errors.As(err, &busy):
		return Text{"Too many commands are waiting for their turn.", askAgain, passing}
	case errors.Is(err, tencent.ErrClosed):
		return Text{"This bot is shutting down.", "Ask again when it is back.", operator}
	case !errors.As(err, &failure):
		return Text{"The bot stopped before it came to your command.", "Ask again.", you}
	}
	switch failure.Reason {
	case tencent.ReasonDial:
		return Text{"The bot could not reach Tencent.", "Ask again in a moment. If it stays so, check the network of the bot's machine.", operator}
	case tencent.ReasonTLS:
		return Text{"The bot reached something that could not prove to be Tencent.", "Check the network of the bot's machine and the address in its settings.", operator}
	case tencent.ReasonTimeout:
		return Text{"The bot could not reach Tencent in time.", askAgain, operator}
	case tencent.ReasonCancelled:
		return Text{"The command was called off before it was sent.", "Ask again if you still want it.", you}
	case tencent.ReasonTurn:
		return Text{"Other replicas of the bot use up the calls that Tencent allows, or the database that they share is out of reach.", askAgain, operator}
	case tencent.ReasonInput, tencent.ReasonSlot:
		return Text{"The bot could not build the call.", tellOperator, operator}
	default:
		return Text{"The line to Tencent broke before the command was sent.", askAgain, operator}
	}
}

// uncertain explains a call that may have reached the platform.
func uncertain(e tencent.Evidence) Text {
	const open = "It may or may not have counted, and the bot does not send it twice."
	return Text{Meaning: join(trouble(e), open), Next: settle, Who: you}
}

// trouble says what came instead of a whole answer.
func trouble(e tencent.Evidence) string {
	var failure *tencent.Failure
	if e.Complete || !errors.As(e.Err, &failure) {
		return "Tencent answered something that this bot does not know."
	}
	switch failure.Reason {
	case tencent.ReasonTimeout:
		return "Your command was on its way, and Tencent did not answer in time."
	case tencent.ReasonCancelled:
		return "The bot stopped waiting while your command was on its way."
	case tencent.ReasonReset:
		return "The line to Tencent broke while your command was on its way."
	case tencent.ReasonStatus, tencent.ReasonRedirect:
		return "Something between this bot and Tencent answered instead of Tencent."
	case tencent.ReasonTruncated:
		return "Tencent's answer broke off halfway."
	default:
		return "Tencent's answer could not be read."
	}
}
