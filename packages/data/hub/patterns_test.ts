import { assertEquals } from "@std/assert";
import { checkpointFiles, matcher } from "./patterns.ts";

Deno.test("matcher() takes * for anything in a folder, other signs as they stand, and no pattern for all", () => {
  const wanted = matcher(["*.json", "a+b/*.(x)"]);
  const paths = ["config.json", "configXjson", "sub/config.json", "a+b/1.(x)", "aab/1.(x)", ".json", "x.json.part"];
  assertEquals(paths.filter(wanted), ["config.json", "a+b/1.(x)", ".json"]);
  assertEquals(paths.filter(matcher([])), paths);
});

Deno.test("checkpointFiles leave out the same weights in other formats", () => {
  const names = ["model-00001-of-00002.safetensors", "model.safetensors.index.json", "tokenizer.json", "config.json"];
  const others = ["pytorch_model.bin", "onnx/model.onnx", "onnx/config.json", "tf_model.h5", "README.md"];
  assertEquals([...names, ...others].filter(matcher(checkpointFiles)), names);
});
