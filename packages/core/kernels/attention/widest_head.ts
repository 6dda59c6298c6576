/** As `backend/cpu/sizes.ts`, TypeScript and AssemblyScript at once: plain numbers and nothing else. */

/** The greatest head width: more would not fit the kernels' fast memory. */
export const widestHead = 256;
