package discordfake

import (
	"encoding/json"
	"fmt"
	"net/http"
	"regexp"
	"unicode/utf8"
)

// Command is one command of a server as Discord stores it.
type Command map[string]any

// Commands returns a server's commands.
func (s *Server) Commands(guild string) []Command {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]Command(nil), s.commands[guild]...)
}

func (s *Server) mayRegister(r *http.Request) *refusal {
	if r.PathValue("app") != s.config.Application {
		return &refusal{http.StatusForbidden, 20012, "You are not authorized to perform this action on this application"}
	}
	if r.PathValue("guild") != s.config.Guild {
		return &refusal{http.StatusForbidden, 50001, "Missing Access"}
	}
	return nil
}

func (s *Server) getCommands(r *http.Request) (any, *refusal) {
	if no := s.mayRegister(r); no != nil {
		return nil, no
	}
	all := s.Commands(r.PathValue("guild"))
	if all == nil {
		all = []Command{}
	}
	return all, nil
}

func (s *Server) putCommands(r *http.Request) (any, *refusal) {
	if no := s.mayRegister(r); no != nil {
		return nil, no
	}
	var all []Command
	if err := json.NewDecoder(r.Body).Decode(&all); err != nil {
		return nil, &refusal{http.StatusBadRequest, 50109, "The request body contains invalid JSON."}
	}
	for _, c := range all {
		size := 0
		if why := judgeCommand(c, &size); why != "" || size > 8000 {
			return nil, &refusal{http.StatusBadRequest, codeForm, fmt.Sprintf("%v: %s (%d characters)", c["name"], why, size)}
		}
	}
	guild := r.PathValue("guild")
	return s.locked(func() (any, *refusal) {
		for _, c := range all {
			s.store(c, guild)
		}
		s.commands[guild] = all
		return all, nil
	})
}

// store adds what Discord adds, and forgets what it does not keep for a server's own command.
func (s *Server) store(c Command, guild string) {
	c["id"], c["version"] = s.snowflake(), s.snowflake()
	c["application_id"], c["guild_id"] = s.config.Application, guild
	c["nsfw"], c["dm_permission"], c["description_localizations"] = false, nil, nil
	c["contexts"] = nil
}

var commandName = regexp.MustCompile(`^[-_'\p{Ll}\p{Lo}\p{N}]{1,32}$`)

// judgeCommand refuses what Discord would refuse of a command or an option, adding to its size.
func judgeCommand(c map[string]any, size *int) string {
	called, _ := c["name"].(string)
	about, _ := c["description"].(string)
	*size += utf8.RuneCountInString(called) + utf8.RuneCountInString(about)
	options, _ := c["options"].([]any)
	offered, _ := c["choices"].([]any)
	auto, _ := c["autocomplete"].(bool)
	switch n := utf8.RuneCountInString(about); {
	case !commandName.MatchString(called):
		return "a name that is not one"
	case n == 0 || n > 100:
		return "a description of no or too many characters"
	case len(options) > 25 || len(offered) > 25:
		return "too many options or choices"
	case auto && len(offered) > 0:
		return "both choices and autocomplete"
	}
	return judgeOptions(options, size)
}

func judgeOptions(options []any, size *int) string {
	seen, optional := map[any]bool{}, false
	for _, o := range options {
		inner, _ := o.(map[string]any)
		if seen[inner["name"]] {
			return "an option twice"
		}
		seen[inner["name"]] = true
		required, _ := inner["required"].(bool)
		if required && optional {
			return "a required option after an optional one"
		}
		optional = optional || !required
		if why := judgeCommand(inner, size); why != "" {
			return why
		}
	}
	return ""
}
