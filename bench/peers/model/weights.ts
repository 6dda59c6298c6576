/** The weights that every peer starts from, and the file that brings them there. */
import { add, type Device, entriesOf, initParams, mapTree, mul, normal, type Params } from "@tare/core";
import { config } from "./workload.ts";

/**
 * Makes random parameters. Biases and norms are random too: with zeros and ones a peer that forgot them would agree. The
 * blocks' matrices are larger than a fresh model's: with those its most likely next token would be the last one again.
 *
 * @param device Where they will be; they belong to its current scope.
 */
export function makeParams(device: Device): Params {
  let stream = 1000; // past those of initParams
  return mapTree(initParams(device, config, 1), (tensor, path) => {
    if (tensor.shape.length !== 1) return path.startsWith("blocks") ? mul(tensor, 5) : tensor;
    return add(tensor, mul(device.tensor(normal(tensor.size, [1, stream++]), tensor.shape), 0.02));
  });
}

/** Named numbers with their shape. */
export interface Entry {
  readonly name: string;
  readonly shape: readonly number[];
  readonly data: Float32Array;
}

/** Reads a tree of parameters, each by its path in the tree. */
export async function entries(device: Device, params: Params): Promise<Entry[]> {
  const tensors = entriesOf(params);
  const arrays = await device.read(tensors.map(([, tensor]) => tensor));
  return tensors.map(([name, { shape }], i) => ({ name, shape, data: arrays[i] as Float32Array }));
}

/** A safetensors file: the length of a JSON header, the header, the numbers. */
export function safetensors(entries: readonly Entry[]): Uint8Array<ArrayBuffer> {
  const header: Record<string, unknown> = {};
  let end = 0;
  for (const { name, shape, data } of entries) {
    header[name] = { dtype: "F32", shape, data_offsets: [end, end += data.byteLength] };
  }
  const json = JSON.stringify(header);
  const text = new TextEncoder().encode(json.padEnd(Math.ceil(json.length / 8) * 8));
  const file = new Uint8Array(8 + text.length + end);
  new DataView(file.buffer).setBigUint64(0, BigInt(text.length), true);
  file.set(text, 8);
  let at = 8 + text.length;
  for (const { data } of entries) {
    file.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), at);
    at += data.byteLength;
  }
  return file;
}
