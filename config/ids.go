package config

import (
	"fmt"
	"slices"
	"strings"
)

// form is one way to write an id: a test for each of its parts, and an id written so.
type form struct {
	example string
	parts   []func(string) bool
}

func (f form) fits(id string) bool {
	platform, rest, found := strings.Cut(id, ":")
	parts := append([]string{platform}, strings.Split(rest, "/")...)
	if !found || len(parts) != len(f.parts) {
		return false
	}
	for i, part := range parts {
		if !f.parts[i](part) {
			return false
		}
	}
	return true
}

func (f form) platform() string {
	name, _, _ := strings.Cut(f.example, ":")
	return name
}

func userForms() []form {
	return []form{
		{"slack:T0123/user/U0456", []func(string) bool{is("slack"), slackID("TE"), is("user"), slackID("UW")}},
		{"discord:998877/user/3344", []func(string) bool{is("discord"), snowflake, is("user"), snowflake}},
		{"console:local", []func(string) bool{is("console"), is("local")}},
	}
}

func whoForms() []form {
	return append([]form{
		{"slack:T0123/group/S0789", []func(string) bool{is("slack"), slackID("TE"), is("group"), slackID("S")}},
		{"discord:998877/role/1122", []func(string) bool{is("discord"), snowflake, is("role"), snowflake}},
	}, userForms()...)
}

func channelForms() []form {
	return []form{
		{"slack:T0123/C0AB", []func(string) bool{is("slack"), slackID("TE"), slackID("CGD")}},
		{"discord:998877/5566", []func(string) bool{is("discord"), snowflake, snowflake}},
		{"console:local", []func(string) bool{is("console"), is("local")}},
	}
}

// id passes the ids of the given forms. Names are refused: anybody can take another's name.
func id(what string, forms []form) check {
	return func(text string) string {
		if slices.ContainsFunc(forms, func(f form) bool { return f.fits(text) }) {
			return ""
		}
		return fmt.Sprintf("%s is not the id of %s; write it like %s", quote(text), what, examples(text, forms))
	}
}

// examples lists the forms of the platform that text begins with, or of all if it begins with none.
func examples(text string, forms []form) string {
	var own, all []string
	for _, f := range forms {
		all = append(all, f.example)
		if strings.HasPrefix(text, f.platform()) {
			own = append(own, f.example)
		}
	}
	if len(own) > 0 {
		all = own
	}
	return strings.Join(all, ", ")
}

func is(word string) func(string) bool { return func(part string) bool { return part == word } }

// slackID tests for an id of Slack's: one of the first letters, then capitals and digits.
func slackID(first string) func(string) bool {
	return func(part string) bool {
		return len(part) >= 2 && len(part) <= 32 && strings.ContainsRune(first, rune(part[0])) &&
			!strings.ContainsFunc(part, func(r rune) bool { return !isUpper(r) && !isDigit(r) })
	}
}

// snowflake tests for an id of Discord's: a positive 64-bit number in digits.
func snowflake(part string) bool {
	return len(part) >= 1 && len(part) <= 20 && part[0] != '0' &&
		!strings.ContainsFunc(part, func(r rune) bool { return !isDigit(r) })
}

func slackTeam(text string) string {
	if slackID("TE")(text) {
		return ""
	}
	return quote(text) + " is not the id of a Slack workspace or organisation; write it like T0123, in capitals"
}

func discordNumber(text string) string {
	if snowflake(text) {
		return ""
	}
	return quote(text) + " is not an id of Discord's; write it as digits, like 998877"
}
