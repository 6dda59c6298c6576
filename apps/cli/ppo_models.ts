/** The models of a PPO run on a device: fresh, or as a state has them. */
import { copyTree, type Device, type Model, type Placed } from "@tare/core";
import { criticOf, type PpoState } from "@tare/ppo";
import type { Placed as Started } from "./start.ts";

/** Who learns, and what from. */
export interface PpoModels {
  readonly policy: Placed;
  readonly reference: Placed;
  /** Absent with RLOO. */
  readonly critic?: Placed;
}

/** How {@linkcode placeModels} makes them. */
export interface PpoModelOptions {
  /** What the critic begins as: a model with a scalar head or without. Absent with RLOO. */
  readonly critic?: { readonly from: Model; readonly shift?: number; readonly scale?: number };
  /** Rank and alpha, where adapters are trained. */
  readonly adapter?: { readonly rank: number; readonly alpha: number };
  /** Decides the critic's adapter. */
  readonly seed: number;
  /** What an earlier run left. */
  readonly state?: PpoState;
}

/**
 * Makes policy, reference and critic of what training begins with. With adapters all share one trunk, which stands still and
 * is the reference; else each has a copy.
 */
export function placeModels(device: Device, started: Started, options: PpoModelOptions): PpoModels {
  const { critic: { from, ...shifted } = {}, adapter, seed, state } = options;
  const reference = { device, model: started.model };
  if (adapter) {
    const critic = from && criticOf({ device, model: from }, { ...shifted, adapter, seed });
    return { policy: { ...reference, adapter: started.adapter }, reference, ...critic && { critic } };
  }
  const { config, params } = started.model;
  const policy = { device, model: { config, params: state?.policy.params.params ?? copyTree(params) } };
  if (!from) return { policy, reference };
  const left = state?.critic?.params;
  const critic = left
    ? { device, model: { config: from.config, params: left.params!, score: left.score! } }
    : criticOf({ device, model: from }, shifted);
  return { policy, reference, critic };
}
