package simulator

// history keeps the newest entries up to a limit and counts all of them.
type history[T any] struct {
	limit int
	total int
	ring  []T // entry number i is at i % limit
}

func (h *history[T]) add(entry T) {
	switch {
	case h.limit == 0:
	case len(h.ring) < h.limit:
		h.ring = append(h.ring, entry)
	default:
		h.ring[h.total%h.limit] = entry
	}
	h.total++
}

// at returns entry number i, or nil if it is no longer kept.
func (h *history[T]) at(i int) *T {
	if i < h.total-len(h.ring) || i >= h.total {
		return nil
	}
	return &h.ring[i%h.limit]
}

// all returns the kept entries, oldest first.
func (h *history[T]) all() []T {
	entries := make([]T, 0, len(h.ring))
	for i := h.total - len(h.ring); i < h.total; i++ {
		entries = append(entries, *h.at(i))
	}
	return entries
}
