/**
 * Greedy decoding with @huggingface/transformers on ONNX Runtime, for `bench:model`: a JSON line asks, one answers.
 *
 *     deno run -A --config bench/onnx/deno.json bench/onnx/decode.ts FOLDER THREADS
 *
 * FOLDER is what export_onnx.py wrote.
 */
import { AutoModelForCausalLM, env, Tensor } from "@huggingface/transformers";

const [folder, threads] = Deno.args as [string, string];
env.allowRemoteModels = false;
const model = await AutoModelForCausalLM.from_pretrained(folder, {
  dtype: "fp32",
  device: "cpu",
  session_options: { intraOpNumThreads: Number(threads), interOpNumThreads: 1 },
});

interface Request {
  readonly prompts: readonly (readonly number[])[];
  readonly new_tokens: number;
}

async function decode({ prompts, new_tokens }: Request): Promise<number[][]> {
  const [count, length] = [prompts.length, prompts[0]!.length];
  const int64 = (values: readonly number[]) =>
    new Tensor("int64", BigInt64Array.from(values, (x) => BigInt(x)), [count, length]);
  const out = await model.generate(
    {
      inputs: int64(prompts.flat()),
      attention_mask: int64(prompts.flatMap((prompt) => prompt.map(() => 1))),
      ...{ do_sample: false, min_new_tokens: new_tokens, max_new_tokens: new_tokens },
    } as unknown as Parameters<typeof model.generate>[0],
  );
  return (out as Tensor).tolist().map((row: bigint[]) => row.slice(length).map(Number));
}

let rest = "";
for await (const text of Deno.stdin.readable.pipeThrough(new TextDecoderStream())) {
  const requests = (rest + text).split("\n");
  rest = requests.pop()!;
  for (const request of requests) {
    let answer: unknown;
    try {
      answer = { tokens: await decode(JSON.parse(request)) };
    } catch (error) {
      answer = { error: `${error}` };
    }
    console.log(JSON.stringify(answer));
  }
}
