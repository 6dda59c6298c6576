/** PEFT's `adapter_config.json`: what of it is understood, and what is refused. */
import { isObject } from "../nn/json_fields.ts";
import { quote } from "./json.ts";

/** Options of PEFT that change what an adapter does, and that are not done here. */
const refused = [
  ...["use_dora", "use_qalora", "use_bdlora", "lora_bias", "modules_to_save", "trainable_token_indices"],
  ...["layer_replication", "target_parameters", "arrow_config", "kasa_config", "monteclora_config", "velora_config"],
  ...["alora_invocation_tokens", "megatron_config"],
];

/** Initialisations that change the base model's weights. */
const changingBase = /^(pissa|olora|corda|loftq|lora_ga)/;

/** How strong an adapter's matrices are. */
export interface AdapterStrength {
  /** The rank of a module's matrices. */
  readonly rankOf: (module: string) => number;
  /** The factor on up · down. */
  readonly scaleOf: (module: string) => number;
}

/**
 * Reads a parsed `adapter_config.json`.
 *
 * @throws {TypeError} If it is for another method than LoRA, or uses an option that is not supported; the message names it.
 */
export function adapterStrength(json: Record<string, unknown>): AdapterStrength {
  const refuse = (name: string, what: string): never => {
    throw new TypeError(
      `Cannot load the adapter: "${name}" of adapter_config.json is ${quote(json[name])}, and ${what}`,
    );
  };
  if (json.peft_type !== "LORA") refuse("peft_type", 'only "LORA" is supported');
  for (const name of refused) if (!isOff(json[name])) refuse(name, "that is not supported");
  if (json.bias !== undefined && json.bias !== "none") refuse("bias", 'only "none" is supported');
  const { init_lora_weights: init, rank_pattern: ranks = {}, alpha_pattern: alphas = {} } = json;
  if (typeof init === "string" && changingBase.test(init)) {
    refuse("init_lora_weights", "that changes the base model: convert the adapter with PEFT");
  }
  if (!isPositive(json.r)) refuse("r", "expected a number above 0");
  if (!isPositive(json.lora_alpha)) refuse("lora_alpha", "expected a number above 0");
  const pattern = (name: string, value: unknown): Record<string, number> => {
    const fits = isObject(value ?? {}) && Object.values(value ?? {}).every(isPositive);
    return fits ? value as Record<string, number> ?? {} : refuse(name, "expected numbers above 0 by module");
  };
  const rankOf = lookUp(pattern("rank_pattern", ranks), json.r as number);
  const alphaOf = lookUp(pattern("alpha_pattern", alphas), json.lora_alpha as number);
  const root = json.use_rslora === true ? Math.sqrt : (x: number) => x;
  return { rankOf, scaleOf: (module) => alphaOf(module) / root(rankOf(module)) };
}

/** A pattern's keys are names or their ends; regular expressions are for PEFT alone. */
function lookUp(pattern: Record<string, number>, otherwise: number): (module: string) => number {
  const entries = Object.entries(pattern);
  return (module) => entries.find(([key]) => module === key || module.endsWith(`.${key}`))?.[1] ?? otherwise;
}

function isPositive(value: unknown): boolean {
  return typeof value === "number" && value > 0 && value < Infinity;
}

function isOff(value: unknown): boolean {
  return !value || (typeof value === "object" && Object.keys(value).length === 0);
}
