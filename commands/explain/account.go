package explain

import "ringside/tencent"

// signatures explains the codes about the bot's own credentials.
func signatures(_ tencent.Command, code int) (told, bool) {
	switch code {
	case 70001:
		return say("The bot's signature had run out.",
			"Ask again: the bot signs anew by itself. If it happens again, the clock of the bot's machine is wrong.")
	case 70002:
		return say("The bot sent no signature.", tellOperator)
	case 70003, 70052:
		return say("Tencent did not accept the bot's signature.",
			"Ask again: the bot signs anew by itself. If it happens again, the key in the bot's settings is wrong.")
	case 70005:
		return say("Tencent did not accept the bot's signature.", "Check the key in the bot's settings.")
	case 70009:
		return say("The key in the bot's settings belongs to another app.", "Copy the key of this app from Tencent's console into the bot's settings.")
	case 70013:
		return say("The bot signed for another account than the one it named.", tellOperator)
	case 70014:
		return say("The bot signed for another app than the one it named.", tellOperator)
	case 70016:
		return say("Tencent has no key for this app in this region. Most often the region is wrong.", "Set the app's own region in the bot's settings.")
	case 70020:
		return say("Tencent does not know this app in this region. Most often the region is wrong.", "Set the app's own region in the bot's settings.")
	case 70050:
		return say("The bot's signature was refused too many times in a row.", "Wait a minute. Correct the key in the bot's settings, then ask again.")
	case 70346:
		return say("Tencent refused the bot's account, most likely because of its signature.", "Check the administrator account and the key in the bot's settings.")
	default:
		return told{}, false
	}
}

// accounts explains the codes about the accounts of people and the app.
func accounts(_ tencent.Command, code int) (told, bool) {
	switch code {
	case 70051:
		return say("Tencent has put the bot's account on its blocklist.", "Ask Tencent why, and have it taken off.")
	case 70107:
		return say("Tencent does not know one of the accounts.", "Check how the account is spelled. If it is new, it has to be imported first.")
	case 70169:
		return say("Tencent's own machines ran out of time.", "")
	case 70398:
		return say("The app has as many accounts as its package allows; a trial allows a hundred.", "Delete accounts, or buy a larger package.")
	case 70399:
		return say("The account was deleted, and cannot come back for three months.", "Use another account.")
	case 70402:
		return say("Tencent did not accept one of the values.", "Check what you typed. If it looks right, tell whoever runs this bot.")
	case 70500:
		return say("Something went wrong inside Tencent.", "")
	case 72000:
		return say("The trial app has had as many users today as it may have.", "Wait until tomorrow, or buy a package.")
	case 72002:
		return say("The trial app has had as many users this month as it may have.", "Wait until next month, or buy a package.")
	default:
		return told{}, false
	}
}
