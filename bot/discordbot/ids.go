package discordbot

import (
	"fmt"
	"strings"
)

// platform is the word that every id of ours begins with.
const platform = "discord"

// maxID is the length of the largest number of 64 bits, which every id of Discord's is.
const maxID = 20

func channelID(guild, channel string) string { return platform + ":" + guild + "/" + channel }

func userID(guild, user string) string { return platform + ":" + guild + "/user/" + user }

func roleID(guild, role string) string { return platform + ":" + guild + "/role/" + role }

// isID reports whether s looks like an id of Discord's: digits only, so that it cannot change the
// meaning of an id or of an address that it becomes part of.
func isID(s string) bool {
	if s == "" || len(s) > maxID {
		return false
	}
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return true
}

// isToken reports whether s can be an interaction token, which becomes part of an address.
func isToken(s string) bool {
	const maxToken = 1024
	if s == "" || len(s) > maxToken {
		return false
	}
	for i := range len(s) {
		c := s[i]
		letter := (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z')
		if !letter && (c < '0' || c > '9') && !strings.ContainsRune("-_.=", rune(c)) {
			return false
		}
	}
	return strings.Trim(s, ".") != ""
}

// address is one of our ids taken apart.
type address struct{ guild, id string }

func parseChannel(id string) (address, error) { return parse(id, "") }

func parseUser(id string) (address, error) { return parse(id, "user/") }

func parse(id, kind string) (address, error) {
	rest, ours := strings.CutPrefix(id, platform+":")
	guild, rest, found := strings.Cut(rest, "/")
	name, right := strings.CutPrefix(rest, kind)
	if !ours || !found || !right || !isID(guild) || !isID(name) {
		return address{}, fmt.Errorf("%q is not of the form %s:<server>/%s<id>", clip(id, maxShown), platform, kind)
	}
	return address{guild: guild, id: name}, nil
}
