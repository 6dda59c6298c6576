/** What all contestants share: the folder with weights and workload, and the peers in processes of their own. */
import { openDevice } from "@tare/core";
import { type PeerProcess, startPeer } from "./peer_process.ts";
import { entries, type Entry, makeParams, safetensors } from "./weights.ts";
import * as workload from "./workload.ts";

/** Threads of every contestant, unless its name says otherwise. */
export const threads = 2;

/** What a contest can draw on. */
export interface Setup {
  readonly weights: readonly Entry[];
  /** PyTorch and transformers; absent where they are not installed. */
  readonly python?: PeerProcess;
  /** @huggingface/transformers on ONNX Runtime; absent where it is not installed. */
  readonly onnx?: PeerProcess;
  /** Ends the processes and deletes the folder. */
  end(): Promise<void>;
}

/**
 * Writes the folder and starts the peers that are installed.
 *
 * @param say Takes a line for each peer that is missing, with how to install it.
 */
export async function prepare(say: (line: string) => void): Promise<Setup> {
  using device = await openDevice({ device: "cpu", threads: 1 });
  const weights = await entries(device, makeParams(device));
  const folder = await Deno.makeTempDir({ prefix: "tare-bench-" });
  await Deno.writeFile(`${folder}/model.safetensors`, safetensors(weights));
  const { config, batch, adamwOptions } = workload;
  await Deno.writeTextFile(`${folder}/workload.json`, JSON.stringify({ config, batch, adamw: adamwOptions }));
  const python = await startPython(folder, say);
  const onnx = python && await startOnnx(folder, python.command, say);
  return {
    ...{ weights, python: python?.peer, onnx },
    async end() {
      await Promise.all([python?.peer.end(), onnx?.end()]);
      await Deno.remove(folder, { recursive: true });
    },
  };
}

async function startPython(folder: string, say: (line: string) => void) {
  const command = Deno.env.get("TARE_PYTHON") ?? "python3";
  if (!await works(command, ["-c", "import torch, transformers, safetensors"])) {
    say(
      `PyTorch, transformers and ONNX Runtime are left out: ${command} cannot import torch, transformers and ` +
        `safetensors; install them (pip install torch transformers safetensors onnx), or name another in TARE_PYTHON`,
    );
    return undefined;
  }
  return { command, peer: startPeer(command, [pathOf("peer.py"), folder, `${threads}`]) };
}

async function startOnnx(folder: string, python: string, say: (line: string) => void) {
  if (!await works(python, [pathOf("../../onnx/export_onnx.py"), folder])) {
    say(`ONNX Runtime is left out: the export failed; is onnx installed (pip install onnx)?`);
    return undefined;
  }
  const [config, program] = [pathOf("../../onnx/deno.json"), pathOf("../../onnx/decode.ts")];
  const run = ["run", "-A", "--cached-only", "--config", config, program];
  if (!await works(Deno.execPath(), ["check", "--cached-only", "--config", config, program])) {
    say(
      `ONNX Runtime is left out: @huggingface/transformers is not there; install it (some 500 MB): ` +
        `deno install --config bench/onnx/deno.json --entrypoint bench/onnx/decode.ts`,
    );
    return undefined;
  }
  return startPeer(Deno.execPath(), [...run, folder, `${threads}`]);
}

/** Whether a command ends well; false too where there is no such command. */
async function works(command: string, args: readonly string[]): Promise<boolean> {
  const program = new Deno.Command(command, { args: [...args], stdin: "null", stdout: "null", stderr: "null" });
  return await program.output().then(({ success }) => success, () => false);
}

function pathOf(file: string): string {
  return new URL(file, import.meta.url).pathname;
}
