package explain

import "ringside/tencent"

// Result explains what command answered about one room. It is false for a result on no list.
func Result(command tencent.Command, resultCode int) (Text, bool) {
	switch command {
	case tencent.CommandSetBattleScore:
		return scoreResult(resultCode)
	case tencent.CommandCreateBattle:
		return createResult(resultCode)
	default:
		return Text{}, false
	}
}

func scoreResult(resultCode int) (Text, bool) {
	switch resultCode {
	case 0:
		return Text{"The room's score was changed.", "There is nothing to do.", you}, true
	case 1:
		return Text{
			"Tencent did not find the room in this battle. Its score was not changed.",
			"Check the room's name against the battle, then ask again.", you,
		}, true
	default:
		return Text{}, false
	}
}

func createResult(resultCode int) (Text, bool) {
	switch resultCode {
	case 0:
		return Text{"The battle started for this room.", "There is nothing to do.", you}, true
	case 1:
		return Text{"Tencent knows no such room.", "Check the room's name, and that its host is live.", you}, true
	case 2:
		return Text{"The room is in this battle already.", "There is nothing to do.", you}, true
	case 3:
		return Text{"The room is in another battle.", "Wait for the end of that battle, or have its hosts leave it.", host}, true
	case 4:
		return Text{"The room has left.", "Have its host connect again, then start a new battle.", host}, true
	case 5:
		return Text{"Something went wrong inside Tencent for this room.", "Look at the battle. If the room is not in it, try once more.", support}, true
	case -1:
		return Text{"Tencent does not say what became of this room.", "Look at the battle to see whether the room is in it.", support}, true
	default:
		return Text{}, false
	}
}
