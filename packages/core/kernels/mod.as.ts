// Every function that the CPU device can call. One module, so that one compilation and one instance a thread suffice.
export { adamw, clip_coefficient, sum_squares } from "./adamw/adamw.as";
export { attention_backward } from "./attention/backward.as";
export { attention_forward } from "./attention/forward.as";
export { cast } from "./cast/cast.as";
export { copy_columns } from "./columns/columns.as";
export { accumulate, elementwise } from "./elementwise/elementwise.as";
export { fill } from "./fill/fill.as";
export { gather_rows, scatter_rows } from "./gather/gather.as";
export { log_prob, log_prob_grad } from "./log_prob/log_prob.as";
export { matmul, matmul_pack, micro_bench } from "./matmul/matmul.as";
export { matmul_packed, pack_weights } from "./matmul/packed.as";
export { norm, norm_grad, norm_weight_grad } from "./norm/norm.as";
export { philox } from "./philox/philox.as";
export { column_sum, row_sum } from "./reduce/reduce.as";
export { rope } from "./rope/rope.as";
export { filter_draw, filter_stats } from "./sample/filter.as";
export { sample_draw, sample_stats } from "./sample/sample.as";
export { write_rows } from "./write_rows/write_rows.as";
