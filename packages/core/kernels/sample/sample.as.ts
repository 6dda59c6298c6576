// One token a row from softmax(logits · scale). See kernel.ts.
import { philoxBlock } from "../philox/philox.as";
import { log4 } from "../simd/math.as";
import { indexOf } from "../simd/rows.as";
import { BLOCK, combine, statsBytes, statsOfPart, totalOf, walk, writeWeights } from "./blocks.as";

@unmanaged
class SampleArgs {
  logits: usize; counters: usize; tokens: usize; logProb: usize; samplingLogProb: usize;
  rows: i32; cols: i32; scale: f32; greedy: u32; k0: u32; k1: u32; stats: usize;
}

export function sample_stats(args: usize, part: i32, scratch: usize): void {
  const p = changetype<SampleArgs>(args);
  statsOfPart(p.logits, p.rows, p.cols, p.scale, p.stats, part);
}

/** Rows of a part that draws. */
const ROWS: i32 = 4;

export function sample_draw(args: usize, part: i32, scratch: usize): void {
  const p = changetype<SampleArgs>(args);
  const end = min((part + 1) * ROWS, p.rows);
  for (let row = part * ROWS; row < end; row++) {
    const stats = p.stats + <usize>row * statsBytes(p.cols), o = <usize>row << 2;
    const z = p.logits + <usize>row * (<usize>p.cols << 2);
    const top = combine(stats, p.cols, p.scale), total = totalOf(stats, p.cols);
    let token = 0;
    if (p.greedy) token = indexOf(z, p.cols, top);
    else {
      const rest = scratch;
      store<f64>(rest, uniformOf(p.counters + (o << 2), p.k0, p.k1, scratch) * total);
      const from = walk(stats + 4, 8, (p.cols + BLOCK - 1) / BLOCK, rest, 0) * BLOCK, n = min(BLOCK, p.cols - from);
      writeWeights(scratch + 64, z + (<usize>from << 2), n, top, p.scale, -Infinity);
      token = from + walk(scratch + 64, 4, n, rest, 0);
    }
    const l = (load<f32>(z + (<usize>token << 2)) - top) * p.scale - log1(total);
    store<u32>(p.tokens + o, token);
    store<f32>(p.logProb + o, l);
    store<f32>(p.samplingLogProb + o, p.greedy && l == l ? 0 : l);
  }
}

/** Natural logarithm by the same code as the vectors. */
// @ts-ignore: decorator
@inline export function log1(x: f64): f32 { return f32x4.extract_lane(log4(f32x4.splat(<f32>x)), 0); }

/** The number in [0, 1) that belongs to four words of counter. `scratch` has room for four. */
export function uniformOf(counter: usize, k0: u32, k1: u32, scratch: usize): f64 {
  philoxBlock(
    scratch, k0, k1, load<u32>(counter), load<u32>(counter, 4), load<u32>(counter, 8), load<u32>(counter, 12),
  );
  return <f64>(load<u32>(scratch) >> 8) * 5.9604644775390625e-8; // 2⁻²⁴
}
