/** WGSL that the two sampling kernels share: one workgroup a row. */

/** Threads of a workgroup: 16 groups of 16. */
export const threads = 256;

/** Logits lower than the largest by more than this weigh 0: e to it is the smallest normal number. */
const lowest = "-87.33654";

/**
 * Declares what finds the largest of a row, sums over it and draws from weights. A kernel declares `weight(row, j, top)`
 * itself. Every thread must make each call; each has two barriers, for a tree of them costs more than reading 16 numbers.
 *
 * `most(value, place, li)` gives the largest value of the workgroup and the least place that has it, and
 * `sum_all(value, li)` the sum. `draw(row, top, u, li)` gives the total weight and the token: the vocabulary falls into
 * 16 segments, the one that u lies in into 16 again, down to one entry. Every level takes the same code, so that a
 * segment has weight if and only if an entry of it has; where rounding leaves no segment it is the last one with weight.
 */
export const drawWgsl: string = `
var<workgroup> values: array<vec3f, ${threads}>;
var<workgroup> groups: array<vec3f, 16>;
/** Sums of each group of 16 threads, in \`groups\`. */
fn sum_groups(value: vec3f, li: u32) {
  values[li] = value;
  workgroupBarrier();
  if (li < 16) {
    var sum = values[16 * li];
    for (var i = 1u; i < 16; i++) { sum += values[16 * li + i]; }
    groups[li] = sum;
  }
  workgroupBarrier();
}
fn sum_all(value: vec3f, li: u32) -> vec3f {
  sum_groups(value, li);
  var sum = groups[0];
  for (var i = 1u; i < 16; i++) { sum += groups[i]; }
  return sum;
}
struct Most { value: f32, place: u32 }
var<workgroup> candidates: array<Most, ${threads}>;
var<workgroup> finalists: array<Most, 16>;
fn better(a: Most, b: Most) -> Most {
  if (b.value > a.value || (b.value == a.value && b.place < a.place)) { return b; }
  return a;
}
fn most(value: f32, place: u32, li: u32) -> Most {
  candidates[li] = Most(value, place);
  workgroupBarrier();
  if (li < 16) {
    var best = candidates[16 * li];
    for (var i = 1u; i < 16; i++) { best = better(best, candidates[16 * li + i]); }
    finalists[li] = best;
  }
  workgroupBarrier();
  var best = finalists[0];
  for (var i = 1u; i < 16; i++) { best = better(best, finalists[i]); }
  return best;
}
fn exp_down(d: f32) -> f32 { return select(exp(d), 0.0, d < ${lowest}); }
struct Drawn { total: f32, token: u32 }
fn draw(row: u32, top: f32, u: f32, li: u32) -> Drawn {
  var result = Drawn(0.0, 0u);
  var end = p.cols;
  var rest = -1.0;
  for (var length = p.cols; ; ) {
    let each = (length + 15) / 16;
    let start = result.token + li / 16 * each;
    var sum = vec3f();
    for (var j = start + li % 16; j < min(start + each, end); j += 16) { sum.x += weight(row, j, top); }
    sum_groups(sum, li);
    if (rest < 0.0) { // the first level
      for (var segment = 0u; segment < 16; segment++) { result.total += groups[segment].x; }
      rest = u * result.total;
    }
    var picked = 0u;
    var before = 0.0;
    var total = 0.0;
    for (var segment = 0u; segment < 16; segment++) {
      let some = groups[segment].x;
      if (some > 0.0 && total <= rest) {
        before = total;
        picked = segment;
        total += some;
      }
    }
    rest -= before;
    result.token += picked * each;
    end = min(end, result.token + each);
    if (each == 1) { break; }
    length = each;
  }
  return result;
}`;
