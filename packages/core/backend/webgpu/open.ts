import type { Backend } from "../backend.ts";
/** stub */
export function openWebGpu(_o: { software: boolean }): Promise<Backend | undefined> { return Promise.resolve(undefined); }
