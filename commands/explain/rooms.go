package explain

import "ringside/tencent"

// live explains the codes that any command about a battle may meet.
func live(command tencent.Command, code int) (told, bool) {
	switch code {
	case 100001:
		return say("Something went wrong inside Tencent.", "")
	case 100002:
		return say("Tencent did not accept one of the values.",
			"Check the rooms, the points and the duration. A battle lasts five minutes at most unless the package allows more.")
	case 100004:
		return say("The room does not exist, or its show is over.", "Check the room's name. If it is right, its host has to go live.")
	case 100006:
		return permission(command)
	case 100007:
		return say("The app's package does not include connected rooms or battles.", "Buy a package with battles in Tencent's console.")
	case 100013:
		return say("A limit of the app's package is reached, for example of rooms in a battle.", "Use fewer rooms, or buy a larger package.")
	case 101011:
		return say("The battle has as many participants as the app's package allows.", "Use fewer rooms, or buy a larger package.")
	case 100102:
		return say("Two requests to the same room crossed each other.", askAgain)
	case 100300:
		return say("Tencent already has an address for its notices, and only one is possible.", "Change the address that is there instead of adding one.")
	default:
		return told{}, false
	}
}

// permission explains the one code that each command means differently.
func permission(command tencent.Command) (told, bool) {
	if command == tencent.CommandSetBattleScore {
		return say("The battle is not running: it has not started yet, or it is over.",
			"Look at the battle. If it has not started, ask again once it has. After its end no score can be changed.")
	}
	return say("The account that this bot uses may not do this.", "Check the administrator account in Tencent's console and in the bot's settings.")
}

// rooms explains the codes about rooms and their members.
func rooms(_ tencent.Command, code int) (told, bool) {
	switch code {
	case 100003:
		return say("A room of that name exists already.", "Choose another name.")
	case 100005:
		return say("Somebody you named is not in the room.", "Check the name, or wait until the person is in the room.")
	case 100008:
		return say("The room is full.", "Wait until somebody leaves, or ask its host to make room.")
	case 100009:
		return say("The room has too many tags.", "Use fewer tags.")
	case 100010:
		return say("The room exists already and belongs to the same owner. It can be used.", "Go on: there is nothing to fix.")
	case 100011:
		return say("The room's name is taken by a chat group.", "Choose another name.")
	case 100012:
		return say("The same room was asked for twice within a second.", askAgain)
	case 100015:
		return say("The room is of another kind.", "Choose a room made for live shows.")
	case 100016:
		return say("The person is banned from the room.", "Lift the ban first.")
	case 100017:
		return say("The person is muted in the room.", "Lift the mute first.")
	case 100018:
		return say("The room needs a password.", "Give the room's password.")
	case 100019:
		return say("The room's password is wrong.", "Check the password.")
	case 100020:
		return say("The room has as many administrators as it may have.", "Take one away first.")
	default:
		return told{}, false
	}
}

// seats explains the codes about seats in a room.
func seats(_ tencent.Command, code int) (told, bool) {
	switch code {
	case 100200:
		return say("The seat is locked.", "Unlock it, or choose another seat.")
	case 100201:
		return say("The seat is taken.", "Choose another seat.")
	case 100202:
		return say("The person has asked for a seat already.", "Answer that request.")
	case 100203, 100210:
		return say("The person has a seat already.", "Go on: there is nothing to fix.")
	case 100204:
		return say("The person has not asked for a seat.", "Wait for the request.")
	case 100205:
		return say("All seats are taken.", "Free a seat first.")
	case 100206:
		return say("The person has no seat.", "Give the person a seat first.")
	case 100211:
		return say("The room has no seats.", "Use a room with seats.")
	case 100251:
		return say("The list of seats is empty.", "Name at least one seat.")
	default:
		return told{}, false
	}
}

// notes explains the codes about data kept with a room, and those of the customer's own app.
func notes(_ tencent.Command, code int) (told, bool) {
	switch {
	case code == 100500:
		return say("The room carries too many notes.", "Delete some first.")
	case code == 100501:
		return say("The note is too long.", "Make it shorter.")
	case code == 100502:
		return say("The room's notes are too long together.", "Delete some first.")
	case code == 100503:
		return say("There is no such note to delete.", "Check its name.")
	case code == 100504:
		return say("The name of the note is too long.", "Make it shorter.")
	case code >= 102100 && code <= 102200:
		return say("Your own app turned this down.", "Look up its reason in your own app.")
	default:
		return told{}, false
	}
}
