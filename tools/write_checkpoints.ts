/**
 * Trains the fixtures' models a little and saves them, for `tools/check_reference.py` to load in transformers and PEFT:
 *
 *     deno run -A tools/write_checkpoints.ts FOLDER
 *
 * A folder of FOLDER is a checkpoint (and an adapter's in `adapter/`), with `sequences.json` and, in `ours.safetensors`,
 * the logits or scores that we compute of them.
 */
import {
  adamw,
  type Adapter,
  type Device,
  type FileToWrite,
  forward,
  initAdapter,
  initScoreHead,
  logits,
  mean,
  mul,
  openDevice,
  type Params,
  saveAdapter,
  saveModel,
  type SaveOptions,
  score,
  type Tensor,
  tokenBatch,
  tokenLogProb,
  type Tree,
  valueAndGrad,
  writeSafetensors,
} from "@tare/core";
import { adapted, classifiers, loadFixture, models } from "../packages/core/nn/parity.ts";
import { readFixture } from "./parity.ts";

/** A few steps of AdamW, so that what is saved is not what was read. */
function train<P extends Tree<P>>(params: P, loss: (params: P) => Tensor): void {
  const optimizer = adamw();
  const state = optimizer.init(params);
  for (let step = 0; step < 5; step++) {
    optimizer.update(params, valueAndGrad(loss, params).grads, state, { learningRate: 0.01 });
  }
}

async function write(folder: string, files: readonly FileToWrite[]): Promise<void> {
  await Deno.mkdir(folder, { recursive: true });
  for (const { name, bytes } of files) await Deno.writeFile(`${folder}/${name}`, bytes);
}

/** Saves a trained model with a head or an adapter; with `keep`, fields of the fixture's own config.json stay. */
async function save(
  device: Device,
  folder: string,
  fixture: string,
  extra: "none" | "adapter" | "score",
  options: SaveOptions & { keep?: boolean } = {},
): Promise<void> {
  using _scope = device.scope();
  const { model: { params, config, json }, expected: { sequences } } = await loadFixture(device, readFixture, fixture);
  const batch = tokenBatch(device, config, sequences);
  const loss = (params: Params, adapter?: Adapter) => {
    const hidden = forward(params, config, batch, { adapter });
    return mul(mean(tokenLogProb(params, hidden, batch.tokens).logProb), -1);
  };
  train(params, (params: Params) => loss(params));
  const head = extra === "score" ? { weight: mul(initScoreHead(device, config, 1).weight, 50) } : undefined;
  let adapter: Adapter | undefined;
  if (extra === "adapter") {
    const { params: low, scale } = initAdapter(device, config, { rank: 3, alpha: 6 }, 1);
    train(low, (low: Adapter["params"]) => loss(params, { params: low, scale }));
    adapter = { params: low, scale };
    await write(`${folder}/adapter`, saveAdapter(adapter, config));
  }
  const hidden = forward(params, config, batch, { adapter });
  const ours = head ? score(head, hidden) : logits(params, hidden);
  await write(folder, [
    ...saveModel({ config, params, score: head }, { ...options, ...options.keep && { json } }),
    { name: "ours.safetensors", bytes: writeSafetensors([{ name: "ours", parts: [ours] }]) },
  ]);
  await Deno.writeTextFile(`${folder}/sequences.json`, JSON.stringify(sequences));
}

if (import.meta.main) {
  const [folder] = Deno.args;
  if (!folder) {
    console.error("Expected a folder to write to: deno run -A tools/write_checkpoints.ts FOLDER");
    Deno.exit(2);
  }
  using device = await openDevice({ device: "cpu" });
  for (const name of models) {
    await save(device, `${folder}/${name}`, name, "none");
    await save(device, `${folder}/${name}_shards`, name, "none", { maxShardBytes: 6000, keep: true });
  }
  for (const name of adapted) await save(device, `${folder}/${name}_adapter`, name, "adapter");
  for (const name of ["gpt2", "mistral", "qwen3"]) await save(device, `${folder}/${name}_score`, name, "score");
  for (const name of classifiers) await save(device, `${folder}/${name}`, name, "score");
  console.log(`Wrote checkpoints to ${folder}`);
}
