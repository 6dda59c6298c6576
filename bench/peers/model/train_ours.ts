/** Training of ours: one step of AdamW on the batch. */
import {
  adamw,
  type Device,
  forward,
  mean,
  mul,
  type Params,
  tokenBatch,
  tokenLogProb,
  valueAndGrad,
} from "@tare/core";
import { makeParams } from "./weights.ts";
import { adamwOptions, batch, config } from "./workload.ts";

/** One step of training; gives the loss before it. */
export type Step = () => Promise<number>;

/** Makes parameters and state on a device. */
export function ourTrainer(device: Device): Step {
  const { learningRate, ...constants } = adamwOptions;
  const params = makeParams(device);
  const optimizer = adamw(constants);
  const state = optimizer.init(params);
  const places = tokenBatch(device, config, batch.tokens);
  const targets = device.tensor(Uint32Array.from(batch.targets.flat()));
  const loss = (p: Params) => mul(mean(tokenLogProb(p, forward(p, config, places), targets).logProb), -1);
  return async () => {
    using _scope = device.scope();
    const { value, grads } = valueAndGrad(loss, params);
    optimizer.update(params, grads, state, { learningRate });
    return await value.item();
  };
}
