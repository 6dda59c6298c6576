/** Training state: trees of tensors among plain values, as one safetensors file. */
import type { Device } from "../device/device.ts";
import { Tensor } from "../device/tensor.ts";
import { openSafetensors } from "./header.ts";
import { readTensor } from "./read.ts";
import type { ByteSource } from "./source.ts";
import type { TensorToWrite } from "./place.ts";
import { writeSafetensors } from "./write.ts";

/** Where a tensor stands in the JSON of a state. */
const mark = "$tensor";

/**
 * Saves whatever a training run must remember: objects and arrays, nested at will, of tensors, numbers, strings,
 * booleans and nulls. A tensor that stands in several places is stored once. Tensors are read from the device while the
 * stream is: none may change or end before.
 *
 * @param state The state, such as `{ params, optimizer, step, key }`.
 * @returns A safetensors file.
 * @throws {TypeError} If a value is none of these.
 *
 * @example Usage
 * ```ts
 * import { adamw, loadState, openDevice, saveState } from "@tare/core";
 * import { assertEquals } from "@std/assert";
 *
 * using device = await openDevice({ device: "cpu", threads: 1 });
 * using scope = device.scope();
 * const params = { w: device.tensor([1, 2]) };
 * const state = { params, optimizer: adamw().init(params), key: [7, 1] };
 * const file = await new Response(saveState(state)).blob();
 * const again = await loadState<typeof state>(device, file);
 * assertEquals([again.key, await again.params.w.data()], [[7, 1], Float32Array.of(1, 2)]);
 * ```
 */
export function saveState(state: object): ReadableStream<Uint8Array<ArrayBuffer>> {
  const names = new Map<Tensor, string>();
  const json = JSON.stringify(toJson(state, "", names));
  const tensors = [...names].map(([tensor, name]): TensorToWrite => ({ name, parts: [tensor] }));
  return writeSafetensors(tensors, { metadata: { format: "tare-state", state: json } });
}

/**
 * Loads what {@linkcode saveState} saved: the same bits, in new tensors.
 *
 * @typeParam S What was saved; nothing checks that it was.
 * @param device Where the tensors go.
 * @param source The file.
 * @param file What messages call it.
 * @returns The state; its tensors belong to the current scope.
 * @throws {RangeError} If sizes in the file contradict each other.
 * @throws {SyntaxError} If the file is no state.
 *
 * @example Usage
 * ```ts
 * import { loadState, openDevice, saveState } from "@tare/core";
 * import { assertEquals } from "@std/assert";
 *
 * using device = await openDevice({ device: "cpu", threads: 1 });
 * const file = await new Response(saveState({ step: 3, best: null })).blob();
 * assertEquals(await loadState(device, file), { step: 3, best: null });
 * ```
 */
export async function loadState<S extends object>(
  device: Device,
  source: ByteSource,
  file = "the training state",
): Promise<S> {
  const stored = await openSafetensors(source, file);
  const wrong = () => new SyntaxError(`Cannot read ${file}: it is a safetensors file, but no training state of Tare`);
  const { format, state } = stored.metadata;
  if (format !== "tare-state" || state === undefined) throw wrong();
  const tensors = new Map<string, Tensor>();
  try {
    const json = JSON.parse(state) as object;
    for (const name of stored.tensors.keys()) tensors.set(name, await readTensor(device, stored, name));
    return fromJson(json, tensors, wrong) as S;
  } catch (error) {
    for (const tensor of tensors.values()) tensor.dispose();
    throw error instanceof SyntaxError ? wrong() : error;
  }
}

/** The state with marks in place of tensors, which go into `names`. */
function toJson(node: unknown, path: string, names: Map<Tensor, string>): unknown {
  if (node instanceof Tensor) {
    if (!names.has(node)) names.set(node, path || "tensor");
    return { [mark]: names.get(node) };
  }
  if (node === null || typeof node === "string" || typeof node === "boolean") return node;
  if (typeof node === "number" && Number.isFinite(node)) return node;
  const join = (key: string | number) => path ? `${path}.${key}` : `${key}`;
  if (Array.isArray(node)) return node.map((child, i) => toJson(child, join(i), names));
  const plain = typeof node === "object" && [Object.prototype, null].includes(Object.getPrototypeOf(node));
  if (!plain || Object.hasOwn(node as object, mark)) {
    const found = typeof node === "object" ? node?.constructor?.name : typeof node === "number" ? node : typeof node;
    throw new TypeError(
      `Cannot save "${path}" in a training state: expected tensors, finite numbers, strings, booleans, null, or plain ` +
        `objects and arrays of them, but found ${found}`,
    );
  }
  const entries = Object.entries(node as object).filter(([, child]) => child !== undefined);
  return Object.fromEntries(entries.map(([key, child]) => [key, toJson(child, join(key), names)]));
}

/** Deepest state that is read: no run nests like this, and deeper ones would overflow the stack. */
const mostLevels = 1000;

function fromJson(node: unknown, tensors: ReadonlyMap<string, Tensor>, wrong: () => Error, level = 0): unknown {
  if (typeof node !== "object" || node === null) return node;
  if (level === mostLevels) throw wrong();
  const next = (child: unknown) => fromJson(child, tensors, wrong, level + 1);
  if (Array.isArray(node)) return node.map(next);
  if (Object.hasOwn(node, mark)) {
    const tensor = tensors.get((node as Record<string, string>)[mark]!);
    if (!tensor) throw wrong();
    return tensor;
  }
  return Object.fromEntries(Object.entries(node).map(([key, child]) => [key, next(child)]));
}
