package simulator_test

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"time"

	"ringside/tencent/simulator"
)

// A write whose answer is lost: the caller cannot know, the ledger does.
func Example() {
	sim, err := simulator.New(simulator.Settings{SDKAppID: app, Admin: admin, SecretKey: key},
		simulator.WithClock(func() time.Time { return time.Unix(now, 0) }))
	if err != nil {
		fmt.Println(err)
		return
	}
	host, err := simulator.Listen(context.Background(), sim, "127.0.0.1:0")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer func() { _ = host.Close() }()

	battle, err := sim.AddBattle(simulator.BattleSpec{From: "pk-1", To: []string{"pk-2"}, Duration: time.Minute})
	if err != nil {
		fmt.Println(err)
		return
	}
	sim.Script(simulator.BadGateway(simulator.Applied))

	target := host.URL() + pathOf(simulator.SetBattleScore) + "?" + goodQuery().Encode()
	request, err := http.NewRequestWithContext(context.Background(), http.MethodPost, target, strings.NewReader(addBoth(battle)))
	if err != nil {
		fmt.Println(err)
		return
	}
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	response, err := client.Do(request)
	if err != nil {
		fmt.Println(err)
		return
	}
	defer func() { _ = response.Body.Close() }()

	fmt.Println("the caller saw:", response.Status)
	for _, e := range sim.Effects() {
		fmt.Printf("the truth: %s %s %+d, %d -> %d\n", e.Room, e.Op, e.Score, e.Before, e.After)
	}
	// Output:
	// the caller saw: 502 Bad Gateway
	// the truth: pk-1 add +10, 0 -> 10
	// the truth: pk-2 add +20, 0 -> 20
}
