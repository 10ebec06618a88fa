package discordbot_test

import (
	"encoding/json"
	"testing"

	"ringside/bot/discordbot"
)

func TestManifest(t *testing.T) {
	t.Parallel()
	text, err := discordbot.Manifest("111")
	if err != nil {
		t.Fatal(err)
	}
	var got struct {
		Invite   string `json:"invite_url"`
		Commands []struct{ Name string }
	}
	if err := json.Unmarshal(text, &got); err != nil {
		t.Fatal(err)
	}
	const want = "https://discord.com/oauth2/authorize?client_id=111&permissions=35840&scope=bot+applications.commands"
	if got.Invite != want {
		t.Errorf("invite %q, want %q", got.Invite, want)
	}
	if len(got.Commands) != 2 || got.Commands[0].Name != "battle-score" || got.Commands[1].Name != "battle" {
		t.Errorf("commands %v", got.Commands)
	}
	for _, wrong := range []string{"", "abc", "1 1", "111&scope=all"} {
		if _, err := discordbot.Manifest(wrong); err == nil {
			t.Errorf("the id %q was taken", wrong)
		}
	}
}
