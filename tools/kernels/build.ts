/**
 * Compiles the CPU kernels: `packages/core/kernels/mod.as.ts` → `packages/core/backend/cpu/kernels.generated.ts`.
 *
 *     deno task build:kernels            writes the file
 *     deno task build:kernels --check    fails if the file is not what the sources give
 *
 * The output is committed, so using Tare needs no compiler. AssemblyScript's output is the same, byte for byte, on
 * every machine.
 */
import asc from "assemblyscript/asc";

const root = new URL("../../", import.meta.url);
const entry = "packages/core/kernels/mod.as.ts";
const target = new URL("packages/core/backend/cpu/kernels.generated.ts", root);

const flags = [
  ["-O3", "--noAssert", "--converge"],
  ["--runtime", "stub", "--use", "abort="],
  ["--enable", "simd", "--enable", "relaxed-simd", "--enable", "threads"],
  ["--importMemory", "--sharedMemory", "--noExportMemory", "--initialMemory", "16", "--maximumMemory", "65536"],
  ["--memoryBase", "1024"], // below: control words and arguments
].flat();

const wasm = await compile();
const text = `// Compiled from ${entry} by \`deno task build:kernels\`. Do not edit.
/** The CPU kernels, ${wasm.length} bytes of WebAssembly. */
export const wasm: Uint8Array<ArrayBuffer> = Uint8Array.from(
  atob(
    "${wasm.toBase64()}",
  ),
  (c) => c.charCodeAt(0),
);
`;
if (Deno.args.includes("--check")) {
  const have = await Deno.readTextFile(target).catch(() => "");
  if (have !== text) {
    console.error("The compiled CPU kernels are not what their sources give: run `deno task build:kernels`.");
    Deno.exit(1);
  }
  console.log(`kernels: ${wasm.length} bytes, as their sources give`);
} else {
  await Deno.writeTextFile(target, text);
  console.log(`kernels: ${wasm.length} bytes`);
}

async function compile(): Promise<Uint8Array> {
  let output: Uint8Array | undefined;
  const { error, stderr } = await asc.main([entry, "--outFile", "out.wasm", ...flags], {
    readFile: (name: string) => {
      try {
        return Deno.readTextFileSync(new URL(name, root));
      } catch {
        return null;
      }
    },
    writeFile: (_: string, data: string | Uint8Array) => {
      if (typeof data !== "string") output = data;
    },
    listFiles: () => [],
  });
  if (error || !output) {
    console.error(stderr.toString());
    Deno.exit(1);
  }
  return output;
}
