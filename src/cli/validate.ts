export { run } from "./not-yet.ts";
