package simulator

import "strconv"

// Commands of the webhooks, as they stand in CallbackCommand.
const (
	AfterCreateBattle = "Live.CallbackAfterCreateBattle"
	AfterStartBattle  = "Live.CallbackAfterStartBattle"
	AfterEndBattle    = "Live.CallbackAfterEndBattle"
)

// watchedBattle is a battle with events to come.
type watchedBattle struct {
	*battle
	started bool // its start was announced
}

// announce tells of a new battle. The caller holds the lock.
func (s *Simulator) announce(b *battle, rest bool) {
	if s.hooks == nil {
		return
	}
	operator, platform := "host-"+b.sides[0].room, "iOS"
	if rest {
		operator, platform = s.settings.Admin, "RESTAPI"
	}
	called := make([]string, 0, len(b.sides)-1)
	for _, one := range b.sides[1:] {
		called = append(called, one.room)
	}
	wait := b.start.Sub(b.created)
	s.hooks.push(AfterCreateBattle, platform, object{
		"Operator_Account": operator, "BattleId": b.id, "FromRoomId": b.sides[0].room, "ToRoomIdList": called,
		"Timeout": wait.Milliseconds(), "Duration": b.duration.Milliseconds(), "NeedResponse": wait > 0,
		"ExtensionInfo": b.note,
	})
	s.hooks.watched = append(s.hooks.watched, &watchedBattle{battle: b})
	s.announceDue()
}

// lookAround announces what happened by the mere passing of time.
func (s *Simulator) lookAround() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.announceDue()
}

// announceDue tells of the starts and ends that the clock has reached. The caller holds the lock.
func (s *Simulator) announceDue() {
	if s.hooks == nil {
		return
	}
	now := s.opts.clock()
	var left []*watchedBattle
	for _, w := range s.hooks.watched {
		if !w.started && w.over != noAnswer && !now.Before(w.start) {
			w.started = true
			s.hooks.push(AfterStartBattle, "Unknown", w.startEvent())
		}
		if now.Before(w.end.Add(s.hooks.EndDelay)) {
			left = append(left, w)
			continue
		}
		s.hooks.push(AfterEndBattle, "Unknown", w.endEvent())
	}
	s.hooks.watched = left
}

// push puts an event into the queue. The caller holds the lock.
func (h *hooks) push(command, platform string, body object) {
	h.counted.Events++
	body["CallbackCommand"], body["EventTime"], body["Reserved"] = command, h.sim.opts.clock().UnixMilli(), object{}
	select {
	case h.queue <- hookEvent{command: command, platform: platform, body: encode(body)}:
	default:
		h.counted.Dropped++
	}
}

// startEvent shows the owners as text and endEvent as numbers, as the vendor's samples do.
func (w *watchedBattle) startEvent() object {
	return w.event(func(one *side) object {
		return object{"RoomId": one.room, "Owner_Account": strconv.FormatUint(ownerNumber(one.room), 10)}
	})
}

func (w *watchedBattle) endEvent() object {
	e := w.event(func(one *side) object {
		return object{"RoomId": one.room, "Score": one.score, "Owner_Account": ownerNumber(one.room)}
	})
	e["EndTime"], e["OpType"] = ceilSecond(w.end), int(w.over)
	if w.over == noAnswer {
		e["StartTime"] = 0
	}
	return e
}

// event holds what a start and an end have in common.
func (w *watchedBattle) event(room func(*side) object) object {
	called := make([]object, 0, len(w.sides)-1)
	for _, one := range w.sides[1:] {
		called = append(called, room(one))
	}
	return object{
		"BattleId": w.id, "Duration": w.duration.Milliseconds(), "CreateTime": w.created.Unix(), "StartTime": w.start.Unix(),
		"FromRoomInfo": room(w.sides[0]), "ToRoomList": called,
	}
}
