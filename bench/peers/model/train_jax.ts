/**
 * The same training step with jax-js: loss, gradients and AdamW, compiled as one function.
 *
 * Its compiler cannot differentiate a gather, so rows of the embedding are gathered outside of what it differentiates, and
 * their gradient goes back by a product with one-hot rows.
 */
import { type Jax, type JaxArray, jaxOnCpu, put } from "../peer.ts";
import type { Step } from "./train_ours.ts";
import type { Entry } from "./weights.ts";
import { adamwOptions, batch, config } from "./workload.ts";

type Arrays = Record<string, JaxArray>;

/** Puts the weights on its CPU device and compiles the step. */
export async function jaxTrainer(threads: 1 | 2, entries: readonly Entry[]): Promise<Step> {
  const jax = await jaxOnCpu(threads);
  const [params, m, v]: [Arrays, Arrays, Arrays] = [{}, {}, {}];
  for (const { name, shape, data } of entries) {
    params[name] = await put(jax, "wasm", Float32Array.from(data), [...shape]);
    for (const tree of [m, v]) tree[name] = await put(jax, "wasm", new Float32Array(data.length), [...shape]);
  }
  const ids = async (rows: readonly (readonly number[])[]) =>
    await put(jax, "wasm", Int32Array.from(rows.flat()), [rows.length * rows[0]!.length]);
  const [tokens, targets] = [await ids(batch.tokens), await ids(batch.targets)];
  const step = jax.jit(trainStep(jax));
  let state = { params, m, v };
  let t = 0;
  return async () => {
    t++;
    const { betas: [beta1, beta2], learningRate } = adamwOptions;
    const scalars = await put(
      jax,
      "wasm",
      Float32Array.of(learningRate / (1 - beta1 ** t), 1 / Math.sqrt(1 - beta2 ** t)),
      [2],
    );
    const { loss, ...next } = step(state.params, state.m, state.v, tokens.ref, targets.ref, scalars);
    state = next;
    await jax.blockUntilReady(state);
    return (await loss.data())[0]!;
  };
}

function trainStep(jax: Jax) {
  const { betas: [beta1, beta2], eps } = adamwOptions;
  return (params: Arrays, m: Arrays, v: Arrays, tokens: JaxArray, targets: JaxArray, scalars: JaxArray) => {
    const rows = jax.numpy.take(params.embedding!.ref, tokens.ref, 0);
    const [value, [gradients, dRows]] = jax.valueAndGrad(
      (p: Arrays, rows: JaxArray) => loss(jax, p, rows, targets.ref),
      { argnums: [0, 1] },
    )(jax.tree.ref(params), rows) as unknown as [JaxArray, [Arrays, JaxArray]];
    const oneHot = isToken(jax, tokens).astype(jax.numpy.float32);
    gradients.embedding = gradients.embedding!.add(jax.numpy.matmul(oneHot.transpose(), dRows));
    const [stepSize, correction] = [0, 1].map((i) => scalars.ref.slice(i)) as [JaxArray, JaxArray];
    const next: { loss: JaxArray; params: Arrays; m: Arrays; v: Arrays } = { loss: value, params: {}, m: {}, v: {} };
    for (const name of Object.keys(params)) {
      const g = gradients[name]!;
      const mean = m[name]!.mul(beta1).add(g.ref.mul(1 - beta1));
      const square = v[name]!.mul(beta2).add(g.ref.mul(g).mul(1 - beta2));
      const divisor = jax.numpy.sqrt(square.ref).mul(correction.ref).add(eps);
      next.params[name] = params[name]!.sub(mean.ref.mul(stepSize.ref).div(divisor));
      [next.m[name], next.v[name]] = [mean, square];
    }
    return next;
  };
}

/** Which entry of the vocabulary each token is: true in one column of its row. */
function isToken({ numpy }: Jax, ids: JaxArray): JaxArray {
  return numpy.arange(config.vocabulary).reshape([1, config.vocabulary]).equal(ids.reshape([-1, 1]));
}

/** The mean cross-entropy of the batch, from its rows of the embedding. */
function loss(jax: Jax, p: Arrays, rows: JaxArray, targets: JaxArray): JaxArray {
  const { nn, numpy } = jax;
  const [sequences, length] = [batch.tokens.length, config.positions];
  const get = (name: string) => p[name]!.ref;
  const linear = (x: JaxArray, at: string) => numpy.matmul(x, get(`${at}.weight`).transpose()).add(get(`${at}.bias`));
  const norm = (x: JaxArray, at: string) =>
    nn.standardize(x, -1, { epsilon: config.normEps }).mul(get(`${at}.weight`)).add(get(`${at}.bias`));
  let x = rows.reshape([sequences, length, config.width]).add(get("positions")).reshape([-1, config.width]);
  for (let i = 0; i < config.layers; i++) {
    const at = `blocks.${i}`;
    const h = norm(x.ref, `${at}.attentionNorm`);
    const [q, k, value] = ["query", "key", "value"].map((name) =>
      linear(h.ref, `${at}.${name}`).reshape([sequences, length, config.heads, config.headDim])
    ) as [JaxArray, JaxArray, JaxArray];
    const mixed = nn.dotProductAttention(q, k, value, { isCausal: true }).reshape([-1, config.width]);
    x = x.add(linear(mixed, `${at}.output`));
    const g = nn.gelu(linear(norm(x.ref, `${at}.mlpNorm`), `${at}.up`));
    x = x.add(linear(g, `${at}.down`));
  }
  const logits = numpy.matmul(norm(x, "norm"), get("embedding").transpose());
  return numpy.where(isToken(jax, targets), nn.logSoftmax(logits), 0).sum(-1).mean().neg();
}
