import { assertEquals, assertStringIncludes } from "@std/assert";

const script = new URL("./judge.ts", import.meta.url).pathname;

Deno.test("judge.ts compares two files by a model behind a server, and asks for nothing twice", async () => {
  let asked = 0;
  const server = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen: () => {} }, async (request) => {
    asked++;
    const { messages } = await request.json();
    const text: string = messages.at(-1).content;
    const verdict = text.indexOf("Four.") < text.indexOf("Five.") ? "A" : "B"; // who knows arithmetic
    const content = JSON.stringify({ rationale: "2 + 2 = 4.", verdict });
    return Response.json({
      choices: [{ index: 0, finish_reason: "stop", message: { role: "assistant", content } }],
      usage: { prompt_tokens: 100, completion_tokens: 10 },
    });
  });
  const cwd = await Deno.makeTempDir();
  try {
    for (const [name, response] of [["good.jsonl", "Four."], ["bad.jsonl", "Five."]]) {
      const rows = ["p", "q"].map((promptId) => JSON.stringify({ promptId, prompt: `${promptId}: 2 + 2?`, response }));
      await Deno.writeTextFile(`${cwd}/${name}`, rows.join("\n"));
    }
    const { port } = server.addr;
    const rights = [`--allow-net=127.0.0.1:${port}`, "--allow-env=OPENAI_API_KEY", "--allow-read=.", "--allow-write=."];
    const args = [
      "run",
      "--no-prompt",
      ...rights,
      script,
      "judge",
      `http://127.0.0.1:${port}/v1`,
      "good.jsonl",
      "bad.jsonl",
    ];
    const run = () => new Deno.Command(Deno.execPath(), { args, cwd }).output();
    const [first, second] = [await run(), await run()].map(({ code, stdout, stderr }) => {
      assertEquals(code, 0, new TextDecoder().decode(stderr));
      return new TextDecoder().decode(stdout);
    });
    assertStringIncludes(first!, "good.jsonl: 2 wins, 0 ties, 0 losses, 0 invalid");
    assertStringIncludes(first!, "4 requests, 400 tokens in, 40 out");
    assertStringIncludes(second!, "0 requests");
    assertEquals(asked, 4);
    assertStringIncludes(await Deno.readTextFile(`${cwd}/judge.html`), "good.jsonl");
  } finally {
    await server.shutdown();
    await Deno.remove(cwd, { recursive: true });
  }
});
