export {
  FAKE_WALL_START_MS,
  FakeClock,
  type FakeClockOptions,
  settled,
} from "../../src/sdk/testing/fake-clock.ts";
