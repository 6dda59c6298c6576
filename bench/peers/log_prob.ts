/**
 * The log-probability of given tokens from hidden states and the output matrix, on the CPU: the forward pass alone, as
 * rollouts and references are scored, and with the backward pass, as policies are trained.
 *
 * Both keep these logits, 64 MiB at most, for the backward pass; beyond that ours computes them again.
 */
import { logProb, mean, openDevice, type Tensor, valueAndGrad } from "@tare/core";
import { agree } from "./check.ts";
import { integers, normals } from "./data.ts";
import { type Jax, type JaxArray, jaxOnCpu, ourRun, peerRun, put } from "./peer.ts";
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
      const times = await timeShape(shape, threads, effort);
      ["forward", "forward and backward"].forEach((passes, i) =>
        rows.push(row({
          name: `log-prob head, ${passes}`,
          device: `cpu, ${threads} ${threads === 1 ? "thread" : "threads"}`,
          shape: `${shape.tokens} tokens, width ${shape.width}, vocabulary ${shape.vocabulary}`,
          ...{ ours: times[2 * i]!, peer: times[2 * i + 1]!, unit: "ms" },
        }))
      );
    }
  }
  return rows;
}

/** Median milliseconds: forward of ours and theirs, then forward and backward of ours and theirs. */
async function timeShape(shape: Shape, threads: 1 | 2, effort: Effort): Promise<number[]> {
  const { tokens, width, vocabulary } = shape;
  using device = await openDevice({ device: "cpu", threads });
  const [h, w] = [normals(tokens * width), normals(vocabulary * width, 1 / Math.sqrt(width))];
  const t = integers(tokens, vocabulary);
  const params = { hidden: device.tensor(h, [tokens, width]), weight: device.tensor(w, [vocabulary, width]) };
  const targets = device.tensor(t);
  const loss = (p: typeof params) => mean(logProb(p.hidden, p.weight, targets).logProb);
  const ours = () => valueAndGrad(loss, params);

  const jax = await jaxOnCpu(threads);
  const arrays = [
    await put(jax, "wasm", h, [tokens, width]),
    await put(jax, "wasm", w, [vocabulary, width]),
    await put(jax, "wasm", t, [tokens, 1]),
  ];
  const [forward, both] = [jax.jit(lossOf(jax, vocabulary)), jax.jit(lossAndGradients(jax, vocabulary))];
  const again = () => arrays.map((x) => x.ref) as [JaxArray, JaxArray, JaxArray];
  const peer = () => both(...again());

  const { value, grads } = ours();
  const theirs = peer();
  const mine = await device.read([value, grads.hidden, grads.weight] as Tensor<"f32">[]);
  for (const [i, x] of theirs.entries()) agree("the log-prob head", mine[i]!, await x.data(), 1e-3);

  const times = await alternate([
    ourRun(device, () => loss(params)),
    peerRun(jax, () => [forward(...again())]),
    ourRun(device, ours),
    peerRun(jax, peer),
  ], effort);
  for (const x of arrays) x.dispose();
  return times;
}

/**
 * The same with jax-js: the mean log-probability.
 *
 * It cannot compile the gradient of `takeAlongAxis` ("scatter input is not imm"), so the target's entry is chosen by
 * comparison. Of one-hot products, rows of the weight times hidden, and that function without compiling, none was faster.
 */
function lossOf(jax: Jax, vocabulary: number): (...xs: [JaxArray, JaxArray, JaxArray]) => JaxArray {
  const { nn, numpy } = jax;
  return (hidden, weight, targets) => {
    const all = nn.logSoftmax(numpy.matmul(hidden, weight.transpose()));
    const isTarget = numpy.arange(vocabulary).reshape([1, vocabulary]).equal(targets);
    return numpy.where(isTarget, all, 0).sum(-1).mean();
  };
}

/** The mean log-probability, then the gradients of hidden and weight. */
function lossAndGradients(jax: Jax, vocabulary: number): (...xs: [JaxArray, JaxArray, JaxArray]) => JaxArray[] {
  return (hidden, weight, targets) => {
    const loss = (hidden: JaxArray, weight: JaxArray) => lossOf(jax, vocabulary)(hidden, weight, targets);
    const [value, gradients] = jax.valueAndGrad(loss, { argnums: [0, 1] })(hidden, weight);
    return [value, ...gradients];
  };
}
