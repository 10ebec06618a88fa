package config

// fill reads a document into the draft: what it knows goes where it belongs, the rest is reported.
func (d *draft) fill(doc document, r *report) {
	sections := d.sections()
	unknownSections(r.at(""), doc.tree, sections)
	for _, s := range sections {
		raw, there := doc.tree[s.name]
		switch {
		case s.each == nil:
			fillOnce(s, raw, there, r)
		case there:
			fillEach(s, raw, r)
		}
	}
}

func fillOnce(s section, raw any, there bool, r *report) {
	at := r.at(s.name)
	table, ok := raw.(map[string]any)
	switch {
	case ok || !there:
		fillTable(at, table, s.settings)
	case tables(raw) != nil:
		at.say("must stand in single brackets and only once: [%s]", s.name)
	default:
		at.say("must be a section, [%s] on a line of its own", s.name)
	}
}

func fillEach(s section, raw any, r *report) {
	at := r.at(s.name)
	list := tables(raw)
	if list == nil {
		at.say("must stand in double brackets, once for each: [[%s]]", s.name)
	}
	for i, table := range list {
		fillTable(at.item(i), table, s.each())
	}
}

func fillTable(at spot, table map[string]any, settings []setting) {
	unknownSettings(at, table, settings)
	for _, s := range settings {
		s.apply(at.key(s.Key), table)
	}
}

// tables returns raw as a list of tables, or nil if it is none.
func tables(raw any) []map[string]any {
	list, _ := raw.([]any)
	var all []map[string]any
	for _, element := range list {
		table, ok := element.(map[string]any)
		if !ok {
			return nil
		}
		all = append(all, table)
	}
	return all
}
