/** Door `./sdk/testing`: agents in one process, without NATS and without waiting. */
export { type TestFleet, type TestFleetOptions, testFleet } from "./test-fleet.ts";
