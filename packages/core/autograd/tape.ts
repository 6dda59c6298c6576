/**
 * The tape: what the backward pass must know of each operation, in the order in which they ran.
 *
 * An operation calls {@linkcode record} with its inputs, its outputs and a function that turns the outputs' gradients
 * into the inputs'. Without a running `valueAndGrad` nothing is kept.
 */
import type { Device, TapeView } from "../device/device.ts";
import type { Scope } from "../device/scope.ts";
import type { Storage, Tensor } from "../device/tensor.ts";
import { accumulate } from "../kernels/elementwise/accumulate.ts";

/** What an operation's backward function sees of its inputs' gradients. */
export interface InputGradients {
  /** Whether input `i` needs a gradient. */
  wants(i: number): boolean;
  /** The gradient that input `i` has so far, if a kernel may add to it in place. */
  into(i: number): Tensor<"f32"> | undefined;
  /** Adds to the gradient of input `i`; what `into` gave, after a kernel has added to it, is recognised. */
  add(i: number, gradient: Tensor<"f32">): void;
}

/** Turns the gradients of an operation's outputs (`undefined`: zero) into those of its inputs. */
export type Backward = (outputs: readonly (Tensor<"f32"> | undefined)[], inputs: InputGradients) => void;

interface Entry {
  readonly op: string;
  readonly inputs: readonly (Tensor | undefined)[];
  readonly outputs: readonly Tensor[];
  readonly saved: readonly Tensor[];
  readonly backward: Backward;
}

/** One run of a function under differentiation. */
export class Tape implements TapeView {
  readonly #device: Device;
  readonly #home: Scope; // has the gradients until the walk is over
  readonly #tracked: Set<Tensor>; // tensors that depend on a parameter, parameters included
  readonly #gradients: Map<Tensor, Tensor<"f32">>;
  readonly #entries: Entry[] = [];
  readonly #held = new Set<Storage>();
  readonly #seeded: Set<Tensor>; // gradients that the caller owns: always added to in place

  /**
   * @param home The scope that has the gradients; or the tape of a run of which a part is recorded again, to add to the
   * same gradients.
   */
  constructor(device: Device, parameters: Iterable<Tensor>, home: Scope | Tape) {
    const parent = home instanceof Tape ? home : undefined;
    this.#device = device;
    this.#home = home instanceof Tape ? home.#home : home;
    this.#tracked = parent ? parent.#tracked : new Set(parameters);
    this.#gradients = parent ? parent.#gradients : new Map();
    this.#seeded = parent ? parent.#seeded : new Set();
  }

  /** Whether the backward pass needs this tensor's memory. */
  holds(tensor: Tensor): boolean {
    return !tensor.disposed && this.#held.has(tensor.storage);
  }

  /** Whether a tensor depends on a parameter. */
  tracks(tensor: Tensor | undefined): boolean {
    return tensor !== undefined && this.#tracked.has(tensor);
  }

  /** The gradient of a tensor so far. */
  gradient(tensor: Tensor): Tensor<"f32"> | undefined {
    return this.#gradients.get(tensor);
  }

  /** Gives a parameter a gradient to add to. */
  seed(tensor: Tensor, gradient: Tensor<"f32">): void {
    this.#gradients.set(tensor, gradient);
    this.#seeded.add(gradient);
  }

  /** Whether kernels may add to a gradient in place: nobody else looks at its memory. */
  #exclusive(gradient: Tensor): boolean {
    return gradient.storage.refs === 1 || this.#seeded.has(gradient);
  }

  /** Runs `f` with this tape recording. */
  recording<R>(f: () => R): R {
    return this.#device.withTape(this, f);
  }

  push(entry: Entry): void {
    this.#entries.push(entry);
    for (const output of entry.outputs) this.#tracked.add(output);
    for (const tensor of [...entry.inputs, ...entry.outputs, ...entry.saved]) {
      if (tensor) this.#held.add(tensor.storage);
    }
  }

  /**
   * Walks back from some outputs, freeing what the forward pass made as soon as nothing needs it any more.
   *
   * @param outputs The outputs and the gradients that reach them.
   * @param keep Tensors to leave alive.
   */
  backward(outputs: Iterable<readonly [Tensor, Tensor<"f32">]>, keep: ReadonlySet<Tensor>): void {
    for (const [output, gradient] of outputs) this.#gradients.set(output, gradient);
    for (let entry = this.#entries.pop(); entry; entry = this.#entries.pop()) {
      this.#step(entry);
      for (const tensor of [...entry.outputs, ...entry.saved]) {
        this.#gradients.get(tensor)?.dispose();
        this.#gradients.delete(tensor);
        this.#tracked.delete(tensor);
        if (!keep.has(tensor)) tensor.dispose();
      }
    }
  }

  #step(entry: Entry): void {
    const outputs = entry.outputs.map((tensor) => this.#gradients.get(tensor));
    if (outputs.every((gradient) => gradient === undefined)) return;
    using scope = this.#device.scope();
    const add = (i: number, gradient: Tensor<"f32">) => {
      const input = entry.inputs[i]!;
      const have = this.#gradients.get(input);
      if (have === gradient) return; // a kernel has added to it in place
      if (gradient.size !== input.size) {
        throw new Error(
          `The gradient of input ${i} of ${entry.op} has shape [${gradient.shape}], the input [${input.shape}]`,
        );
      }
      if (!have) {
        // A second tensor over the same memory: as long as anyone else looks at it, nobody adds to it in place.
        this.#gradients.set(input, scope.keep(this.#device.alias(gradient, input.shape), this.#home));
      } else if (this.#exclusive(have)) {
        accumulate(have, gradient);
      } else {
        const sum = this.#device.alias(have);
        have.dispose();
        const copy = scope.keep(this.#device.zeros(input.shape), this.#home);
        accumulate(copy, sum);
        accumulate(copy, gradient);
        this.#gradients.set(input, copy);
      }
    };
    entry.backward(outputs, {
      wants: (i) => this.tracks(entry.inputs[i]),
      into: (i) => {
        const have = this.#gradients.get(entry.inputs[i]!);
        return have && this.#exclusive(have) ? have : undefined;
      },
      add,
    });
  }
}

/** The running tape of a device, as a {@linkcode Tape}. */
export function tapeOf(device: Device): Tape | undefined {
  return device.tape as Tape | undefined;
}

/**
 * Tells the running tape of an operation. Does nothing if there is none or no input depends on a parameter.
 *
 * @param op Name, for errors.
 * @param inputs The inputs; absent ones are `undefined`.
 * @param outputs The outputs.
 * @param backward Turns the outputs' gradients into the inputs'.
 * @param saved Further tensors that `backward` reads; freed with the outputs.
 */
export function record(
  op: string,
  inputs: readonly (Tensor | undefined)[],
  outputs: readonly Tensor[],
  backward: Backward,
  saved: readonly Tensor[] = [],
): void {
  const tape = tapeOf(outputs[0]!.device);
  if (tape && inputs.some((input) => tape.tracks(input))) tape.push({ op, inputs, outputs, saved, backward });
}
