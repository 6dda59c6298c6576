import { assertEquals, assertThrows } from "@std/assert";
import type { Episode } from "@tare/sampler";
import { UsageError } from "../flags.ts";
import { bestOf, checkBestOf } from "./best_of.ts";
import type { Policy } from "./policies.ts";

const episode = (promptId: string, response: string): Episode => ({
  ...{ promptId, prompt: "?", response, finish: "eos", promptTokens: Uint32Array.of(1), tokens: Uint32Array.of(2) },
  logProbs: new Float32Array(1),
});

Deno.test("bestOf() takes of each prompt the response with the highest reward, the first of equals", () => {
  const drawn = ["a0", "a1", "a2", "b0", "b1", "b2"].map((name) => episode(name[0]!, name));
  const best = bestOf(drawn, [-3, -1, -2, 5, 5, 4], 3);
  assertEquals(best.map(({ promptId, response }) => [promptId, response]), [["a", "a1"], ["b", "b0"]]);
});

Deno.test("checkBestOf() asks for a reward and for chance, and for a name of its own", () => {
  const policy = (name: string, kind = "checkpoint") => ({ name, kind }) as Policy;
  const asked = (values: object, policies = [policy("sft")]) => () =>
    checkBestOf({ "best-of": 4, reward: "runs/reward", temperature: 1, ...values }, policies);
  asked({})();
  asked({ "best-of": undefined, reward: undefined, temperature: 0 })();
  assertThrows(asked({ reward: undefined }), UsageError, "Expected --reward beside --best-of");
  assertThrows(asked({ temperature: 0 }), UsageError, "Expected --temperature above 0");
  assertThrows(asked({}, [policy("sft"), policy("best-of-4")]), UsageError, "Expected no policy named best-of-4");
  assertThrows(asked({}, [policy("sft", "file")]), UsageError, "Expected a checkpoint as the first policy");
});
