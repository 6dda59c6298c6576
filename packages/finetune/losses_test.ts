import { openDevice, type Tensor } from "@tare/core";
import { assertClose, checkOperation, eachDevice } from "@tare/core/testing";
import { assertThrows } from "@std/assert";
import { dpoLoss, preferenceLoss, ratingLoss, sftLoss } from "./losses.ts";

const logSigmoid = (x: number) => -Math.log1p(Math.exp(-x));
const mean = (values: Float64Array) => values.reduce((a, b) => a + b, 0) / values.length;
const scalar = (value: number) => Float64Array.of(value);

await eachDevice(Deno.test, "the losses have their closed forms", async (device) => {
  const [r, s] = [device.tensor([1, -2, 0]), device.tensor([0, 1, 0])]; // differences 1, −3, 0; sums 1, −1, 0
  const margin = device.tensor([0.5, 0, 1]);
  const one = (x: number) => device.tensor([x]);
  // z = (−4 + 5) − (−9 + 7) = 3
  const pair = { policyChosen: one(-4), policyRejected: one(-9), referenceChosen: one(-5), referenceRejected: one(-7) };
  const cases: [Tensor<"f32">, number][] = [
    [sftLoss(device.tensor([Math.log(1 / 2), Math.log(1 / 8)])), 2 * Math.log(2)],
    [preferenceLoss(r, s), (Math.log1p(Math.exp(-1)) + Math.log1p(Math.exp(3)) + Math.log(2)) / 3],
    [
      preferenceLoss(r, s, { margin }),
      (Math.log1p(Math.exp(-0.5)) + Math.log1p(Math.exp(3)) + Math.log1p(Math.exp(1))) / 3,
    ],
    [
      preferenceLoss(r, s, { margin: 1, centring: 0.3 }), // 0.3 · (1 + 1 + 0) / 3
      (Math.log(2) + Math.log1p(Math.exp(4)) + Math.log1p(Math.exp(1))) / 3 + 0.2,
    ],
    [ratingLoss(r, device.tensor([3, -2, 1])), 5 / 3],
    [dpoLoss(pair, { beta: 0.5 }), Math.log1p(Math.exp(-1.5))],
    [
      dpoLoss(pair, { beta: 0.5, labelSmoothing: 0.2 }),
      0.8 * Math.log1p(Math.exp(-1.5)) + 0.2 * Math.log1p(Math.exp(1.5)),
    ],
    [dpoLoss(pair, { beta: 0.5, loss: "ipo" }), (3 - 1) ** 2],
    [dpoLoss(pair, { beta: 0.1, loss: "ipo" }), (3 - 5) ** 2],
  ];
  const found = (await device.read(cases.map(([loss]) => loss))).map((values) => values[0]!);
  assertClose(found, cases.map(([, expected]) => expected), { atol: 1e-6 });
});

await eachDevice(Deno.test, "the losses and their gradients agree with float64", async (device) => {
  await checkOperation(device, (random) => {
    const n = random.length(20);
    const data = (scale: number) => ({ shape: [n], data: random.normals(n).map((x) => scale * x) });
    const [margin, centring] = [Math.fround(random.normals(1)[0]!), random.pick([0, 0.01, 1])];
    const [beta, labelSmoothing] = [random.pick([0.1, 0.5, 2]), random.pick([0, 0.1, 0.4])];
    const logProbs = ([a, b, c, d]: readonly Tensor[]) => ({
      ...{ policyChosen: a!, policyRejected: b!, referenceChosen: c!, referenceRejected: d! },
    });
    const z = ([a, b, c, d]: readonly Float64Array[]) => a!.map((x, i) => x - c![i]! - (b![i]! - d![i]!));
    const terms = n + 100;
    return random.pick([
      {
        ...{ label: `sft ${n}`, inputs: [data(3)], terms },
        run: ([x]: readonly Tensor[]) => sftLoss(x!),
        reference: ([x]: readonly Float64Array[]) => scalar(-mean(x!)),
      },
      {
        ...{ label: `preference ${n}, margin ${margin}, centring ${centring}`, inputs: [data(3), data(3)], terms },
        run: ([r, s]: readonly Tensor[]) => preferenceLoss(r!, s!, { margin, centring }),
        reference: ([r, s]: readonly Float64Array[]) =>
          scalar(mean(r!.map((x, i) => -logSigmoid(x - s![i]! - margin) + centring * (x + s![i]!) ** 2))),
      },
      {
        ...{ label: `rating ${n}`, inputs: [data(3), data(3)], terms },
        run: ([r, s]: readonly Tensor[]) => ratingLoss(r!, s!),
        reference: ([r, s]: readonly Float64Array[]) => scalar(mean(r!.map((x, i) => (x - s![i]!) ** 2))),
      },
      {
        ...{
          label: `dpo ${n}, beta ${beta}, smoothing ${labelSmoothing}`,
          inputs: [0, 1, 2, 3].map(() => data(3)),
          terms,
        },
        run: (inputs: readonly Tensor[]) => dpoLoss(logProbs(inputs), { beta, labelSmoothing }),
        reference: (inputs: readonly Float64Array[]) =>
          scalar(
            mean(
              z(inputs).map((z) =>
                -(1 - labelSmoothing) * logSigmoid(beta * z) - labelSmoothing * logSigmoid(-beta * z)
              ),
            ),
          ),
      },
      {
        ...{ label: `ipo ${n}, beta ${beta}`, inputs: [0, 1, 2, 3].map(() => data(3)), terms },
        run: (inputs: readonly Tensor[]) => dpoLoss(logProbs(inputs), { beta, loss: "ipo" }),
        reference: (inputs: readonly Float64Array[]) => scalar(mean(z(inputs).map((z) => (z - 1 / (2 * beta)) ** 2))),
      },
    ]);
  }, { count: 60 });
});

Deno.test("dpoLoss() refuses label smoothing for IPO, which has no likelihood of a label", async () => {
  using device = await openDevice({ device: "cpu", threads: 1 });
  using x = device.tensor([1]);
  const pair = { policyChosen: x, policyRejected: x, referenceChosen: x, referenceRejected: x };
  assertThrows(() => dpoLoss(pair, { beta: 1, labelSmoothing: 0.1, loss: "ipo" }), RangeError, "no label smoothing");
});
