/** Copies from the device to the host: buffers that the host can map, used again and again. */
import type { BlockRange } from "../backend.ts";
import { DeviceLostError } from "../errors.ts";
import { type GpuBlock, sizeClass } from "./buffers.ts";

/** Bytes that one buffer brings to the host: what every adapter can stage. */
const maxBytes = 2 ** 28;
/** Buffers that are kept for the next time. */
const maxKept = 4;

/** What is asked for: some bytes of a block. */
export interface ReadRequest extends BlockRange {
  readonly block: GpuBlock;
}

/** Copies under way; `buffer` is absent where there is nothing to copy. */
export interface Staged {
  readonly spans: readonly [from: number, to: number][];
  readonly bytes: number;
  readonly buffer?: GPUBuffer;
}

/** Stages copies and collects them. */
export class Staging {
  readonly #device: GPUDevice;
  readonly #kept: GPUBuffer[] = [];

  constructor(device: GPUDevice) {
    this.#device = device;
  }

  /** Encodes copies of all requests, as many together as one buffer holds. */
  stage(encoder: GPUCommandEncoder, requests: readonly ReadRequest[]): Staged[] {
    const staged: Staged[] = [];
    for (let from = 0; from < requests.length;) {
      let [to, bytes] = [from, 0];
      while (to < requests.length && (to === from || bytes + requests[to]!.bytes <= maxBytes)) {
        bytes += requests[to++]!.bytes;
      }
      staged.push(this.#stageTogether(encoder, requests.slice(from, to), bytes));
      from = to;
    }
    return staged;
  }

  /** Waits for copies that were submitted. */
  async collect({ spans, bytes, buffer }: Staged): Promise<ArrayBuffer[]> {
    if (!buffer) return spans.map(() => new ArrayBuffer(0));
    try {
      await buffer.mapAsync(GPUMapMode.READ, 0, bytes);
    } catch (cause) {
      throw new DeviceLostError("Cannot read from the webgpu device: it is lost; open another", { cause });
    }
    const range = buffer.getMappedRange(0, bytes);
    const out = spans.map(([from, to]) => range.slice(from, to));
    buffer.unmap();
    this.#kept.push(buffer);
    return out;
  }

  #stageTogether(encoder: GPUCommandEncoder, requests: readonly ReadRequest[], bytes: number): Staged {
    let end = 0;
    const spans = requests.map(({ bytes }): [number, number] => [end, end += bytes]);
    if (bytes === 0) return { spans, bytes };
    const buffer = this.#take(bytes);
    requests.forEach(({ block, bytes, offset = 0 }, i) => {
      if (bytes > 0) encoder.copyBufferToBuffer(block.buffer, offset, buffer, spans[i]![0], bytes);
    });
    return { spans, bytes, buffer };
  }

  #take(bytes: number): GPUBuffer {
    const at = this.#kept.findIndex(({ size }) => size >= bytes && size <= 4 * bytes + 65536);
    if (at >= 0) return this.#kept.splice(at, 1)[0]!;
    while (this.#kept.length >= maxKept) this.#kept.shift()!.destroy();
    const usage = GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST;
    return this.#device.createBuffer({ label: "read-back", size: sizeClass(bytes), usage });
  }
}
