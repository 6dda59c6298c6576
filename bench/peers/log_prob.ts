/** The log-probability of given tokens from hidden states and the output matrix, forward and backward, on the CPU. */
import { logProb, mean, openDevice, type Tensor, valueAndGrad } from "@tare/core";
import { agree } from "./check.ts";
import { integers, normals } from "./data.ts";
import { type Jax, type JaxArray, jaxOnCpu, put } from "./peer.ts";
import { type Row, row } from "./table.ts";
import { alternate, type Effort } from "./timing.ts";

interface Shape {
  readonly tokens: number;
  readonly width: number;
  readonly vocabulary: number;
}

const shapes: readonly Shape[] = [
  { tokens: 2048, width: 256, vocabulary: 4096 },
  { tokens: 2048, width: 64, vocabulary: 8192 },
];

/** A row for each shape and number of threads. */
export async function logProbCpu(effort: Effort): Promise<Row[]> {
  const rows: Row[] = [];
  for (const shape of shapes) {
    for (const threads of [1, 2] as const) {
      const [ours, peer] = await timeShape(shape, threads, effort);
      rows.push(row({
        name: "log-prob head, forward and backward",
        device: `cpu, ${threads} ${threads === 1 ? "thread" : "threads"}`,
        shape: `${shape.tokens} tokens, width ${shape.width}, vocabulary ${shape.vocabulary}`,
        ...{ ours: ours!, peer: peer!, unit: "ms" },
      }));
    }
  }
  return rows;
}

async function timeShape(shape: Shape, threads: 1 | 2, effort: Effort): Promise<number[]> {
  const { tokens, width, vocabulary } = shape;
  using device = await openDevice({ device: "cpu", threads });
  const [h, w] = [normals(tokens * width), normals(vocabulary * width, 1 / Math.sqrt(width))];
  const t = integers(tokens, vocabulary);
  const params = { hidden: device.tensor(h, [tokens, width]), weight: device.tensor(w, [vocabulary, width]) };
  const targets = device.tensor(t);
  const ours = () => valueAndGrad((p) => mean(logProb(p.hidden, p.weight, targets).logProb), params);

  const jax = await jaxOnCpu(threads);
  const arrays = [
    await put(jax, "wasm", h, [tokens, width]),
    await put(jax, "wasm", w, [vocabulary, width]),
    await put(jax, "wasm", t, [tokens, 1]),
  ];
  const step = jax.jit(lossAndGradients(jax, vocabulary));
  const peer = () => step(...arrays.map((x) => x.ref) as [JaxArray, JaxArray, JaxArray]);

  const { value, grads } = ours();
  const theirs = peer();
  const mine = await device.read([value, grads.hidden, grads.weight] as Tensor<"f32">[]);
  for (const [i, x] of theirs.entries()) agree("the log-prob head", mine[i]!, await x.data(), 1e-3);

  const times = await alternate([() => {
    using _scope = device.scope();
    ours();
  }, async () => {
    const out = peer();
    await jax.blockUntilReady(out);
    for (const x of out) x.dispose();
  }], effort);
  for (const x of arrays) x.dispose();
  return times;
}

/**
 * The same with jax-js: mean log-probability, then the gradients of hidden and weight.
 *
 * It cannot compile the gradient of `takeAlongAxis` ("scatter input is not imm"), so the target's entry is chosen by
 * comparison. Of one-hot products, rows of the weight times hidden, and that function without compiling, none was faster.
 */
function lossAndGradients(jax: Jax, vocabulary: number): (...xs: [JaxArray, JaxArray, JaxArray]) => JaxArray[] {
  const { nn, numpy } = jax;
  return (hidden, weight, targets) => {
    const loss = (hidden: JaxArray, weight: JaxArray) => {
      const all = nn.logSoftmax(numpy.matmul(hidden, weight.transpose()));
      const isTarget = numpy.arange(vocabulary).reshape([1, vocabulary]).equal(targets);
      return numpy.where(isTarget, all, 0).sum(-1).mean();
    };
    const [value, gradients] = jax.valueAndGrad(loss, { argnums: [0, 1] })(hidden, weight);
    return [value, ...gradients];
  };
}
