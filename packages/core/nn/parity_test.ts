import { assert, assertEquals } from "@std/assert";
import { eachDevice } from "../testing/mod.ts";
import { tokenBatch, tokenPlaces } from "./batch.ts";
import { kvCache } from "./cache.ts";
import { forward } from "./forward.ts";
import { logits } from "./head.ts";
import {
  adapted,
  adapterParity,
  classifiers,
  largestDifference,
  loadFixture,
  logitsParity,
  models,
  relativeDifferences,
  scoreParity,
  trainingParity,
} from "./parity.ts";

async function read(path: string): Promise<Blob | undefined> {
  try {
    return new Blob([await Deno.readFile(new URL(`fixtures/${path}`, import.meta.url))]);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}

/** NaN is no parity. */
function within(found: number, limit: number, what: string): void {
  assert(found <= limit, `${what}: ${found}, more than ${limit}`);
}

for (const name of models) {
  await eachDevice(Deno.test, `forward() has the logits of transformers' ${name}`, async (device) => {
    within(largestDifference(await logitsParity(device, read, name)), 1e-4, "logits");
  });

  await eachDevice(Deno.test, `valueAndGrad() and adamw() train ${name} as PyTorch does`, async (device) => {
    const { gradients, losses } = await trainingParity(device, read, name);
    const { norms, elements } = relativeDifferences(gradients);
    within(norms, 1e-3, "norms of gradients");
    within(elements, 1e-3, "elements of gradients");
    within(largestDifference(losses), 1e-4, "losses");
    const again = await trainingParity(device, read, name, { recompute: true, steps: 3 });
    assertEquals(again.gradients, gradients);
    assertEquals(again.losses.actual, losses.actual.slice(0, 3));
  });

  await eachDevice(Deno.test, `forward() decodes ${name} with a cache to the same bits`, async (device) => {
    const { model: { params, config }, expected: { sequences: [tokens] } } = await loadFixture(device, read, name);
    const whole = logits(params, forward(params, config, tokenBatch(device, config, [tokens!])));
    const store = kvCache(device, config, tokens!.length);
    const steps = [tokens!.slice(0, 4), ...tokens!.slice(4).map((token) => [token])];
    let start = 0;
    const parts = steps.map((step) => {
      const positions = step.map((_, i) => start + i);
      start += step.length;
      const range = { qStart: 0, qLength: step.length, kStart: 0, kLength: start };
      const batch = {
        ...tokenPlaces(device, config, positions, [range]),
        tokens: device.tensor(Uint32Array.from(step)),
      };
      const rows = device.tensor(Uint32Array.from(positions));
      return logits(params, forward(params, config, batch, { cache: { store, rows } }));
    });
    const [expected, ...found] = await device.read([whole, ...parts]);
    assertEquals(found.flatMap((rows) => [...rows]), [...expected!]);
  });
}

for (const name of adapted) {
  await eachDevice(Deno.test, `forward() and mergeAdapter() have the logits of PEFT's ${name}`, async (device) => {
    const { logits, merged, gradients } = await adapterParity(device, read, name);
    within(largestDifference(logits), 1e-4, "logits");
    within(largestDifference(merged), 1e-4, "merged logits");
    assertEquals(gradients.length > 0, name === "llama");
    within(relativeDifferences(gradients).elements, 1e-3, "gradients");
  });
}

for (const name of classifiers) {
  await eachDevice(Deno.test, `score() has the scores of transformers' ${name}`, async (device) => {
    within(largestDifference(await scoreParity(device, read, name)), 1e-4, "scores");
  });
}
