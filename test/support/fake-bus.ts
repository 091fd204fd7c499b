export { FakeBroker, FakeBus, fakeBroker } from "../../src/sdk/testing/fake-bus.ts";
