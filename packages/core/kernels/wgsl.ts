/** Text that shaders share: a loop over elements, and a sum over a workgroup. */
import { ceilDiv, spread } from "../backend/kernel.ts";

/** A body that runs `text` for each `at` below `count`: four elements a thread, for workgroups of 64 threads. */
export function eachElement(count: string, text: string): string {
  return `
  let first = (wid.x + wid.y * nwg.x) * 256 + li;
  for (var i = 0u; i < 4; i++) {
    let at = first + i * 64;
    if (at < ${count}) {
      ${text}
    }
  }`;
}

/** The workgroups that {@linkcode eachElement} needs for `n` elements. */
export function elementGroups(n: number): [number, number] {
  return spread(ceilDiv(n, 256));
}

/**
 * Declares `workgroup_sum(value, li)`: the sum of one value a thread, for every thread. Always the same tree; every
 * thread of the workgroup must call it.
 */
export function workgroupSum(threads: number, type: "f32" | "vec2f" = "f32"): string {
  return `
var<workgroup> lanes: array<${type}, ${threads}>;
fn workgroup_sum(value: ${type}, li: u32) -> ${type} {
  lanes[li] = value;
  workgroupBarrier();
  for (var half = ${threads / 2}u; half > 0; half /= 2) {
    if (li < half) { lanes[li] += lanes[li + half]; }
    workgroupBarrier();
  }
  let sum = lanes[0];
  workgroupBarrier(); // the next call writes lanes again
  return sum;
}`;
}

/**
 * How a body starts that sums a column over one part of the rows: `at` is the element of out[parts, cols], `col` its
 * column, and its rows go from `part * each` to below `end`. For workgroups of 64 threads.
 */
export const columnOfPart: string = `
  let at = (wid.x + wid.y * nwg.x) * 64 + li;
  if (at >= p.parts * p.cols) { return; }
  let part = at / p.cols;
  let col = at - part * p.cols;
  let each = (p.rows + p.parts - 1) / p.parts;
  let end = min((part + 1) * each, p.rows);`;

/** The workgroups that {@linkcode columnOfPart} needs. */
export function columnGroups(parts: number, cols: number): [number, number] {
  return spread(ceilDiv(parts * cols, 64));
}
