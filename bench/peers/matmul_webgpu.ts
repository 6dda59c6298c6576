/**
 * Matrix products on WebGPU, both libraries on the same adapter.
 *
 * Waiting for a GPU costs some 10 ms in Deno, whatever it did. So a run is a chain of products, each of the result before
 * it, and one wait for the last.
 */
import { matmul, openDevice, type Tensor } from "@tare/core";
import { agree } from "./check.ts";
import { normals } from "./data.ts";
import { type Layout, layouts } from "./layouts.ts";
import { type Jax, type JaxArray, jaxOnWebGpu, put } from "./peer.ts";
import { type Row, row } from "./table.ts";
import { alternate, type Effort } from "./timing.ts";

/** A row for each size and layout; none, and a line that says so, where there is no adapter. */
export async function matmulWebGpu(effort: Effort): Promise<Row[]> {
  const jax = await jaxOnWebGpu();
  if (!jax) {
    console.error("No WebGPU adapter: its rows are left out");
    return [];
  }
  using device = await openDevice({ device: "webgpu" });
  const rows: Row[] = [];
  for (const [size, steps] of [[512, 8], [1024, 2]] as const) {
    for (const layout of layouts) {
      using _scope = device.scope();
      const [a, b] = [normals(size * size), normals(size * size, 1 / Math.sqrt(size))]; // products keep their size
      const [x, y] = [device.tensor(a, [size, size]), device.tensor(b, [size, size])];
      const ours = () => {
        let out: Tensor = x;
        for (let i = 0; i < steps; i++) out = matmul(out, y, layout.options);
        return out;
      };
      const [u, v] = [await put(jax, "webgpu", a, [size, size]), await put(jax, "webgpu", b, [size, size])];
      const peer = jax.jit(chain(jax, layout, steps));
      agree(
        `matmul ${layout.name} ${size}`,
        await ours().data() as Float32Array,
        await peer(u.ref, v.ref).data(),
        1e-4,
      );
      const times = await alternate([
        async () => {
          using _scope = device.scope();
          ours();
          await device.sync();
        },
        async () => {
          const out = peer(u.ref, v.ref);
          await out.blockUntilReady();
          out.dispose();
        },
      ], effort);
      const [fast, slow] = times.map((ms) => 2 * size ** 3 * steps / ms / 1e6) as [number, number];
      rows.push(row({
        ...{ name: `matmul ${layout.name}`, device: `webgpu: ${device.name}`, shape: `${size}×${size}×${size}` },
        ...{ ours: fast, peer: slow, unit: "GFLOP/s" },
      }));
      for (const array of [u, v]) array.dispose();
    }
  }
  return rows;
}

function chain(jax: Jax, layout: Layout, steps: number): (a: JaxArray, b: JaxArray) => JaxArray {
  const product = layout.peer(jax);
  return (a, b) => {
    for (let i = 1; i < steps; i++) a = product(a, b.ref);
    return product(a, b);
  };
}
