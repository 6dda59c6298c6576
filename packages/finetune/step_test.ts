import { openDevice } from "@tare/core";
import { assertEquals, assertThrows } from "@std/assert";
import { tinyModel } from "./fakes.ts";
import { startOf, type TrainingState } from "./step.ts";

Deno.test("startOf() takes a state of the same kind of run, and no other", async () => {
  using device = await openDevice({ device: "cpu", threads: 1 });
  using _scope = device.scope();
  const { params, score } = tinyModel(device);
  const adapter = { blocks: [] };
  const stateOf = (params: TrainingState["params"]) => ({ params }) as TrainingState;
  assertEquals(startOf({ params }), { params: { params } });
  const state = stateOf({ score, params });
  assertEquals(startOf({ params, score }, state), state);
  const message = "Expected a state of a run that trained adapter but found one that trained params and score";
  assertThrows(() => startOf({ adapter }, state), TypeError, message);
  assertThrows(() => startOf({ params, score }, stateOf({ params })), TypeError, "trained params: resume with");
});
