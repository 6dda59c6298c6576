// Every function that the CPU device can call. One module, so that one compilation and one instance a thread suffice.
export { matmul, matmul_pack, micro_bench } from "./matmul/matmul.as";
