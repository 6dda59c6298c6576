/** WGSL that the two sampling kernels share: one workgroup a row, 16 lanes a segment of the vocabulary. */

/** Threads of a workgroup: 16 segments of 16 lanes. */
export const threads = 256;

/** Logits lower than the largest by more than this weigh 0: e to it is the smallest normal number. */
const lowest = "-87.33654";

/**
 * Declares what finds the largest of a row and draws from weights. A kernel declares `weight(row, j, top)` itself.
 *
 * `most(value, at, li)` gives the largest value of the workgroup and the least `at` that has it. Then
 * `draw(row, top, u, li)` gives the total weight and the token: the vocabulary falls into 16 segments, the one that u
 * lies in into 16 again, down to one entry. Every level takes the same code, so that a segment has weight if and only
 * if an entry of it has; where rounding leaves no segment it is the last one with weight.
 */
export const drawWgsl: string = `
var<workgroup> values: array<f32, ${threads}>;
var<workgroup> places: array<u32, ${threads}>;
struct Most { value: f32, place: u32 }
fn most(value: f32, place: u32, li: u32) -> Most {
  values[li] = value;
  places[li] = place;
  workgroupBarrier();
  for (var half = ${threads / 2}u; half > 0; half /= 2) {
    if (li < half) {
      let other = li + half;
      if (values[other] > values[li] || (values[other] == values[li] && places[other] < places[li])) {
        values[li] = values[other];
        places[li] = places[other];
      }
    }
    workgroupBarrier();
  }
  let result = Most(values[0], places[0]);
  workgroupBarrier(); // the next call writes them again
  return result;
}
fn exp_down(d: f32) -> f32 { return select(exp(d), 0.0, d < ${lowest}); }
struct Drawn { total: f32, token: u32 }
fn draw(row: u32, top: f32, u: f32, li: u32) -> Drawn {
  let lane = li % 16;
  var result = Drawn(0.0, 0u);
  var end = p.cols;
  var rest = -1.0;
  for (var length = p.cols; ; ) {
    let each = (length + 15) / 16;
    let start = result.token + li / 16 * each;
    var sum = 0.0;
    for (var j = start + lane; j < min(start + each, end); j += 16) { sum += weight(row, j, top); }
    values[li] = sum;
    workgroupBarrier();
    for (var half = 8u; half > 0; half /= 2) {
      if (lane < half) { values[li] += values[li + half]; }
      workgroupBarrier();
    }
    if (rest < 0.0) { // the first level
      for (var segment = 0u; segment < 16; segment++) { result.total += values[segment * 16]; }
      rest = u * result.total;
    }
    var picked = 0u;
    var before = 0.0;
    var total = 0.0;
    for (var segment = 0u; segment < 16; segment++) {
      let some = values[segment * 16];
      if (some > 0.0 && total <= rest) {
        before = total;
        picked = segment;
        total += some;
      }
    }
    rest -= before;
    result.token += picked * each;
    end = min(end, result.token + each);
    workgroupBarrier();
    if (each == 1) { break; }
    length = each;
  }
  return result;
}`;
