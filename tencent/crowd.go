package tencent

// crowd bounds how many calls of one command may have a slot and not have left, where the calls of several processes leave
// in one order: what is in that order can't be overtaken, so that few of a batch may be, for a person to come soon.
type crowd struct{ people, batches int } // 0: any number

func newCrowd(ceiling int, shared bool) crowd {
	if !shared {
		return crowd{}
	}
	return crowd{people: max(4, ceiling/10), batches: max(2, ceiling/20)}
}

// full reports whether one more of a class would be too many.
func (c crowd) full(held int, class Class) bool {
	most := c.people
	if class != ClassPerson {
		most = c.batches
	}
	return most > 0 && held >= most
}
