import { eachDevice } from "../testing/mod.ts";
import { checkOperation } from "../testing/mod.ts";
import { assertEquals } from "@std/assert";
import { parseConfig } from "./parse_config.ts";
import { initScoreHead, score } from "./score.ts";

await eachDevice(Deno.test, "score() is a product with one row, plus a bias if there is one", async (device) => {
  await checkOperation(device, (random) => {
    const [rows, width] = [random.length(9), random.length(33)];
    const biased = random.pick([true, false]);
    const input = (shape: number[]) => ({ shape, data: random.normals(shape.reduce((a, b) => a * b, 1)) });
    return {
      label: `${rows} × ${width}${biased ? " with a bias" : ""}`,
      inputs: [input([rows, width]), input([1, width]), ...biased ? [input([1])] : []],
      terms: width,
      run: ([hidden, weight, bias]) => score({ weight: weight!, bias }, hidden!),
      reference: ([hidden, weight, bias]) =>
        Float64Array.from(
          { length: rows },
          (_, t) => weight!.reduce((total, w, i) => total + w * hidden![t * width + i]!, bias?.[0] ?? 0),
        ),
    };
  }, { count: 20 });
});

await eachDevice(Deno.test, "initScoreHead() is zero without a seed, and random with one", async (device) => {
  const config = parseConfig({ model_type: "gpt2", n_embd: 64, n_head: 2, n_layer: 1, vocab_size: 9 });
  const [zero, one, same, other] = await device.read([
    ...[initScoreHead(device, config), initScoreHead(device, config, 1)],
    ...[initScoreHead(device, config, 1), initScoreHead(device, config, 2)],
  ].map(({ weight }) => weight));
  assertEquals(zero!.some((x) => x !== 0), false);
  assertEquals(one, same);
  assertEquals(one!.some((x, i) => x === other![i]), false);
});
