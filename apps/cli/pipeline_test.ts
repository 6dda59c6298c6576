import { assertEquals, assertThrows } from "@std/assert";
import { demoPipeline } from "./demo_pipeline.ts";
import { UsageError } from "./flags.ts";
import { parsePipeline } from "./pipeline.ts";

const parse = (json: unknown, inherited = {}) =>
  parsePipeline(json, "p.json", { device: "cpu", trace: false, ...inherited });

Deno.test("parsePipeline() fills in what commands default to, and where each stage writes", () => {
  const { out, groups } = parse({
    stages: [
      { name: "world", command: "world", pairs: 9, out: "data" },
      [{ name: "a", command: "sft", learningRate: 0.5, device: "webgpu" }, { name: "b", command: "dpo", share: 3 }],
      { name: "eval", command: "eval compare", policies: ["x=y", "z=w"] },
    ],
  }, { threads: 2 });
  assertEquals([out, groups.map((group) => group.map(({ name }) => name))], ["runs", [["world"], ["a", "b"], [
    "eval",
  ]]]);
  const [world, a, b, compare] = groups.flat();
  assertEquals(groups.flat().map(({ out, values }) => [out, values.out]), [
    ["data", "data"],
    ...["a", "b", "eval"].map((name) => [`runs/${name}`, `runs/${name}`]),
  ]);
  assertEquals([world!.values.pairs, world!.values.demonstrations, world!.values.threads], [9, 2000, 2]);
  assertEquals([a!.values["learning-rate"], a!.values.device, b!.values.device, b!.share], [0.5, "webgpu", "cpu", 3]);
  assertEquals([compare!.command, compare!.values.policies], ["eval compare", ["x=y", "z=w"]]);
});

Deno.test("parsePipeline() refuses what is no pipeline in one sentence that names the place", () => {
  const sft = { name: "a", command: "sft" };
  const refused: [json: unknown, message: string][] = [
    [[], "p.json: expected an object with stages but found []"],
    [{}, "p.json: stages: expected a list of stages but found undefined"],
    [{ stages: [] }, "p.json: stages: expected a stage or more but found []"],
    [{ stage: [sft], stages: [sft] }, 'p.json: unknown key "stage"; did you mean "stages"?'],
    [{ stages: [sft, 7] }, "p.json: stages: 1: expected a stage, an object with name and command but found 7"],
    [{ stages: [{ command: "sft" }] }, "p.json: stages: 0: name: expected a name but found undefined"],
    [{ stages: [{ ...sft, name: "../a" }] }, "p.json: stages: 0: name: expected a name of letters"],
    [{ stages: [{ ...sft, share: 0 }] }, "share: expected a number above 0 but found 0"],
    [{ stages: [{ name: "a", command: "ppoo" }] }, 'but found "ppoo"; did you mean ppo?'],
    [{ stages: [{ name: "a", command: "run" }] }, "p.json: stage a: expected a command among world, sft"],
    [{ stages: [{ ...sft, epochz: 1 }] }, 'p.json: stage a: unknown key "epochz"; did you mean "epochs"?'],
    [{ stages: [{ ...sft, epochs: "1" }] }, 'p.json: stage a: epochs: expected a number of 0 or more but found "1"'],
    [{ stages: [{ ...sft, resume: true }] }, 'p.json: stage a: unknown key "resume"'],
    [{ stages: [sft, [sft]] }, "p.json: expected a name once but found a twice"],
    [{ stages: [{ name: "a", command: "eval compare" }] }, "p.json: stage a: Expected NAME=DIR"],
    [
      { stages: [{ name: "a", command: "eval comparr", policies: ["x=y"] }] },
      'found "eval comparr"; did you mean eval compare?',
    ],
  ];
  for (const [json, message] of refused) assertThrows(() => parse(json), UsageError, message);
});

Deno.test("demoPipeline() is a pipeline, whole and fast, and every path in it is what a stage before it writes", () => {
  for (const fast of [true, false]) {
    const { groups } = parse(demoPipeline(7, fast));
    const written: string[] = [];
    for (const group of groups) {
      const before = [...written];
      for (const { values, out } of group) {
        const names = Object.entries(values).flatMap(([flag, value]) =>
          ["data", "model", "tokenizer", "prompts", "eval-prompts", "baselines", "reward", "judge"].includes(flag)
            ? [value]
            : flag === "policies"
            ? (value as string[]).map((policy) => policy.split("=")[1])
            : []
        );
        for (const name of names) {
          if (typeof name === "string") assertEquals(before.includes(name.split("/")[0]!), true, `${name} in ${out}`);
        }
        written.push(out.replace("./", ""));
      }
    }
  }
});

const parseStages = (...stages: unknown[]) => parse({ stages });
const stage = { command: "sft", data: "d.jsonl", model: "m" };

Deno.test("parsePipeline() gives each stage its folder, and those of one list side by side", () => {
  const { groups } = parseStages({ name: "a", ...stage }, [{ name: "b", ...stage }, {
    name: "c",
    ...stage,
    out: "x/y",
  }], []);
  assertEquals(groups.map((group) => group.map(({ out }) => out)), [["runs/a"], ["runs/b", "x/y"]]);
});

Deno.test("parsePipeline() refuses stages that would write over each other, whatever they call the place", () => {
  const twice = (out: string) => () => parseStages({ name: "a", ...stage }, [{ name: "b", ...stage, out }]);
  for (const out of ["runs/a", "runs/a/", "./runs//x/../a"]) {
    assertThrows(twice(out), UsageError, `stage b would write to ${out} as stage a does`);
  }
  assertThrows(() => parseStages({ name: "stages.json", ...stage }), UsageError, "as the pipeline itself does");
  twice("runs/a/b")();
});

Deno.test("parsePipeline() refuses names that are no plain names of folders", () => {
  for (const name of ["", "..", ".a", "a/b", "__proto__", "-a", "a b", 5]) {
    assertThrows(() => parseStages({ name, ...stage }), UsageError, "name: expected a name");
  }
});
