import { assertEquals, assertThrows } from "@std/assert";
import { type Device, parseConfig } from "@tare/core";
import { checkPpoRoom } from "./ppo_models.ts";

const config = parseConfig({
  ...{ model_type: "llama", hidden_size: 2048, intermediate_size: 8192, vocab_size: 400, num_hidden_layers: 24 },
  ...{ num_attention_heads: 16, num_key_value_heads: 16, max_position_embeddings: 4096, rope_theta: 10000 },
  ...{ rms_norm_eps: 1e-5, tie_word_embeddings: true, eos_token_id: 399, bos_token_id: 1 },
});
/** What a CPU device is said to lack room for. */
function refused(values: object): string {
  const asked = { advantages: "gae", "micro-tokens": 8, recompute: true, ...values } as const;
  const error = assertThrows(() => checkPpoRoom({ kind: "cpu" } as Device, config, asked), RangeError);
  return /^PPO with (.*) needs/.exec(error.message)![1]!;
}

Deno.test("checkPpoRoom() counts the models that a run has: no critic with RLOO, no reward model of a server", () => {
  assertEquals([{}, { advantages: "rloo" }, { advantages: "rloo", "reward-url": "http://localhost" }].map(refused), [
    ...["policy, reference, critic and reward model", "policy, reference and reward model", "policy and reference"],
  ]);
});
