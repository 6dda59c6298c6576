import { assertEquals, assertThrows } from "@std/assert";
import { eachDevice } from "../testing/mod.ts";
import { predictions } from "./predictions.ts";

await eachDevice(Deno.test, "predictions() pairs each token with the row before it", async (device) => {
  const { rows, targets } = predictions(device, [[1, 2, 3], [4], [5, 6, 7]], [1, 1, 2]);
  assertEquals([[...await rows.data()], [...await targets.data()]], [[0, 1, 5], [2, 3, 7]]);
});

await eachDevice(Deno.test, "predictions() leaves out sequences that end before their start", async (device) => {
  const { rows, targets } = predictions(device, [[1, 2], [], [3, 4]], [2, 1, 1]);
  assertEquals([[...await rows.data()], [...await targets.data()]], [[2], [4]]);
});

await eachDevice(Deno.test, "predictions() refuses starts at which nothing is predicted", (device) => {
  assertThrows(
    () => predictions(device, [[1, 2]], [0]),
    RangeError,
    "a start of 1 or more for each of 1 sequences but found [0]",
  );
  assertThrows(() => predictions(device, [[1, 2]], []), RangeError, "nothing predicts the first token");
});
