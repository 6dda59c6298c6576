// Every function that the CPU device can call. One module, so that one compilation and one instance a thread suffice.
export { attention_backward } from "./attention/backward.as";
export { attention_forward } from "./attention/forward.as";
export { accumulate, elementwise } from "./elementwise/elementwise.as";
export { fill } from "./fill/fill.as";
export { matmul, matmul_pack, micro_bench } from "./matmul/matmul.as";
export { column_sum, row_sum } from "./reduce/reduce.as";
