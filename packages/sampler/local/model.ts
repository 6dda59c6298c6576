/** What is drawn from: parameters and an adapter. */
import { type Adapter, decodeParams, type Device, disposeTree, type Params } from "@tare/core";

/** A transformer and its adapter. */
export interface Model {
  readonly params: Params;
  readonly adapter?: Adapter;
}

/**
 * Lays a model out for decoding, if that is wanted.
 *
 * @param device Where it is.
 * @param model The model.
 * @param pack Whether to.
 * @returns The model to decode with. It belongs to no scope: dispose of it.
 */
export function decodingModel(device: Device, { params, adapter }: Model, pack: boolean): Model & Disposable {
  if (!pack) return { params, adapter, [Symbol.dispose]() {} };
  using scope = device.scope();
  const packed = scope.keep(decodeParams(params), null);
  return { params: packed, adapter, [Symbol.dispose]: () => disposeTree(packed) };
}
