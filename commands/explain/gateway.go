package explain

import "ringside/tencent"

// addressing explains the codes about where and as whom the bot calls.
func addressing(_ tencent.Command, code int) (told, bool) {
	switch code {
	case 60002:
		return say("Tencent could not read the address that this bot called.", tellOperator)
	case 60003:
		return say("Tencent could not read what this bot sent.", tellOperator)
	case 60009:
		return say("This bot called something that Tencent does not know.", tellOperator)
	case 60015:
		return say("This bot named an account in a form that Tencent does not take.", tellOperator)
	case 60004, 60005:
		return say("Tencent did not accept the bot's account this time.",
			"Ask once more. If it happens again, the administrator account or the key in the bot's settings is wrong.")
	case 60006:
		return say("Tencent says that the app number in the bot's settings is not valid.", "Correct the app number in the bot's settings.")
	case 60012:
		return say("The bot did not tell Tencent which app it belongs to.", "Set the app number in the bot's settings.")
	case 60010:
		return say("The account that this bot uses is not an administrator of the app.",
			"Make it an administrator in Tencent's console, or name another account in the bot's settings.")
	case 60025:
		return say("One of the bot's settings is wrong: the app number, the administrator account or the key.",
			"Compare the three with Tencent's console.")
	case 60026:
		return say("The bot called Tencent in the wrong part of the world for this app.", "Set the app's own region in the bot's settings.")
	case 60021:
		return say("Tencent takes no calls from the place where this bot runs.",
			"Allow the network address of the bot's machine in Tencent's console.")
	default:
		return told{}, false
	}
}

// limits explains the codes about too much, too late, and what the package allows.
func limits(_ tencent.Command, code int) (told, bool) {
	switch code {
	case 60007, 60018, 60019:
		return say("Too many calls reached Tencent at once, so it turned this one away.",
			"Wait a few seconds, then ask again. The bot has slowed down by itself.")
	case 60011:
		return say("Your app as a whole calls Tencent too often, so this call was turned away.",
			"Wait a few seconds, then ask again. If it happens often, the limit can be raised in Tencent's console.")
	case 60008:
		return say("Tencent took too long, or could not make sense of the call.", "")
	case 60013:
		return say("Tencent's own machines misunderstood each other.", "")
	case 60014:
		return say("Tencent took too long to check the bot's account.", askAgain)
	case 60016:
		return say("Tencent has switched this app off.", "Ask Tencent why, and have it switched on again.")
	case 60017:
		return say("Tencent has switched this kind of call off for the app.", "Ask Tencent why, and have it switched on again.")
	case 60020:
		return say("The app's package has run out, or a bill is open.",
			"Renew the package or pay the bill. It works again about five minutes later.")
	case 60027:
		return say("An app of this kind cannot do that.", "Check in Tencent's console that the app is one for live shows.")
	case 60028:
		return say("The trial app has used up its calls for today.", "Wait until tomorrow, or buy a package.")
	default:
		return told{}, false
	}
}

// content explains the codes about texts and pictures.
func content(_ tencent.Command, code int) (told, bool) {
	switch code {
	case 80001:
		return say("Tencent's content rules blocked the text.", "Word it differently.")
	case 80002:
		return say("The text is too long for Tencent.", "Make it shorter.")
	case 80003:
		return say("Your own app was asked about the text and did not agree in time.", "Ask again. If it happens again, look into your own app.")
	case 80004:
		return say("Tencent's content rules blocked a picture.", "Use another picture.")
	case 80005:
		return say("Tencent's check of texts and pictures is switched off.", "Switch it on again in Tencent's console.")
	default:
		return told{}, false
	}
}
