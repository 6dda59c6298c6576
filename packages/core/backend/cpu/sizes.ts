/**
 * Sizes that the host and the compiled kernels must agree on. This file is TypeScript and AssemblyScript at once, so it
 * holds plain numbers and nothing else; after a change, compile the kernels.
 */

/** Elements of a part of a kernel's work: less is not worth handing to a thread. */
export const partElements = 16384;

/** Bytes of one thread's private scratch. */
export const threadScratchBytes = 1048576;
