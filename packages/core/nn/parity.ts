/** How far we are from what transformers computed: measured from the fixtures that tools/export_reference.py wrote. */
import { valueAndGrad } from "../autograd/grad.ts";
import {
  loadAdapter,
  type LoadedModel,
  loadModel,
  type Model,
  openSafetensors,
  readTensor,
} from "../checkpoint/mod.ts";
import type { Device } from "../device/device.ts";
import type { Tensor } from "../device/tensor.ts";
import { entriesOf, type Tree } from "../device/tree.ts";
import { mul } from "../kernels/elementwise/arithmetic.ts";
import { gatherRows } from "../kernels/gather/gather.ts";
import { mean } from "../kernels/reduce/reduce.ts";
import { adamw } from "../optim/adamw.ts";
import { tokenBatch } from "./batch.ts";
import { predictions } from "./predictions.ts";
import { forward, type ForwardOptions } from "./forward.ts";
import { logits, tokenLogProb } from "./head.ts";
import { type Adapter, mergeAdapter } from "./lora.ts";
import type { Params } from "./params.ts";
import { score } from "./score.ts";

/** Fixtures of language models. */
export const models: readonly string[] = [
  ...["gpt2", "llama", "llama_llama3", "llama_linear", "mistral", "qwen2", "qwen2_yarn", "qwen3"],
];
/** Those that have an adapter. */
export const adapted: readonly string[] = ["gpt2", "llama"];
/** Fixtures of sequence classifiers. */
export const classifiers: readonly string[] = ["llama_score", "qwen2_score"];

/** Reads a fixture: `undefined` where there is none. */
export type ReadFixture = (path: string) => Promise<Blob | undefined>;

/** What `expected.json` of a fixture holds. */
export interface Expected {
  /** Token ids. */
  readonly sequences: number[][];
  /** Constants of the optimizer. */
  readonly adamw: { learningRate: number; betas: [number, number]; eps: number; weightDecay: number };
  /** The loss before each step. */
  readonly losses: number[];
  /** What a classifier gives each sequence. */
  readonly scores: number[];
}

/** A tensor's values: ours beside theirs. */
export interface Pair {
  /** Where in the tree. */
  readonly path: string;
  /** Our values. */
  readonly actual: Float32Array;
  /** Theirs. */
  readonly expected: Float32Array;
}

/** Opens a file of a fixture, with some files standing in for others. */
function filesOf(read: ReadFixture, folder: string, instead: Record<string, string> = {}) {
  return { open: (name: string) => read(`${folder}/${instead[name] ?? name}`) };
}

/** A fixture's model, and what is expected of it. */
export async function loadFixture(
  device: Device,
  read: ReadFixture,
  name: string,
): Promise<{ model: LoadedModel; expected: Expected }> {
  const model = await loadModel(device, filesOf(read, name));
  return { model, expected: JSON.parse(await (await read(`${name}/expected.json`))!.text()) };
}

/** A tensor of `expected.safetensors`. */
async function expectedTensor(device: Device, read: ReadFixture, name: string, tensor: string): Promise<Tensor> {
  return await readTensor(device, await openSafetensors((await read(`${name}/expected.safetensors`))!), tensor);
}

/** Mean loss of every token but the first of each sequence. */
function nextTokenLoss(device: Device, { config }: Model, sequences: readonly number[][], options: ForwardOptions) {
  const batch = tokenBatch(device, config, sequences);
  const { rows, targets } = predictions(device, sequences);
  return (params: Params, adapter?: Adapter) => {
    const hidden = forward(params, config, batch, { ...options, adapter, wanted: rows });
    return mul(mean(tokenLogProb(params, hidden, targets).logProb), -1);
  };
}

async function pairsOf<T extends Tree<T>>(device: Device, ours: T, theirs: T): Promise<Pair[]> {
  const [mine, other] = [entriesOf(ours), new Map(entriesOf(theirs))];
  if (mine.length !== other.size) throw new Error(`Expected ${mine.length} tensors but found ${other.size}`);
  const tensors = [...mine.map(([, tensor]) => tensor), ...mine.map(([path]) => other.get(path)!)];
  const data = await device.read(tensors as Tensor<"f32">[]);
  return mine.map(([path], i) => ({ path, actual: data[i]!, expected: data[mine.length + i]! }));
}

/** Logits of all sequences in one batch. */
export async function logitsParity(device: Device, read: ReadFixture, name: string): Promise<Pair> {
  const { model: { params, config }, expected: { sequences } } = await loadFixture(device, read, name);
  const ours = logits(params, forward(params, config, tokenBatch(device, config, sequences)));
  const theirs = await expectedTensor(device, read, name, "logits");
  return (await pairsOf(device, { logits: ours }, { logits: theirs }))[0]!;
}

/** Gradients of every parameter, and the losses of the first AdamW steps: by default all ten. */
export async function trainingParity(
  device: Device,
  read: ReadFixture,
  name: string,
  options: ForwardOptions & { steps?: number } = {},
): Promise<{ gradients: Pair[]; losses: Pair }> {
  const { model, expected } = await loadFixture(device, read, name);
  const theirs = await loadModel(device, filesOf(read, name, { "model.safetensors": "grads.safetensors" }));
  const loss = nextTokenLoss(device, model, expected.sequences, options);
  const { learningRate, ...constants } = expected.adamw;
  const optimizer = adamw(constants);
  const state = optimizer.init(model.params);
  const steps = expected.losses.slice(0, options.steps).map((_, step) => {
    using scope = device.scope();
    const { value, grads } = valueAndGrad((params: Params) => loss(params), model.params);
    optimizer.update(model.params, grads, state, { learningRate });
    return { value: scope.keep(value), grads: step === 0 ? scope.keep(grads) : undefined };
  });
  const actual = Float32Array.from(await device.read(steps.map(({ value }) => value)), ([loss]) => loss!);
  return {
    gradients: await pairsOf(device, steps[0]!.grads!, theirs.params),
    losses: { path: "losses", actual, expected: Float32Array.from(expected.losses.slice(0, options.steps)) },
  };
}

/** Logits with a PEFT adapter, the same merged, and the gradients of the adapter where the fixture has them. */
export async function adapterParity(
  device: Device,
  read: ReadFixture,
  name: string,
): Promise<{ logits: Pair; merged: Pair; gradients: Pair[] }> {
  const { model, expected: { sequences } } = await loadFixture(device, read, name);
  const { params, config } = model;
  const adapter = await loadAdapter(device, filesOf(read, `${name}/adapter`), config);
  const batch = tokenBatch(device, config, sequences);
  const merged = mergeAdapter(params, adapter);
  const theirs = await expectedTensor(device, read, name, "adapter_logits");
  const [apart, once] = await pairsOf(device, {
    logits: logits(params, forward(params, config, batch, { adapter })),
    merged: logits(merged, forward(merged, config, batch)),
  }, { logits: theirs, merged: theirs });
  const grads = filesOf(read, `${name}/adapter`, { "adapter_model.safetensors": "grads.safetensors" });
  if (!await grads.open("adapter_model.safetensors")) return { logits: apart!, merged: once!, gradients: [] };
  const loss = nextTokenLoss(device, model, sequences, {});
  const ours = valueAndGrad((p: Adapter["params"]) => loss(params, { ...adapter, params: p }), adapter.params).grads;
  const gradients = await pairsOf(device, ours, (await loadAdapter(device, grads, config)).params);
  return { logits: apart!, merged: once!, gradients };
}

/** Scores of a sequence classifier: those of each sequence's last token. */
export async function scoreParity(device: Device, read: ReadFixture, name: string): Promise<Pair> {
  const { model: { params, config, score: head }, expected } = await loadFixture(device, read, name);
  let end = -1;
  const last = expected.sequences.map(({ length }) => end += length);
  const hidden = forward(params, config, tokenBatch(device, config, expected.sequences));
  const actual = await score(head!, gatherRows(hidden, device.tensor(Uint32Array.from(last)))).data();
  return { path: "scores", actual, expected: Float32Array.from(expected.scores) };
}

/** The largest difference of any element. */
export function largestDifference({ actual, expected }: Pair): number {
  return expected.reduce((most, x, i) => Math.max(most, Math.abs(x - actual[i]!)), 0);
}

/**
 * The largest relative differences: of whole tensors by their norms, and of elements. What is below 1/1000 of the largest
 * tensor's norm (or element) of all is measured against that: GPT-2's key biases have no gradient but rounding.
 */
export function relativeDifferences(pairs: readonly Pair[]): { norms: number; elements: number } {
  const norm = (values: Float32Array) => Math.hypot(...values);
  const largest = Math.max(...pairs.map(({ expected }) => norm(expected)));
  const peak = Math.max(...pairs.map(({ expected }) => expected.reduce((m, x) => Math.max(m, Math.abs(x)), 0)));
  let [norms, elements] = [0, 0];
  for (const { actual, expected } of pairs) {
    const off = norm(expected.map((x, i) => x - actual[i]!));
    norms = Math.max(norms, off / Math.max(norm(expected), 1e-3 * largest));
    expected.forEach((x, i) => {
      elements = Math.max(elements, Math.abs(x - actual[i]!) / Math.max(Math.abs(x), 1e-3 * peak));
    });
  }
  return { norms, elements };
}
