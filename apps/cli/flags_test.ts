import { assertEquals, assertThrows } from "@std/assert";
import { type Flags, nearest, parseFlags, UsageError } from "./flags.ts";

const flags = {
  model: { type: "text", value: "DIR", help: "a folder" },
  device: { type: "text", choices: ["cpu", "webgpu"], default: "cpu", help: "where" },
  "top-p": { type: "number", min: 0, max: 1, default: 1, help: "share" },
  seed: { type: "integer", min: 0, help: "equal seeds" },
  stop: { type: "texts", help: "ends" },
  json: { type: "switch", help: "for programs" },
} as const satisfies Flags;

Deno.test("parseFlags() gives values of the table's types, and its defaults", () => {
  assertEquals(parseFlags([], flags), {
    ...{ model: undefined, device: "cpu", "top-p": 1, seed: undefined, stop: [], json: false },
  });
  const args = [
    "--model",
    "a b",
    "--device=webgpu",
    "--top-p",
    "0.5",
    "--seed",
    "7",
    "--stop",
    "x",
    "--stop=--y",
    "--json",
  ];
  assertEquals(parseFlags(args, flags), {
    ...{ model: "a b", device: "webgpu", "top-p": 0.5, seed: 7, stop: ["x", "--y"], json: true },
  });
});

Deno.test("parseFlags() refuses each bad argument in one sentence that names it", () => {
  const refused: [args: string[], message: string][] = [
    [["--sed", "7"], 'Unknown flag "--sed"; did you mean --seed?'],
    [["--temperature", "7"], 'Unknown flag "--temperature"'],
    [["-x"], 'Unknown flag "-x"'],
    [["model"], 'Expected flags only but found "model"'],
    [["--model"], "Expected a value after --model"],
    [["--model", "--json"], "Expected a value after --model"],
    [["--model", "a", "--model", "b"], "Expected --model once but found it 2 times"],
    [["--device", "gpu"], 'Expected --device to be cpu or webgpu but found "gpu"'],
    [["--seed", "1.5"], 'Expected --seed to be an integer of 0 or more but found "1.5"'],
    [["--seed=-1"], 'an integer of 0 or more but found "-1"'],
    [["--seed="], "Expected a value after --seed"],
    [["--top-p", "2"], 'Expected --top-p to be a number of 0 or more and at most 1 but found "2"'],
    [["--top-p", "NaN"], "Expected --top-p to be a number"],
    [["--seed", "-1"], 'an integer of 0 or more but found "-1"'],
    [["--model", ""], "Expected a value after --model"],
    [["--model", "-x"], 'a value that begins with "-" is given as --model=-x'],
    [["--", "extra"], 'Expected flags only but found "extra"'],
    [["--json", "true"], 'Expected flags only but found "true"'],
    [["--toString"], 'Unknown flag "--toString"'],
    [["--model="], "Expected a value after --model"],
    [["--json=yes"], "Expected --json without a value but found --json=yes"],
  ];
  for (const [args, message] of refused) assertThrows(() => parseFlags(args, flags), UsageError, message);
});

Deno.test("nearest() suggests what is a slip away, and nothing else", () => {
  assertEquals(nearest("generte", ["doctor", "generate"]), "generate");
  assertEquals(nearest("max-token", ["max-tokens", "min-p"]), "max-tokens");
  assertEquals(nearest("serve", ["doctor", "generate"]), undefined);
});

Deno.test("parseFlags() takes what has no name by its place, and refuses less, more, and its name", () => {
  const places = {
    action: { type: "text", positional: true, choices: ["show"], help: "what" },
    file: { type: "text", positional: true, value: "FILE", help: "of which" },
    seed: { type: "integer", help: "equal seeds" },
  } as const satisfies Flags;
  const values: { action: string; file: string; seed: number | undefined } = parseFlags(
    ["show", "--seed", "7", "a.jsonl"],
    places,
  );
  assertEquals(values, { action: "show", file: "a.jsonl", seed: 7 });
  assertEquals(parseFlags(["show", "-"], places).file, "-");
  const refused: [args: string[], message: string][] = [
    [[], "Expected show FILE but found nothing"],
    [["show"], "Expected FILE but found nothing"],
    [["hide", "a"], 'Expected show but found "hide"'],
    [["show", "a", "b"], 'Expected flags only but found "b"'],
    [["show", "--file", "a"], 'Unknown flag "--file"'],
  ];
  for (const [args, message] of refused) assertThrows(() => parseFlags(args, places), UsageError, message);
});

Deno.test("parseFlags() gives the last place, if it is one of texts, all that is left", () => {
  const places = {
    action: { type: "text", positional: true, help: "what" },
    files: { type: "texts", positional: true, value: "FILE …", help: "of which" },
    seed: { type: "integer", help: "equal seeds" },
  } as const satisfies Flags;
  const values: { files: string[] } = parseFlags(["show", "a", "--seed", "7", "b", "c"], places);
  assertEquals(values.files, ["a", "b", "c"]);
  assertThrows(() => parseFlags(["show"], places), UsageError, "Expected FILE … but found nothing in its place");
});

Deno.test("parseFlags() takes a name of one letter behind one dash or two, and no other behind one", () => {
  const flags = { k: { type: "integer", min: 1, help: "how many" }, seed: { type: "integer", help: "which" } } as const;
  for (const args of [["-k", "3"], ["--k", "3"], ["--k=3"]]) assertEquals(parseFlags(args, flags).k, 3);
  assertThrows(() => parseFlags(["-seed", "3"], flags), UsageError, "Unknown flag");
  assertThrows(() => parseFlags(["-k"], flags), UsageError, "Expected a value after --k");
  assertThrows(() => parseFlags(["-k", "0"], flags), UsageError, "Expected --k to be an integer of 1 or more");
});
