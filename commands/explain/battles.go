package explain

import "ringside/tencent"

// connections explains the codes about the line between rooms, which a battle needs.
func connections(_ tencent.Command, code int) (told, bool) {
	switch code {
	case 100400:
		return say("The rooms are not connected.", "Have the hosts connect their rooms, then ask again.")
	case 100401:
		return say("The rooms are connected already.", "Go on: there is nothing to fix.")
	case 100402:
		return say("A request to connect the rooms is still open.", "Have the other host answer it, then ask again.")
	case 100403:
		return say("One of the rooms is about to connect to another one.", "Have its host finish or cancel that, then ask again.")
	case 100404:
		return say("Too many rooms are connected or in the battle.", "Use fewer rooms, or have a host leave.")
	case 100405:
		return say("Rooms were connected too often in a short time.", askAgain)
	default:
		return told{}, false
	}
}

// battles explains the codes about battles.
func battles(_ tencent.Command, code int) (told, bool) {
	switch code {
	case 100411:
		return say("Tencent does not know this battle, or it is over.", "Check the battle's name. After its end no score can be changed.")
	case 100412:
		return say("None of the rooms can take part in the battle.", "Check that every room is live and connected, then ask again.")
	case 100413:
		return say("Battles were started too often in a short time.", askAgain)
	case 100414:
		return say("The room is not in this battle.", "Check the name of the room and of the battle.")
	case 100415:
		return say("One of the rooms is in another battle.", "Wait for the end of that battle, or have its hosts leave it.")
	case 100416:
		return say("One of the rooms has not answered an earlier call to a battle.", "Have its host answer, then ask again.")
	case 100418, 100420:
		return say("The battle has not started yet.", "Wait until it runs, then ask again.")
	case 100419:
		return say("This can no longer be called off: the room is in a battle.", "Wait for its end, or have the hosts leave.")
	case 100421:
		return say("The battle is over.", "After its end no score can be changed.")
	default:
		return told{}, false
	}
}
