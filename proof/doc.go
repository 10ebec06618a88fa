// Package proof holds what stands behind Ringside's promise: tests that break the world round the program in every way
// they can, and compare what people were told with what the live platform truly did.
//
// It has no code of its own. The ground of every test is the simulator's true ledger: applied means there exactly
// once, not applied means never, unknown means at most once, and no operation is there twice.
//
//   - TestModel plays random histories of people, faults, restarts and deaths against the whole program in a
//     testing/synctest bubble, where waiting costs nothing. A new kind of event is one function that draws an action.
//   - TestKill kills the real program at random moments and starts it again on the same ledger.
//   - TestReplicas kills three of them, and their database, at random moments. TestOrphan, TestGatewayTakeOver,
//     TestGatewaySleeper, TestDatabaseAway and TestReplicasShareTheCeiling look at one thing each that several processes share.
//   - TestProxy and TestProxyWeather put harmful proxies between the client and the platform, on real sockets.
//   - TestEveryChangeIsSyncedBeforeAndAfter looks at the program's system calls.
//   - mutate.sh breaks the program in one small way after the other (mutations) and demands that tests notice.
package proof
