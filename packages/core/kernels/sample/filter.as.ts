// One token a row after penalty, ban and filters. See filter_kernel.ts.
import { BLOCK, combine, statsBytes, statsOfPart, totalOf, walk, writeWeights } from "./blocks.as";
import { log1, uniformOf } from "./sample.as";
import { biasScores } from "./scores.as";
import { kthLargest, massThreshold, sumFrom } from "./threshold.as";
import { indexOf, rowMax } from "../simd/rows.as";

/** Rows that are worked on at a time, and so have room for their weights. */
const SLOTS: i32 = 16;

@unmanaged
class FilterArgs {
  logits: usize; counters: usize; seen: usize; banned: usize; until: usize;
  tokens: usize; logProb: usize; samplingLogProb: usize;
  rows: i32; cols: i32; scale: f32; greedy: u32; k0: u32; k1: u32;
  hasSeen: u32; hasBanned: u32; penalty: f32; inverse: f32; never: f32;
  topK: i32; topP: f32; minP: f32; minShift: f32; stats: usize;
}

export function filter_stats(args: usize, part: i32, scratch: usize): void {
  const p = changetype<FilterArgs>(args);
  statsOfPart(p.logits, p.rows, p.cols, p.scale, p.stats, part);
}

export function filter_draw(args: usize, part: i32, scratch: usize): void {
  const p = changetype<FilterArgs>(args);
  const blocks = statsBytes(p.cols), slot = p.stats + <usize>(p.rows + part) * blocks;
  const x = p.stats + <usize>(p.rows + min(SLOTS, p.rows)) * blocks + <usize>part * ((<usize>p.cols << 2) + 64);
  for (let row = part; row < p.rows; row += SLOTS) drawRow(p, row, x, slot, scratch);
}

function drawRow(p: FilterArgs, row: i32, x: usize, slot: usize, scratch: usize): void {
  const cols = p.cols, o = <usize>row << 2, z = p.logits + <usize>row * (<usize>cols << 2);
  const stats = p.stats + <usize>row * statsBytes(cols), words = <usize>((cols + 31) >> 5) << 2;
  const seen = p.hasSeen ? p.seen + <usize>row * words : 0, counter = p.counters + (o << 2);
  const holds = p.hasBanned && load<u32>(counter, 12) < load<u32>(p.until + o);
  const rawTop = combine(stats, cols, p.scale), logRawTotal = log1(totalOf(stats, cols));
  memory.copy(x, z, <usize>cols << 2);
  biasScores(x, cols, seen, holds ? p.banned : 0, p.penalty, p.inverse);
  const top = max<f32>(-3.4028234e38, rowMax(x, cols));
  let token = 0, sampling: f32 = 0;
  if (p.greedy) token = indexOf(x, cols, top);
  else {
    const kth: f32 = p.topK > 0 ? kthLargest(x, cols, p.topK, scratch) : -Infinity;
    writeWeights(x, x, cols, top, p.scale, kth);
    const mass: f32 = p.topP < 1 ? massThreshold(x, cols, p.topP, scratch) : 0;
    const least = max(mass, p.minP);
    for (let at = 0, out = slot + 4; at < cols; at += BLOCK, out += 8) {
      store<f32>(out, sumFrom(x + (<usize>at << 2), min(BLOCK, cols - at), least));
    }
    const total = totalOf(slot, cols), rest = scratch;
    store<f64>(rest, uniformOf(counter, p.k0, p.k1, scratch) * total);
    const block = walk(slot + 4, 8, (cols + BLOCK - 1) / BLOCK, rest, 0) * BLOCK;
    token = block + walk(x + (<usize>block << 2), 4, min(BLOCK, cols - block), rest, least);
    sampling = log1(<f64>load<f32>(x + (<usize>token << 2))) - log1(total);
  }
  const l = (load<f32>(z + (<usize>token << 2)) - rawTop) * p.scale - logRawTotal;
  store<u32>(p.tokens + o, token);
  store<f32>(p.logProb + o, l);
  store<f32>(p.samplingLogProb + o, l == l ? sampling : l);
  if (seen) {
    const word = seen + (<usize>(token >> 5) << 2);
    store<u32>(word, load<u32>(word) | (1 << (token & 31)));
  }
}
