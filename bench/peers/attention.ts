/** Causal attention, forward and backward, on the CPU. */
import { attention, mul, openDevice, segments, sum, type Tensor, valueAndGrad } from "@tare/core";
import { agree } from "./check.ts";
import { normals } from "./data.ts";
import { type Jax, type JaxArray, jaxOnCpu, ourRun, peerRun, put } from "./peer.ts";
import { type Row, row } from "./table.ts";
import { alternate, type Effort } from "./timing.ts";

/** Sequences of equal length: jax-js has no ragged ones. */
interface Shape {
  readonly sequences: number;
  readonly tokens: number;
  readonly heads: number;
  readonly width: number;
}

const shapes: readonly Shape[] = [
  { sequences: 16, tokens: 128, heads: 8, width: 32 },
  { sequences: 1, tokens: 1024, heads: 8, width: 64 },
];

/** A row for each shape and number of threads. */
export async function attentionCpu(effort: Effort): Promise<Row[]> {
  const rows: Row[] = [];
  for (const shape of shapes) {
    for (const threads of [1, 2] as const) {
      const [ours, peer] = await timeShape(shape, threads, effort);
      const { sequences, tokens, heads, width } = shape;
      rows.push(row({
        name: "attention, forward and backward",
        device: `cpu, ${threads} ${threads === 1 ? "thread" : "threads"}`,
        shape: `${sequences}×${tokens} tokens, ${heads} heads of ${width}`,
        ...{ ours: ours!, peer: peer!, unit: "ms" },
      }));
    }
  }
  return rows;
}

async function timeShape({ sequences, tokens, heads, width }: Shape, threads: 1 | 2, effort: Effort) {
  using device = await openDevice({ device: "cpu", threads });
  const rows = sequences * tokens;
  const data = [0, 1, 2, 3].map(() => normals(rows * heads * width)); // q, k, v, and the gradient of the result
  const [q, k, v, dOut] = data.map((x) => device.tensor(x, [rows, heads * width])) as [Tensor, Tensor, Tensor, Tensor];
  const batch = segments(device, Array.from({ length: sequences }, () => tokens));
  const ours = () => valueAndGrad((p) => sum(mul(attention(p.q, p.k, p.v, batch, { heads }), dOut)), { q, k, v });

  const jax = await jaxOnCpu(threads);
  const shape = [sequences, tokens, heads, width];
  const arrays: JaxArray[] = [];
  for (const x of data) arrays.push(await put(jax, "wasm", x, shape));
  const step = jax.jit(lossAndGradients(jax));
  const peer = () => step(...arrays.map((x) => x.ref) as [JaxArray, JaxArray, JaxArray, JaxArray]);

  const { value, grads } = ours();
  const theirs = peer();
  const mine = await device.read([value, grads.q, grads.k, grads.v] as Tensor<"f32">[]);
  for (const [i, x] of theirs.entries()) agree(`attention over ${rows} tokens`, mine[i]!, await x.data(), 1e-3);

  const times = await alternate([ourRun(device, ours), peerRun(jax, peer)], effort);
  for (const x of arrays) x.dispose();
  return times;
}

/** jax-js' own attention: loss, then the gradients of q, k and v. */
function lossAndGradients(jax: Jax): (...xs: [JaxArray, JaxArray, JaxArray, JaxArray]) => JaxArray[] {
  return (q, k, v, dOut) => {
    const loss = (q: JaxArray, k: JaxArray, v: JaxArray) =>
      jax.nn.dotProductAttention(q, k, v, { isCausal: true }).mul(dOut).sum();
    const [value, gradients] = jax.valueAndGrad(loss, { argnums: [0, 1, 2] })(q, k, v);
    return [value, ...gradients];
  };
}
