import { assert, assertEquals, assertThrows } from "@std/assert";
import { dpoDefaults, rewardDefaults, sftDefaults } from "@tare/finetune";
import { camelCase } from "./config_file.ts";
import { type Flag, parseFlags, UsageError } from "./flags.ts";
import { sizes } from "./shapes.ts";
import { configOf, contextOf, settingsOf, trainingFlags, type TrainingValues } from "./training_flags.ts";

const parse = (...args: string[]) => parseFlags(args, trainingFlags) as TrainingValues;

Deno.test("trainingFlags have the defaults of the trainers", () => {
  const flags = Object.entries<Flag>(trainingFlags);
  const defaults = Object.fromEntries(flags.map(([name, flag]) => [camelCase(name), flag.default]));
  for (const trainer of [sftDefaults, rewardDefaults, dpoDefaults]) {
    for (const [name, value] of Object.entries(trainer)) {
      if (defaults[name] !== undefined) assertEquals(defaults[name], value, name);
    }
  }
});

Deno.test("configOf() leaves out what was not given, and learns faster from random weights", () => {
  const given = configOf(parse("--model", "m", "--micro-tokens", "9"));
  assertEquals([given.microTokens, "learningRate" in given, "steps" in given], [9, false, false]);
  assertEquals(configOf(parse("--size", "d64")).learningRate, 1e-3);
  assertEquals(configOf(parse("--size", "d64", "--learning-rate", "0.5")).learningRate, 0.5);
});

Deno.test("settingsOf() has what decides a run, and not where or on how many threads it runs", () => {
  const values = { ...parse("--data", "d", "--out", "o", "--resume", "--lora-rank", "4"), device: "cpu", threads: 2 };
  const settings = settingsOf(values);
  assertEquals([settings.data, settings.loraRank, settings.heldOut], ["d", 4, 0.1]);
  for (const name of ["out", "resume", "device", "threads", "config"]) assertEquals(name in settings, false);
});

Deno.test("contextOf() is 512 or what the model has, and no more", () => {
  assertEquals(contextOf(parse(), "m", sizes.d64), 512);
  assertEquals(contextOf(parse(), "m", { ...sizes.d64, positions: 64 }), 64);
  assertThrows(
    () => contextOf(parse("--context", "65"), "m", { ...sizes.d64, positions: 64 }),
    UsageError,
    "at most 64",
  );
});

Deno.test("settingsOf() keeps no credentials of an address, and no limit that is none", () => {
  const settings = settingsOf({
    ...{ server: "http://me:secret@host:8000/v1?key=secret", "reward-url": "https://host/classify?token=secret" },
    ...{
      rewardClip: Infinity,
      model: "https",
      policies: ["sft=runs/sft", "gpt=http://me:secret@host/v1?key=secret#m"],
    },
  });
  assertEquals(settings, {
    ...{ server: "http://host:8000/v1", rewardUrl: "https://host/classify", model: "https" },
    policies: ["sft=runs/sft", "gpt=http://host/v1#m"],
  });
  assert(!JSON.stringify(settings).includes("secret"));
});
