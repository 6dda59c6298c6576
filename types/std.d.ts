// Types of the parts of `deno-std` (std, published on npm as plain JavaScript) that Tare uses.
// `types/std_test.ts` checks that every name here exists there.

declare module "@std/assert" {
  type Class<T> = abstract new (...args: never[]) => T;
  export class AssertionError extends Error {}
  export function assert(expr: unknown, msg?: string): asserts expr;
  export function assertFalse(
    expr: unknown,
    msg?: string,
  ): asserts expr is false | 0 | 0n | "" | null | undefined;
  export function assertExists<T>(actual: T, msg?: string): asserts actual is NonNullable<T>;
  export function assertInstanceOf<T>(actual: unknown, type: Class<T>, msg?: string): asserts actual is T;
  export function assertIsError<E extends Error>(
    error: unknown,
    type?: Class<E>,
    includes?: string | RegExp,
    msg?: string,
  ): asserts error is E;
  export function assertStrictEquals<T>(actual: unknown, expected: T, msg?: string): asserts actual is T;
  export function assertEquals<T>(actual: T, expected: T, msg?: string): void;
  export function assertNotEquals<T>(actual: T, expected: T, msg?: string): void;
  export function assertNotStrictEquals<T>(actual: T, expected: T, msg?: string): void;
  export function assertAlmostEquals(
    actual: number,
    expected: number,
    tolerance?: number,
    msg?: string,
  ): void;
  export function assertGreater<T>(actual: T, expected: T, msg?: string): void;
  export function assertGreaterOrEqual<T>(actual: T, expected: T, msg?: string): void;
  export function assertLess<T>(actual: T, expected: T, msg?: string): void;
  export function assertLessOrEqual<T>(actual: T, expected: T, msg?: string): void;
  export function assertMatch(actual: string, expected: RegExp, msg?: string): void;
  export function assertStringIncludes(actual: string, expected: string, msg?: string): void;
  export function assertArrayIncludes<T>(actual: ArrayLike<T>, expected: ArrayLike<T>, msg?: string): void;
  export function assertObjectMatch(actual: object, expected: object, msg?: string): void;
  export function assertThrows(fn: () => unknown, msg?: string): unknown;
  export function assertThrows<E extends Error>(
    fn: () => unknown,
    type: Class<E>,
    includes?: string,
    msg?: string,
  ): E;
  export function assertRejects(fn: () => PromiseLike<unknown>, msg?: string): Promise<unknown>;
  export function assertRejects<E extends Error>(
    fn: () => PromiseLike<unknown>,
    type: Class<E>,
    includes?: string,
    msg?: string,
  ): Promise<E>;
  export function equal(a: unknown, b: unknown): boolean;
  export function fail(msg?: string): never;
  export function unreachable(msg?: string): never;
}

declare module "@std/cli" {
  type Widen<T> = T extends string ? string : T extends boolean ? boolean : T extends number ? number : T;
  type Flag<D, K, Value, Missing> = K extends keyof D ? Value | Widen<D[K]> : Value | Missing;
  export function parseArgs<
    const S extends string = never,
    const B extends string = never,
    const C extends S = never,
    const D extends object = Record<never, never>,
  >(
    args: readonly string[],
    options?: {
      string?: readonly S[];
      boolean?: readonly B[];
      collect?: readonly C[];
      negatable?: readonly B[];
      default?: D & { [K in keyof D]: K extends S | B ? unknown : never };
      alias?: Record<string, string | readonly string[]>;
      stopEarly?: boolean;
      "--"?: boolean;
      unknown?: (arg: string, key?: string, value?: unknown) => unknown;
    },
  ):
    & { [K in Exclude<S, C>]: Flag<D, K, string, undefined> }
    & { [K in B]: Flag<D, K, boolean, never> }
    & { [K in C]: string[] }
    & { _: (string | number)[]; "--"?: string[] };
}

declare module "@std/text" {
  export function levenshteinDistance(a: string, b: string): number;
}
