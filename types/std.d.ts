// Types of the parts of `deno-std` (std, published on npm as plain JavaScript) that Tare uses.
// `types/std_test.ts` checks that every name here exists there.

declare module "@std/assert" { … }
  "imports": { "@std/assert": "npm:deno-std@1.4.0/assert/mod.js", "@std/cli": "npm:deno-std@1.4.0/cli/parse_args.js" } }

declare module "@std/cli" {
  type Widen<T> = T extends string ? string : T extends boolean ? boolean : T extends number ? number : T;
  type Flag<D, K, Value, Missing> = K extends keyof D ? Value | Widen<D[K]> : Value | Missing;
  export function parseArgs<const S extends string = never, const B extends string = never, const C extends S = never, const D extends object = Record<never, never>>(
    args: readonly string[],
    options?: { string?: readonly S[]; boolean?: readonly B[]; collect?: readonly C[]; negatable?: readonly B[]; default?: D & { [K in keyof D]: K extends S | B ? unknown : never };
      alias?: Record<string, string | readonly string[]>; stopEarly?: boolean; "--"?: boolean; unknown?: (arg: string, key?: string, value?: unknown) => unknown },
  ): { [K in Exclude<S, C>]: Flag<D, K, string, undefined> } & { [K in B]: Flag<D, K, boolean, never> } & { [K in C]: string[] } & { _: (string | number)[]; "--"?: string[] };
}
