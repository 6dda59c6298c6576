/** Every elementwise operation: a class with one vector function each, and one loop that is compiled for each class. */
import { exp4, log4, sigmoid4, storeHead } from "../simd/math.as";
import { PART, rowsOfPart } from "../simd/parts.as";

@final @unmanaged class Add { @inline f(x: v128, y: v128, z: v128): v128 { return f32x4.add(x, y); } }
@final @unmanaged class Sub { @inline f(x: v128, y: v128, z: v128): v128 { return f32x4.sub(x, y); } }
@final @unmanaged class Mul { @inline f(x: v128, y: v128, z: v128): v128 { return f32x4.mul(x, y); } }
@final @unmanaged class Div { @inline f(x: v128, y: v128, z: v128): v128 { return f32x4.div(x, y); } }
@final @unmanaged class Minimum { @inline f(x: v128, y: v128, z: v128): v128 { return f32x4.min(x, y); } }
@final @unmanaged class Maximum { @inline f(x: v128, y: v128, z: v128): v128 { return f32x4.max(x, y); } }
@final @unmanaged class Exp { @inline f(x: v128, y: v128, z: v128): v128 { return exp4(x); } }
@final @unmanaged class Log { @inline f(x: v128, y: v128, z: v128): v128 { return log4(x); } }
@final @unmanaged class Sqrt { @inline f(x: v128, y: v128, z: v128): v128 { return f32x4.sqrt(x); } }
@final @unmanaged class Clamp { @inline f(x: v128, y: v128, z: v128): v128 { return f32x4.min(f32x4.max(x, y), z); } }
@final @unmanaged class Where {
  @inline f(x: v128, y: v128, z: v128): v128 { return v128.bitselect(y, z, f32x4.ne(x, f32x4.splat(0))); }
}
@final @unmanaged class Greater {
  @inline f(x: v128, y: v128, z: v128): v128 { return v128.and(f32x4.gt(x, y), f32x4.splat(1)); }
}
@final @unmanaged class Inside {
  @inline f(x: v128, y: v128, z: v128): v128 {
    return v128.and(v128.and(f32x4.ge(x, y), f32x4.le(x, z)), f32x4.splat(1));
  }
}
@final @unmanaged class Sigmoid { @inline f(x: v128, y: v128, z: v128): v128 { return sigmoid4(x); } }
@final @unmanaged class LogSigmoid {
  @inline f(x: v128, y: v128, z: v128): v128 {
    const soft = log4(f32x4.add(f32x4.splat(1), exp4(f32x4.neg(f32x4.abs(x)))));
    return f32x4.sub(f32x4.min(x, f32x4.splat(0)), soft);
  }
}
/** 2 √(2/π) (x + 0.044715 x³): gelu(x) = x σ(that). */
// @ts-ignore: decorator
@inline function geluU(x: v128): v128 {
  const q = f32x4.relaxed_madd(f32x4.mul(x, x), f32x4.splat(0.044715), f32x4.splat(1));
  return f32x4.mul(f32x4.mul(x, q), f32x4.splat(1.5957691216057308));
}
@final @unmanaged class Gelu { @inline f(x: v128, y: v128, z: v128): v128 { return f32x4.mul(x, sigmoid4(geluU(x))); } }
@final @unmanaged class GeluGrad {
  @inline f(x: v128, y: v128, z: v128): v128 {
    x = f32x4.min(f32x4.max(x, f32x4.splat(-20)), f32x4.splat(20)); // beyond, the slope is 0 or 1, and x³ could overflow
    const s = sigmoid4(geluU(x)), one = f32x4.splat(1);
    const du = f32x4.relaxed_madd(f32x4.mul(x, x), f32x4.splat(0.134145), one);
    const t = f32x4.mul(f32x4.mul(f32x4.mul(x, s), f32x4.sub(one, s)), f32x4.mul(du, f32x4.splat(1.5957691216057308)));
    return f32x4.mul(y, f32x4.add(s, t));
  }
}
@final @unmanaged class SwiGlu {
  @inline f(x: v128, y: v128, z: v128): v128 { return f32x4.mul(f32x4.mul(x, sigmoid4(x)), y); }
}
@final @unmanaged class SwiGluGradGate {
  @inline f(x: v128, y: v128, z: v128): v128 {
    const s = sigmoid4(x), one = f32x4.splat(1);
    const slope = f32x4.mul(s, f32x4.relaxed_madd(x, f32x4.sub(one, s), one));
    return f32x4.mul(f32x4.mul(slope, y), z);
  }
}

/** How an operand is read: four fields in a row of ElementwiseArgs. */
@unmanaged
class Operand {
  row: usize; col: usize; isValue: u32; value: f32;
}

@unmanaged
class ElementwiseArgs {
  x: usize; y: usize; z: usize; out: usize;
  code: i32; rows: i32; cols: i32;
  xRow: usize; xCol: usize; xIs: u32; xValue: f32;
  yRow: usize; yCol: usize; yIs: u32; yValue: f32;
  zRow: usize; zCol: usize; zIs: u32; zValue: f32;
}

/** Four elements of an operand: a run of its row, or one number repeated. */
// @ts-ignore: decorator
@inline function read(base: usize, run: bool, value: v128, o: usize): v128 {
  return run ? v128.load(base + o) : value;
}

// @ts-ignore: decorator
@inline function constant(base: usize, row: i32, o: Operand): v128 {
  if (o.isValue) return f32x4.splat(o.value);
  return o.col ? f32x4.splat(0) : v128.load32_splat(base + ((<usize>row * o.row) << 2));
}

function map<T>(p: ElementwiseArgs, row0: i32, row1: i32, col0: i32, col1: i32): void {
  const args = changetype<usize>(p);
  const ox = changetype<Operand>(args + offsetof<ElementwiseArgs>("xRow"));
  const oy = changetype<Operand>(args + offsetof<ElementwiseArgs>("yRow"));
  const oz = changetype<Operand>(args + offsetof<ElementwiseArgs>("zRow"));
  const xRun = ox.col != 0, yRun = oy.col != 0, zRun = oz.col != 0;
  for (let row = row0; row < row1; row++) {
    const x = p.x + ((<usize>row * ox.row) << 2), y = p.y + ((<usize>row * oy.row) << 2), z = p.z + ((<usize>row * oz.row) << 2);
    const xValue = constant(p.x, row, ox), yValue = constant(p.y, row, oy), zValue = constant(p.z, row, oz);
    const out = p.out + ((<usize>row * <usize>p.cols) << 2);
    for (let col = col0; col < col1; col += 4) {
      const o = <usize>col << 2;
      const r = changetype<T>(0).f(read(x, xRun, xValue, o), read(y, yRun, yValue, o), read(z, zRun, zValue, o));
      storeHead(out + o, r, col1 - col);
    }
  }
}

export function elementwise(args: usize, part: i32, scratch: usize): void {
  const p = changetype<ElementwiseArgs>(args);
  let row0 = 0, row1 = p.rows, col0 = 0, col1 = p.cols;
  if (p.rows == 1) {
    col0 = part * PART;
    col1 = min(col0 + PART, p.cols);
  } else {
    const each = rowsOfPart(p.cols);
    row0 = part * each;
    row1 = min(row0 + each, p.rows);
  }
  switch (p.code) {
    case 0: map<Add>(p, row0, row1, col0, col1); break;
    case 1: map<Sub>(p, row0, row1, col0, col1); break;
    case 2: map<Mul>(p, row0, row1, col0, col1); break;
    case 3: map<Div>(p, row0, row1, col0, col1); break;
    case 4: map<Minimum>(p, row0, row1, col0, col1); break;
    case 5: map<Maximum>(p, row0, row1, col0, col1); break;
    case 6: map<Exp>(p, row0, row1, col0, col1); break;
    case 7: map<Log>(p, row0, row1, col0, col1); break;
    case 8: map<Sqrt>(p, row0, row1, col0, col1); break;
    case 9: map<Clamp>(p, row0, row1, col0, col1); break;
    case 10: map<Where>(p, row0, row1, col0, col1); break;
    case 11: map<Greater>(p, row0, row1, col0, col1); break;
    case 12: map<Inside>(p, row0, row1, col0, col1); break;
    case 13: map<Sigmoid>(p, row0, row1, col0, col1); break;
    case 14: map<LogSigmoid>(p, row0, row1, col0, col1); break;
    case 15: map<Gelu>(p, row0, row1, col0, col1); break;
    case 16: map<GeluGrad>(p, row0, row1, col0, col1); break;
    case 17: map<SwiGlu>(p, row0, row1, col0, col1); break;
    case 18: map<SwiGluGradGate>(p, row0, row1, col0, col1); break;
    default: unreachable();
  }
}

@unmanaged
class AccumulateArgs {
  x: usize; out: usize; n: i32;
}

/** out += x. */
export function accumulate(args: usize, part: i32, scratch: usize): void {
  const p = changetype<AccumulateArgs>(args);
  const end = min((part + 1) * PART, p.n);
  for (let i = part * PART; i < end; i += 4) {
    const o = <usize>i << 2;
    v128.store(p.out + o, f32x4.add(v128.load(p.out + o), v128.load(p.x + o)));
  }
}
