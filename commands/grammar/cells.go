package grammar

// The functions of this file read the cells of a sheet by the rules of a line. Their errors are always an *Error, whose
// Try may be empty.

// BattleCell reads a battle's id, alias or "room:<roomId>".
func BattleCell(cell string) (string, error) {
	if problem := checkVisible(cell); problem != nil {
		return "", problem
	}
	if problem := checkBattle(cell); problem != nil {
		return "", problem
	}
	return battleName(cell), nil
}

// ActionCell reads add or set, case aside.
func ActionCell(cell string) (Verb, error) {
	if problem := checkVisible(cell); problem != nil {
		return "", problem
	}
	if verb, ok := action(cell); ok {
		return verb, nil
	}
	switch {
	case cell == "":
		return "", problemf(cell, "The action is missing: add or set.")
	case lowers(cell):
		return "", problemf(cell, "%s cannot be done: points are only added; to lower a score, set the lower one.", mark(cell))
	}
	problem := problemf(cell, "%s is not an action: it is add or set.", mark(cell))
	if near, ok := nearAction(cell); ok {
		return "", problem.near(near)
	}
	return "", problem
}

// RoomCell checks a room's id.
func RoomCell(cell string) error {
	if problem := checkVisible(cell); problem != nil {
		return problem
	}
	if problem := checkRoom(cell); problem != nil {
		return problem
	}
	return nil
}

// NumberCell reads the points of an addition, or the score to set, as Points and Score do.
func NumberCell(verb Verb, cell string) (int64, error) {
	if problem := checkVisible(cell); problem != nil {
		return 0, problem
	}
	return exported(amount(verb, cell))
}

// Straighten turns the quotation marks that keyboards make of ' and " back.
func Straighten(text string) string { return straighten(text) }
