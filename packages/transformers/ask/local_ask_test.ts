/** Held against what PyTorch generates greedily with the same model. */
import { assert, assertEquals, assertMatch, assertRejects } from "@std/assert";
import { AskError, type Question } from "@tare/eval";
import expected from "../fixtures/gpt2/expected.json" with { type: "json" };
import { copyOf, fixture, withFolder } from "../model/testing.ts";
import { localAsk } from "./local_ask.ts";

const path = fixture("gpt2");
const answers = expected.answers as unknown as readonly (Omit<Question, "temperature"> & {
  readonly text: string;
  readonly finish: string;
  readonly input: number;
  readonly output: number;
})[];
const { messages } = answers[0]!;
const question = (of: Partial<Question> = {}) => ({ messages, maxTokens: 24, temperature: 0, ...of });

Deno.test("localAsk() is PyTorch's greedy text, with its tokens and its end, whatever the checkpoint says of sampling", async () => {
  await using ask = await localAsk(path);
  for (const { messages, maxTokens, text, finish, input, output } of answers) {
    const answer = await ask({ messages, maxTokens, temperature: 0 });
    assertEquals(answer as unknown, { text, finish, usage: { input, output } });
  }
});

Deno.test("localAsk() answers one question at a time, each as if it were alone", async () => {
  await using ask = await localAsk(path);
  const together = await Promise.all(answers.map((row) => ask({ ...row, temperature: 0 })));
  assertEquals(together.map(({ text }) => text), answers.map(({ text }) => text));
});

Deno.test("localAsk() draws at a temperature: nearly greedy close to 0, anything far above", async () => {
  await using ask = await localAsk(path);
  const greedy = await ask(question());
  assertEquals(await ask(question({ temperature: 1e-3 })), greedy);
  const drawn = new Set<string>();
  for (let repeat = 0; repeat < 4; repeat++) drawn.add((await ask(question({ temperature: 50, repeat }))).text);
  assert(drawn.size > 1);
});

Deno.test("localAsk() stops between tokens, and goes on with the next question", async () => {
  await using ask = await localAsk(path);
  const reason = new Error("enough");
  const stop = new AbortController();
  let steps = 0;
  // A signal that counts how often it is looked at: once for each token.
  const counted = new Proxy(stop.signal, {
    get(signal, name) {
      if (name === "aborted" && ++steps === 3) stop.abort(reason);
      const value = Reflect.get(signal, name);
      return typeof value === "function" ? value.bind(signal) : value;
    },
  });
  const long = {
    messages: [{ role: "user", content: "How do I clean the sink?" }] as const,
    maxTokens: 24,
    temperature: 0,
  };
  const [stopped, waiting, next] = [
    ask(long, { signal: counted }),
    ask(long, { signal: stop.signal }),
    ask(question()),
  ];
  assertEquals(await assertRejects(() => stopped), reason);
  assertEquals(steps, 3);
  assertEquals(await assertRejects(() => waiting), reason);
  assertEquals((await next).text, answers[0]!.text);
});

Deno.test("localAsk() ends where the model's positions end", async () => {
  await using ask = await localAsk(path);
  const of = (words: number) => {
    const messages = [{ role: "user", content: Array(words).fill("the").join(" ") }] as const;
    return ask({ messages, maxTokens: 1000, temperature: 0 });
  };
  const { input } = (await of(1)).usage!;
  const fits = 96 - input; // each further word is a token: one place is left
  const { usage, finish } = await of(fits);
  assertEquals([usage, finish], [{ input: 95, output: 1 }, "length"]);
  const error = await assertRejects(
    () => of(fits + 1),
    AskError,
    "Expected a question of 1 to 95 tokens",
  );
  assertEquals(error.kind, "question");
});

Deno.test("localAsk() takes the template of chat_template.jinja before that of the configuration", async () => {
  await withFolder(async (folder) => {
    const copy = await copyOf("gpt2", folder, { "tokenizer_config.json": (c) => ({ ...c, chat_template: "unused" }) });
    const { chat_template } = JSON.parse(await Deno.readTextFile(`${path}/tokenizer_config.json`));
    await Deno.writeTextFile(`${copy}/chat_template.jinja`, chat_template);
    await using ask = await localAsk(copy);
    assertEquals((await ask(question())).text, answers[0]!.text);
    await Deno.writeTextFile(`${copy}/tokenizer_config.json`, JSON.stringify({ eos_token: "</s>", bos_token: "<s>" }));
    await using alone = await localAsk(copy);
    assertEquals((await alone(question())).text, answers[0]!.text);
    await Deno.writeTextFile(`${copy}/chat_template.jinja`, "{{ raise_exception('no system, please') }}");
    await using strict = await localAsk(copy);
    const error = await assertRejects(() => strict(question()), AskError, "its chat template says: no system, please");
    assertEquals(error.kind, "question");
  });
});

Deno.test("localAsk() has an id of name and files, and is gone when it is disposed of", async () => {
  const ask = await localAsk(path);
  assertMatch(ask.id, /^gpt2@[0-9a-f]{12}:fp32$/);
  const answer = ask(question());
  await ask.dispose();
  assertEquals((await answer).text, answers[0]!.text);
  await ask.dispose();
  const error = await assertRejects(() => ask(question()), AskError, "disposed of: load it again");
  assertEquals(error.kind, "fatal");
});

Deno.test("localAsk() says in a sentence what it cannot load and cannot ask", async () => {
  await assertRejects(() => localAsk("no/such"), TypeError, "but found nothing at no/such");
  await assertRejects(() => localAsk(path, { dtype: "q4" }), TypeError, "Expected onnx/model_q4.onnx");
  await assertRejects(() => localAsk(fixture("llama")), TypeError, "but found LlamaForSequenceClassification");
  await withFolder(async (folder) => {
    const copy = await copyOf("gpt2", folder, { "tokenizer_config.json": (c) => ({ ...c, chat_template: undefined }) });
    await assertRejects(() => localAsk(copy), TypeError, "Expected a chat template");
  });
  await using ask = await localAsk(path);
  await assertRejects(() => ask(question({ maxTokens: 0 })), RangeError, "found 0");
  await assertRejects(() => ask(question({ temperature: -1 })), RangeError, "found -1");
});
