/**
 * The deliberate mistakes that `deno task mutate` makes: some for each kernel, on both devices, forward and backward, and
 * some for each step of PPO.
 */
import type { Mutation } from "./mutate.ts";

/** By file: text that stands there once, and what it becomes. */
type Mistakes = Readonly<Record<string, readonly (readonly [find: string, replace: string])[]>>;

/** Under packages/ppo. */
const ppo: Mistakes = {
  "kl.ts": [
    ["logProb - referenceLogProbs[t]!", "referenceLogProbs[t]! - logProb"],
    ["[t]!, -20), 20)", "[t]!, -20), 30)"],
    ["Math.expm1(-k1) + k1", "Math.expm1(k1) - k1"],
    ["Math.expm1(-k1) + k1", "Math.fround(Math.exp(-k1)) - 1 + k1"],
    ["kl / target - 1, -0.2), 0.2)", "kl / target - 1, -0.2), 0.3)"],
    ["error * episodes / horizon", "error / horizon"],
  ],
  "reward.ts": [
    ["Math.max(score * scale, -clip), clip)", "Math.max(score, -clip), clip) * scale"],
    ['finishes[i] === "eos"', 'finishes[i] !== "length"'],
    ["Math.sqrt((count - 1) / m2)", "Math.sqrt(count / m2)"],
    ["off * (score - mean)", "off * off"],
    ["moments ?? { count: 0", "null ?? { count: 0"],
    ["t === last ? reward", "t === 0 ? reward"],
  ],
  "advantages.ts": [
    ["gamma * nextValue", "nextValue"],
    ["gamma * lambda * next;", "lambda * next;"],
    ["[next, next + nextValue]", "[next, next]"],
    ["(sum - totals[i]!) / (group.length - 1)", "sum / group.length"],
    ["Math.sqrt(variance + 1e-8)", "Math.sqrt(variance + 1e-3)"],
    ["shiftMean ? 0 : mean", "0"],
    ["sum / Math.max(count, 1)", "sum / Math.max(count - 1, 1)"],
    ["1 - momentsOf(errors).variance / variance", "momentsOf(values).variance / variance"],
  ],
  "losses.ts": [
    ["mean(minimum(free, clipped))", "mean(clipped)"],
    ["1 - clip, 1 + clip)", "1 - clip, 1 + 2 * clip)"],
    ["clamp(sub(logProb, old), -20, 20)", "sub(logProb, old)"],
    ["mul(mean(mul(logRatio, logRatio)), 0.5)", "mean(mul(logRatio, logRatio))"],
    ["greater(free, clipped)", "greater(clipped, free)"],
    ["mul(mean(maximum(free, clipped)), 0.5)", "mul(mean(free), 0.5)"],
    ["clamp(values, sub(old, clip), add(old, clip))", "add(old, clamp(sub(values, old), -clip, clip))"],
  ],
  "minibatches.ts": [
    ["[seed, stages.prompts], [visit, 0, 0]", "[seed, stages.prompts], [0, 0, 0]"],
    ["at - visit * count", "at % perIteration"],
    ["[iteration, epoch, 0]", "[iteration, 0, 0]"],
    ["[iteration, epoch, 0]", "[0, epoch, 0]"],
    ["Math.floor(i * order.length / count)", "i * Math.ceil(order.length / count)"],
  ],
  "alarms.ts": [
    ["mean + 4 * error < -0.1", "mean < -0.1"],
    ["error > 1e-3", "error > 1e-1"],
    ["0.1 * first", "0.5 * first"],
    ["words && !first[name]", "words"],
  ],
  "update.ts": [
    ["mul(mean(entropy), entropyCoefficient)", "mul(mean(entropy), -entropyCoefficient)"],
    ["(loss, params, groups, { weights })", "(loss, params, groups)"],
  ],
  "trainer.ts": [
    ["config.whiten ? whiten(advantages) : advantages", "advantages"],
    ["[policyRate(iteration), criticRate(iteration)]", "[policyRate(iteration), policyRate(iteration)]"],
    ["klCoefficient: nextCoefficient", "klCoefficient"],
    ["rewardMoments: shaped.moments", "rewardMoments: null"],
  ],
  "rollout.ts": [
    ["draw: visit * n", "draw: 0"],
  ],
};

/** Under packages/core/kernels. */
const kernels: Mistakes = {
  "matmul/matmul.as.ts": [
    ["const fresh = k0 == 0 && !p.accumulate;", "const fresh = k0 == 0;"],
    ["const end = min((part + 1) * 8, (p.m + MR - 1) / MR);", "const end = min((part + 1) * 8, p.m / MR);"],
    ["if (p.hasBias) x = f32x4.add(", "if (p.hasBias) x = f32x4.sub("],
    ["min(MR, rows - r), cols, tile)", "MR, cols, tile)"],
  ],
  "matmul/packed.as.ts": [
    ["if (p.m <= 4) {", "if (p.m <= 5) {"],
    ["rows % MR == 5 ? rows : rows - rows % MR;", "rows - rows % MR;"],
    ["const whole = cols == GROUP;", "const whole = true;"],
    ["ldc, k0 == 0, rows - tiled);", "ldc, true, rows - tiled);"],
    ["c + 64, ldc, fresh);", "c + 32, ldc, fresh);"],
  ],
  "matmul/packed.ts": [
    ["ceilDiv(n, group) * ceilDiv(m, 384)", "ceilDiv(n, group)"],
    ["m > 4 ? ceilDiv(m, 48) : 0", "m > 7 ? ceilDiv(m, 48) : 0"],
    ['{ fn: "pack_weights", parts: ({ n }) =>', '{ fn: "pack_weights", parts: ({ n }) => 0.5 *'],
  ],
  "matmul/matmul.ts": [
    ["multiply(flip(A), D, target, k, n, m, { accumulate })", "multiply(flip(A), D, target, k, n, m, {})"],
    ["grads.add(2, columnSum(dy!, m, n))", "grads.add(2, columnSum(dy!, m, n, 0.999))"],
  ],
  "matmul/kernel.ts": [
    ["residual[row * p.n + col + j]", "residual[col + j]"],
    ["if (p.accumulate == 0) {", "if (true) {"],
    ['${transposeB ? " * k" : ""}', '${transposeB ? " * n" : ""}'],
    ["ceilDiv(m, 384)", "ceilDiv(m, 768)"],
  ],
  "elementwise/elementwise.as.ts": [
    ["storeHead(out + o, r, col1 - col);", "v128.store(out + o, r);"],
    ["f32x4.splat(0.134145)", "f32x4.splat(0.135)"],
    ["v128.bitselect(y, z, f32x4.ne", "v128.bitselect(z, y, f32x4.ne"],
  ],
  "elementwise/table.ts": [
    ['wgsl: "x * sigmoid(x) * y"', 'wgsl: "x * sigmoid(y) * y"'],
  ],
  "elementwise/differentiable.ts": [
    ['([, b], _, dy) => elementwise("div", dy, b!),', "(_, __, dy) => dy,"],
  ],
  "elementwise/broadcast.ts": [
    [
      "? columnSum(gradient, rows, cols) : totalSum(gradient)",
      "? columnSum(gradient, rows, cols) : totalSum(gradient, 2)",
    ],
  ],
  "elementwise/kernel.ts": [
    ["parts: ({ rows, cols }) =>", "parts: ({ rows, cols }) => 0.5 *"],
  ],
  "elementwise/accumulate.ts": [
    ["parts: ({ n }) =>", "parts: ({ n }) => 0.5 *"],
  ],
  "reduce/reduce.as.ts": [
    ["headMask(length - i)", "headMask(4)"],
  ],
  "reduce/kernel.ts": [
    ["i < end; i += 64)", "i + 1 < end; i += 64)"],
    ["parts: ({ rows, cols }) =>", "parts: ({ rows, cols }) => 0.5 *"],
  ],
  "reduce/reduce.ts": [
    ['axis === "first" ? [0, 1] : axis === "last" ? [1, 0]', 'axis === "first" ? [1, 0] : axis === "last" ? [1, 0]'],
  ],
  "norm/norm.as.ts": [
    ["storeHead(out + o, y, cols - i)", "v128.store(out + o, y)"],
    ["v128.and(v128.load(x + (<usize>i << 2)), headMask(cols - i))", "v128.load(x + (<usize>i << 2))"],
    ["p.centred ? sumLanes(slopes) / <f32>cols : 0", "0"],
    ["if (p.accumulate) d", "if (false) d"],
    ["memory.fill(out, 0, stride);", ""],
  ],
  "norm/kernel.ts": [
    ["if (p.hasDsum == 1)", "if (p.hasDsum == 2)"],
    ["- level - normed", "- normed"],
    ["for (var row = part * each; row", "for (var row = part * each + 1; row"],
    ['{ fn: "norm", parts: ({ rows, cols }) =>', '{ fn: "norm", parts: ({ rows, cols }) => 0.5 *'],
  ],
  "norm/norm.ts": [
    ["accumulate: have ? 1 : 0", "accumulate: 0"],
  ],
  "rope/rope.as.ts": [
    ["let i = p.dim; i < p.headDim", "let i = p.dim + 1; i < p.headDim"],
    ["position >= p.count", "position > p.count"],
  ],
  "rope/kernel.ts": [
    ["return x[at] * c + x[at - half] * s", "return x[at] * c - x[at - half] * s"],
    ["position < p.count", "position <= p.count"],
    ["parts: ({ rows, heads, headDim }) =>", "parts: ({ rows, heads, headDim }) => 0.5 *"],
  ],
  "rope/rope.ts": [
    ["turn(dy!, -1)", "turn(dy!, 1)"],
  ],
  "gather/gather.as.ts": [
    ["if (id >= p.rows) continue;", ""],
    ["min(64, p.cols - col)", "64"],
    ["if (id < p.rows) memory", "if (id <= p.rows) memory"],
    ["else if (!p.keep) for", "else for"],
  ],
  "gather/kernel.ts": [
    ["t = links[t]", "t = p.tokens"],
    ["else if (p.keep == 0)", "else"],
    ["ids[token] - p.first; //", "ids[token]; //"],
    ["let id = ids[token] - p.first;\n  if (id >=", "let id = ids[token];\n  if (id >="],
    [" || links[p.tokens + token] == 1", ""],
    ["var total = out[id * p.cols + col];", "var total = 0.0;"],
  ],
  "columns/columns.as.ts": [
    ["p.cols - col);", "4);"],
    ["if (!p.accumulate)", "if (true)"],
  ],
  "columns/kernel.ts": [
    ["if (p.accumulate == 1)", "if (p.accumulate == 2)"],
    ["+ p.outFrom + col", "+ col"],
    ["parts: ({ rows, cols }) =>", "parts: ({ rows, cols }) => 0.5 *"],
  ],
  "cast/cast.as.ts": [
    ["i32x4.trunc_sat_f32x4_s(x)", "i32x4.trunc_sat_f32x4_s(f32x4.nearest(x))"],
    ["f32x4.convert_i32x4_u(x)", "f32x4.convert_i32x4_s(x)"],
  ],
  "cast/kernel.ts": [
    ["return 0x7fffffffu", "return 0x7ffffffeu"],
    ["return bitcast<u32>(f32(bits))", "return bitcast<u32>(f32(bitcast<i32>(bits)))"],
    ["parts: ({ n }) =>", "parts: ({ n }) => 0.5 *"],
  ],
  "log_prob/log_prob.as.ts": [
    ["s0 = f32x4.add(s0, v128.and(e, mask));", "s0 = f32x4.add(s0, e);"],
    ["if (top > before) {", "if (top >= before) {"],
    ["f32x4.relaxed_madd(ge, f32x4.add(l, h), ga)", "f32x4.relaxed_madd(ge, l, ga)"],
    ["if (target >= p.vocabulary && a != 0) a = p.invalid;", ""],
  ],
  "log_prob/kernel.ts": [
    ["place[other] < place[li]", "place[other] > place[li]"],
    ["s = state[2 * row + 1] * factor;", "s = state[2 * row + 1];"],
    ["(a + e * (l + entropy[row]))", "(a + e * l)"],
    ["return select(x, ${lowest}, x < ${lowest});", "return max(x, ${lowest});"],
  ],
  "log_prob/log_prob.ts": [
    ["row > 0 || dShard.old !== undefined", "dShard.old !== undefined"],
    ["col: first + entry, cols", "col: entry, cols"],
    ["col > 0 || oldHidden !== undefined", "col > 0"],
  ],
  "adamw/adamw.as.ts": [
    ["headMask(end - i)", "headMask(4)"],
    ["if (load<f32>(p.clip, 4) == 0) return;", ""],
    ["min<f32>(1, p.maxNorm / (norm + 1e-6))", "p.maxNorm / (norm + 1e-6)"],
  ],
  "adamw/kernel.ts": [
    ["+ li; i < end; i += 64", "+ li; i <= end; i += 64"],
    ["if (clip[1] == 0.0) { return; }", ""],
    ["p.keep * x[at] -", "x[at] -"],
  ],
  "philox/philox.as.ts": [
    ["p.c3 + block);", "p.c3 + part);"],
  ],
  "philox/kernel.ts": [
    [" + (middle2 >> 16u);", ";"],
    ["p.c3 + block));", "p.c3));"],
  ],
  "sample/blocks.as.ts": [
    ["return v128.andnot(expDown4(f32x4.pmax(d, low)), f32x4.lt(d, low));", "return expDown4(f32x4.pmax(d, low));"],
    ["store<f32>(at, load<f32>(at, 4) * f32x4.extract_lane(factor, 0), 4);", ""],
    ["store<f64>(rest, want - before);", "store<f64>(rest, want);"],
    ["w > 0 && w >= least", "w > 0"],
    ["headMask(n - i)", "headMask(4)"],
    ["v128.and(weights4(x, t, by), f32x4.ge(x, from))", "weights4(x, t, by)"],
  ],
  "sample/sample.as.ts": [
    ["load<u32>(scratch) >> 8", "load<u32>(scratch, 4) >> 8"],
    ["- top) * p.scale - log1(total)", "- top) - log1(total)"],
    ["if (p.greedy) token", "if (false) token"],
  ],
  "sample/filter.as.ts": [
    ["load<u32>(counter, 12) < load", "load<u32>(counter, 12) <= load"],
    ["max(mass, p.minP)", "mass"],
    ["| (1 << (token & 31))", ""],
    ["row += SLOTS", "row += SLOTS + 1"],
  ],
  "sample/scores.as.ts": [
    ["z > 0 ? z * inverse : z * penalty", "z * inverse"],
  ],
  "sample/threshold.as.ts": [
    ["above + amountFrom(", "amountFrom("],
    ["counts) >= want) low", "counts) > want) low"],
    ["bits ^ ((bits >> 31) & 0x7fffffff)", "bits"],
    ["const limit = reinterpret<f32>(ordered(<i32>high));", "const limit = reinterpret<f32>(ordered(<i32>low));"],
  ],
  "sample/draw.ts": [
    ["&& b.place < a.place", "&& b.place > a.place"],
    ["rest -= before;", ""],
    ["select(exp(d), 0.0, d < ${lowest})", "exp(max(d, ${lowest}))"],
    ["result.token += picked * each;", "result.token += picked;"],
  ],
  "sample/kernel.ts": [
    ["philox(vec2u(p.k0, p.k1), counter).x", "philox(vec2u(p.k0, p.k1), counter).y"],
    ["parts: ({ rows }) => ceilDiv(rows, 4)", "parts: ({ rows }) => ceilDiv(rows, 5)"],
  ],
  "sample/filter_kernel.ts": [
    ["select(p.penalty, p.inverse, z > 0.0)", "p.inverse"],
    ["order(z) >= least", "order(z) > least"],
    ["best.value + p.minShift", "best.value - 1e30"],
    ["counters[4 * row + 3] < until[row]", "counters[4 * row + 3] <= until[row]"],
    ["select(z, 0.0, z == 0.0)", "z"],
    ["some.x += weight(row, j, best.value);", "some.x += exp_down(score(row, j) - best.value);"],
    ["|= 1u << (token % 32)", "|= 1u << (token % 31)"],
  ],
  "sample/sample.ts": [
    ["greedy ? 1 : 1 / temperature", "greedy ? 1 : temperature"],
    ["Math.log(filters.minP) * temperature", "Math.log(filters.minP)"],
  ],
  "fill/kernel.ts": [
    ["out[at] = p.bits", "out[at] = p.bits & 0xffffu"],
    ["parts: ({ n }) =>", "parts: ({ n }) => 0.5 *"],
  ],
  "attention/forward.as.ts": [
    ["c.shift = s.kLength - s.qLength + 1;", "c.shift = s.kLength - s.qLength;"],
    ["high - c.window, high, to", "high - c.window - 1, high, to"],
    ["splat(p.scale * log2e), aligned", "splat(p.scale), aligned"],
    ["splat(p.scale * log2e), padded", "splat(p.scale), padded"],
    ["min(step + STEP, min(n, end));", "min(step + STEP, n);"],
    ["part % groups * p.together;", "part % groups;"],
    ["finish(p, c, i * rows + r,", "finish(p, c, r,"],
    ["kvHead * c.group + r % c.group", "kvHead + r % c.group"],
    ["m + log2e * f32x4", "m + f32x4"],
  ],
  "attention/attention.ts": [
    ["longest * heads / kvHeads > 3", "longest * heads / kvHeads > 4"],
  ],
  "attention/direct.as.ts": [
    ["v += <usize>from * stride;", ""],
    ["s2 = fourSteps(s2, q, k2, k2 + stride,", "s2 = fourSteps(s2, q, k2, k1 + stride,"],
    ["s3 = oneStep(s3, q, k3,", "s3 = oneStep(s3, q, k2,"],
  ],
  "attention/pair.as.ts": [
    ["min(row, this.queries - 1) - this.key", "min(row, this.queries - 1) - this.key + 1"],
    ["headMask(d - i)", "headMask(4)"],
  ],
  "attention/backward.as.ts": [
    ["memory.fill(p.dQ + at * rowBytes, 0, group * rowBytes);", ""],
    ["splat(-scale)", "splat(0)"],
    ["x.key + keys - x.shift + p.window", "x.key + keys - x.shift + p.window - 1"],
    ["max(0, x.key + 1 - x.shift)", "max(0, x.key + 2 - x.shift)"],
  ],
  "attention/forward.ts": [
    ["min(end - key, count)", "min(end - key + 1, count)"],
    ["max(0, end - i32(p.window))", "max(0, end - i32(p.window) - 1)"],
    ["head / (p.heads / p.kvHeads)", "head % p.kvHeads"],
    ["m + log(total)", "m"],
  ],
  "attention/backward.ts": [
    ["(x.y - delta)", "x.y"],
  ],
  "attention/backward_keys.ts": [
    ["max(0, begin - query)", "max(0, begin + 1 - query)"],
    ["min(qLength, begin + i32(p.window))", "min(qLength, begin + i32(p.window) + 1)"],
    ["head < (kvHead + 1) * group", "head < kvHead * group + 1"],
    ["stats[own + 1]", "stats[own]"],
  ],
};

const under = (folder: string, list: Mistakes): Mutation[] =>
  Object.entries(list).flatMap(([file, pairs]) =>
    pairs.map(([find, replace]) => ({ file: `${folder}/${file}`, find, replace }))
  );

/** Every mutation. */
export const mutations: readonly Mutation[] = [...under("ppo", ppo), ...under("core/kernels", kernels)];
