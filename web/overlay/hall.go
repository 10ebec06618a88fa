package overlay

import "errors"

// errFull says that there is no place for one more viewer.
var errFull = errors.New("overlay: too many viewers")

// seat is one viewer's place.
type seat struct {
	stage *stage
	pass  pass
	group *group
}

// join gives a viewer a place in front of the battle, and follows the battle if nobody did.
func (s *Server) join(id string, p pass) (seat, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed || s.viewers >= s.maxViewers {
		return seat{}, errFull
	}
	st := s.stages[id]
	if st == nil {
		if len(s.stages) >= maxBattles {
			return seat{}, errFull
		}
		st = newStage(id)
		s.stages[id] = st
		s.running.Go(func() { s.run(st) })
	}
	g := st.groups[p]
	if g == nil {
		g = &group{closed: make(chan struct{})}
		st.groups[p] = g
	}
	g.size++
	s.viewers++
	return seat{stage: st, pass: p, group: g}, nil
}

func (s *Server) leave(v seat) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.viewers--
	v.group.size--
	if v.group.size == 0 && v.stage.groups[v.pass] == v.group {
		delete(v.stage.groups, v.pass)
	}
}

// passes returns what the viewers of a stage came in with.
func (s *Server) passes(st *stage) []pass {
	s.mu.Lock()
	defer s.mu.Unlock()
	all := make([]pass, 0, len(st.groups))
	for p := range st.groups {
		all = append(all, p)
	}
	return all
}

// expel ends the streams of one pass. They keep their places until their handlers have left.
func (s *Server) expel(st *stage, p pass) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if g := st.groups[p]; g != nil {
		close(g.closed)
		delete(st.groups, p)
	}
}

// dropIdle gives up a stage in front of which nobody is, and says whether it did.
func (s *Server) dropIdle(st *stage) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(st.groups) > 0 {
		return false
	}
	s.forget(st)
	return true
}

// end tells the viewers of a stage that nothing more will come from it.
func (s *Server) end(st *stage) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.forget(st)
	close(st.done)
}

// forget is called with the mutex held. Another stage may follow the battle by now.
func (s *Server) forget(st *stage) {
	if s.stages[st.id] == st {
		delete(s.stages, st.id)
	}
}
