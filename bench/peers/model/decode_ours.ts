/** Greedy decoding with ours. */
import {
  type Device,
  forward,
  gatherRows,
  kvCache,
  type Params,
  type Tensor,
  tokenBatch,
  tokenLogProb,
  tokenPlaces,
} from "@tare/core";
import { config } from "./workload.ts";

/** Adds the most likely tokens to prompts of one length. */
export type Decode = (prompts: readonly (readonly number[])[], newTokens: number) => Promise<number[][]>;

/** Decodes with a cache on a device; tokens stay there until the end. */
export function ourDecoder(device: Device, params: Params): Decode {
  return async (prompts, newTokens) => {
    using _scope = device.scope();
    const [count, length] = [prompts.length, prompts[0]!.length];
    const total = length + newTokens;
    const store = kvCache(device, config, count * total);
    const row = (sequence: number, position: number) => sequence * total + position;
    const ids = (list: readonly number[]) => device.tensor(Uint32Array.from(list));
    const each = prompts.map((_, i) => i);
    const out: Tensor<"u32">[] = [];
    const first = tokenBatch(device, config, prompts);
    const places = tokenPlaces(
      device,
      config,
      prompts.flatMap((prompt) => [...prompt.keys()]),
      each.map((i) => ({ qStart: i * length, qLength: length, kStart: row(i, 0), kLength: length })),
    );
    const rows = ids(each.flatMap((i) => prompts[i]!.map((_, t) => row(i, t))));
    const hidden = forward(params, config, { ...places, tokens: first.tokens }, { cache: { store, rows } });
    const none = device.zeros([count], "u32");
    const next = (x: Tensor) => tokenLogProb(params, x, none).argmax;
    out.push(next(gatherRows(hidden, ids(each.map((i) => (i + 1) * length - 1)))));
    for (let t = length; t < total - 1; t++) {
      using step = device.scope();
      const places = tokenPlaces(
        device,
        config,
        each.map(() => t),
        each.map((i) => ({ qStart: i, qLength: 1, kStart: row(i, 0), kLength: t + 1 })),
      );
      const cache = { store, rows: ids(each.map((i) => row(i, t))) };
      const token = next(forward(params, config, { ...places, tokens: out.at(-1)! }, { cache }));
      out.push(step.keep(token));
    }
    const columns = await device.read(out);
    return each.map((i) => columns.map((column) => column[i]!));
  };
}
