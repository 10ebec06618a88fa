package slackbot

import (
	"fmt"
	"strings"
)

// platform is the word that every id of ours begins with.
const platform = "slack"

// maxID is far above any id that Slack makes.
const maxID = 64

func channelID(team, channel string) string { return platform + ":" + team + "/" + channel }

func userID(team, user string) string { return platform + ":" + team + "/user/" + user }

// isID reports whether s looks like an id of Slack's: letters and digits only, so that it cannot change
// the meaning of an id it becomes part of.
func isID(s string) bool {
	if s == "" || len(s) > maxID {
		return false
	}
	for i := range len(s) {
		c := s[i]
		if (c < '0' || c > '9') && (c < 'A' || c > 'Z') && (c < 'a' || c > 'z') {
			return false
		}
	}
	return true
}

// address is one of our ids taken apart.
type address struct{ team, id string }

func parseChannel(id string) (address, error) { return parse(id, "") }

func parseUser(id string) (address, error) { return parse(id, "user/") }

func parseGroup(id string) (address, error) { return parse(id, "group/") }

func parse(id, kind string) (address, error) {
	rest, ours := strings.CutPrefix(id, platform+":")
	team, rest, found := strings.Cut(rest, "/")
	name, right := strings.CutPrefix(rest, kind)
	if !ours || !found || !right || !isID(team) || !isID(name) {
		return address{}, fmt.Errorf("%q is not of the form %s:<workspace>/%s<id>", clip(id, maxShown), platform, kind)
	}
	return address{team: team, id: name}, nil
}
