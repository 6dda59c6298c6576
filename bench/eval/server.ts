/** The judge's server of `bench/eval.ts`, in a thread of its own: it waits, and answers by the rule. */
/// <reference no-default-lib="true" />
/// <reference lib="deno.worker" />

self.onmessage = (
  { data: { delay, usage } }: MessageEvent<{ delay: number; usage: { input: number; output: number } }>,
) => {
  Deno.serve({
    hostname: "127.0.0.1",
    port: 0,
    onListen: ({ port }) => self.postMessage(`http://127.0.0.1:${port}/v1`),
  }, async (request) => {
    const [{ messages }] = await Promise.all([request.json(), new Promise((resolve) => setTimeout(resolve, delay))]);
    const content = messages[0].content.includes("A: better") ? "a" : "b";
    return Response.json({
      choices: [{ index: 0, message: { role: "assistant", content }, finish_reason: "stop" }],
      usage: { prompt_tokens: usage.input, completion_tokens: usage.output },
    });
  });
};
