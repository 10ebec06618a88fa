package discordbot

import (
	"encoding/json"
	"fmt"
	"net/url"
)

// invitePermissions are those the bot needs to post where a reply's own way is closed: View Channels, Send Messages
// and, for pictures and documents, Attach Files. https://discord.com/developers/docs/topics/permissions
const invitePermissions = "35840"

// Invite returns the address under which the application is invited to a server, with the scopes and the
// permissions that it needs and nothing else.
func Invite(applicationID string) string {
	query := url.Values{"client_id": {applicationID}, "scope": {"bot applications.commands"}, "permissions": {invitePermissions}}
	return "https://discord.com/oauth2/authorize?" + query.Encode()
}

// Manifest returns in JSON what a person needs to set the application up: the address to invite it, and the commands
// that Ringside registers by itself.
func Manifest(applicationID string) ([]byte, error) {
	if !isID(applicationID) {
		return nil, fmt.Errorf("the application's id is made of digits, not %q", applicationID)
	}
	var out = struct {
		Invite   string       `json:"invite_url"`
		Commands []definition `json:"commands"`
	}{Invite(applicationID), definitions()}
	text, err := json.MarshalIndent(out, "", "  ")
	if err != nil {
		return nil, fmt.Errorf("encode the manifest: %w", err)
	}
	return text, nil
}
