import { type Tensor, valueAndGrad } from "@tare/core";
import { assertClose, checkOperation, eachDevice, type Random } from "@tare/core/testing";
import { assertEquals } from "@std/assert";
import { policyLoss, valueLoss } from "./losses.ts";

const scalar = (value: number) => Float64Array.of(value);
const between = (x: number, low: number, high: number) => Math.min(Math.max(x, low), high);
const meanOf = (values: Float64Array, of: (x: number, i: number) => number) =>
  values.reduce((sum, x, i) => sum + of(x, i), 0) / values.length;

await eachDevice(Deno.test, "policyLoss() has its hand-worked values on every side of the clip", async (device) => {
  const logProb = device.tensor([0.5, 2, 0.5, 2, 1].map(Math.log)); // the ratios, as old is 0
  const advantages = device.tensor([1, 1, -1, -1, 4]);
  const { value, grads, aux } = valueAndGrad(({ logProb }: { logProb: Tensor }) => {
    const { loss, ...rest } = policyLoss({ logProb, old: device.zeros([5]), advantages }, { clip: 0.2 });
    return [loss, rest];
  }, { logProb });
  const wanted = [value, grads.logProb, aux.ratio, aux.approxKl, aux.clipFraction] as const;
  const [loss, gradient, ratio, approxKl, clipFraction] = await device.read(wanted);
  assertClose(loss!, [-(0.5 + 1.2 - 0.8 - 2 + 4) / 5]);
  assertClose(gradient!, [-0.1, 0, 0, 0.4, -0.8]); // −A · ratio / 5 where nothing is clipped
  assertClose(ratio!, [0.5, 2, 0.5, 2, 1]);
  assertClose(approxKl!, [0.5 * 4 * Math.log(2) ** 2 / 5]);
  assertClose(clipFraction!, [2 / 5]);
});

await eachDevice(
  Deno.test,
  "policyLoss() stays finite however far the policy has gone, and learns from that no more",
  async (device) => {
    const logProb = device.tensor([0, -500, -1]);
    const { value, grads, aux } = valueAndGrad(({ logProb }: { logProb: Tensor }) => {
      const old = device.tensor([-500, 0, -1]);
      const { loss, ratio } = policyLoss({ logProb, old, advantages: device.tensor([-1, 1, 0]) }, { clip: 0.2 });
      return [loss, [ratio]];
    }, { logProb });
    const [loss, gradient, ratio] = await device.read([value, grads.logProb, aux[0]!]);
    assertClose(loss!, [Math.exp(20) / 3], { rtol: 1e-5 });
    assertEquals([...gradient!].map(Math.abs), [0, 0, 0]);
    assertClose(ratio!, [Math.exp(20), Math.exp(-20), 1], { rtol: 1e-5, atol: 0 });
  },
);

await eachDevice(Deno.test, "valueLoss() has its hand-worked values on every side of the clip", async (device) => {
  const values = device.tensor([1, 3, 3, -2]);
  const { value, grads, aux } = valueAndGrad(({ values }: { values: Tensor }) => {
    const [old, returns] = [device.tensor([1.25, 1, 1, 0]), device.tensor([2, 4, 1, -1])];
    const { loss, clipFraction } = valueLoss({ values, old, returns }, { clip: 0.5 });
    return [loss, [clipFraction]];
  }, { values });
  const [loss, gradient, clipFraction] = await device.read([value, grads.values, aux[0]!]);
  // squares 1 and 1; 1 and (1.5 − 4)²; 4 and 0.5²; 1 and 0.5²
  assertClose(loss!, [(1 + 6.25 + 4 + 1) / 8]);
  assertClose(gradient!, [-0.25, 0, 0.5, -0.25]);
  assertClose(clipFraction!, [0.25]);
});

await eachDevice(
  Deno.test,
  "valueLoss() clips nothing that lies within the clip, whatever rounding does",
  async (device) => {
    const values = device.tensor(Array.from({ length: 999 }, (_, i) => 0.1 + i / 7));
    const old = device.tensor(Array.from({ length: 999 }, (_, i) => i / 7));
    const { clipFraction } = valueLoss({ values, old, returns: device.zeros([999]) }, { clip: 0.2 });
    assertEquals(await clipFraction.item(), 0);
  },
);

/** Numbers of `n` tokens, three each; none near where a loss has a corner and no slope. */
function tokens(random: Random, n: number, corners: (token: number[]) => number[]): Float32Array[] {
  const drawn = Array.from({ length: n }, () => {
    for (;;) {
      const token = [...random.normals(3)];
      if (corners(token).every((distance) => Math.abs(distance) > 0.01)) return token;
    }
  });
  return [0, 1, 2].map((i) => Float32Array.from(drawn, (token) => token[i]!));
}

await eachDevice(Deno.test, "the losses and their gradients agree with float64", async (device) => {
  await checkOperation(device, (random) => {
    const n = random.length(20);
    const shaped = (data: Float32Array) => ({ shape: [n], data });
    if (random.pick([true, false])) {
      const clip = random.pick([0.1, 0.2, 0.5]);
      const inputs = tokens(random, n, ([p, q, a]) => [p! - q! - Math.log(1 + clip), p! - q! - Math.log(1 - clip), a!]);
      return {
        ...{ label: `policy ${n}, clip ${clip}`, inputs: inputs.map(shaped), terms: 4 * n + 100 },
        run: ([logProb, old, advantages]) => {
          const { loss, ratio, approxKl } = policyLoss({ logProb: logProb!, old: old!, advantages: advantages! }, {
            clip,
          });
          return [loss, ratio, approxKl];
        },
        reference: ([logProb, old, advantages]) => {
          const ratio = logProb!.map((x, i) => Math.exp(x - old![i]!));
          const gain = (r: number, i: number) =>
            Math.min(advantages![i]! * r, advantages![i]! * between(r, 1 - clip, 1 + clip));
          return [scalar(-meanOf(ratio, gain)), ratio, scalar(0.5 * meanOf(ratio, (r) => Math.log(r) ** 2))];
        },
      };
    }
    const clip = random.pick([0.1, 0.5, 2 ** 10]);
    const near = (v: number, old: number) => between(v, old - clip, old + clip);
    const [values, old, returns] = tokens(
      ...[random, n] as const,
      ([v, o, r]) => [v! - o! - clip, v! - o! + clip, r! - (v! + near(v!, o!)) / 2],
    );
    return {
      ...{ label: `value ${n}, clip ${clip}`, inputs: [values!, returns!].map(shaped), terms: 4 * n + 100 },
      run: ([values, returns]) =>
        valueLoss({ values: values!, old: device.tensor(old!, [n]), returns: returns! }, { clip }).loss,
      reference: ([values, returns]) =>
        scalar(
          0.5 * meanOf(values!, (v, i) => Math.max((v - returns![i]!) ** 2, (near(v, old![i]!) - returns![i]!) ** 2)),
        ),
    };
  }, { count: 40 });
});

await eachDevice(Deno.test, "valueLoss() with a clip of Infinity is half the squared error", async (device) => {
  const tokens = { values: device.tensor([5, -9]), old: device.tensor([0, 0]), returns: device.tensor([4, -7]) };
  const { loss, clipFraction } = valueLoss(tokens, { clip: Infinity });
  assertEquals(await device.read([loss, clipFraction]), [Float32Array.of(1.25), Float32Array.of(0)]);
});
