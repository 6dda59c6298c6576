/**
 * Checks that everything a package exports is documented: `deno run -A tools/check_docs.ts`.
 *
 * `deno doc --lint` asks for a description and honest types. This asks for what a reader of the API needs beyond it: a
 * function's parameters, result and an example that runs, a sentence for every method and property, and a paragraph on
 * top of every entry point.
 */
import { entryPoints, root } from "./workspace.ts";

/** The part of `deno doc --json` (version 2) that this reads: the symbols of each entry point, by its URL. */
export interface DocJson {
  readonly nodes: Readonly<Record<string, { module_doc?: JsDoc; symbols: readonly DocSymbol[] }>>;
}

/** A name and what it stands for; overloads and merged types are several declarations. */
export interface DocSymbol {
  readonly name: string;
  readonly declarations: readonly Declaration[];
}

interface Place {
  readonly filename?: string;
  readonly line: number; // counts from 0
}

interface JsDoc {
  readonly doc?: string;
  readonly tags?: readonly { kind: string; name?: string; doc?: string }[];
}

interface Declaration {
  readonly kind: string;
  readonly declarationKind: string;
  readonly location: Place;
  readonly jsDoc?: JsDoc;
  readonly def?: {
    params?: readonly Parameter[];
    returnType?: ReturnType;
    methods?: readonly Member[];
    properties?: readonly Member[];
  };
}

interface Member {
  readonly name: string;
  readonly location: Place;
  readonly jsDoc?: JsDoc;
  readonly accessibility?: string;
}

/** A parameter: by name, with a default (`left`), the rest (`arg`), or a pattern without a name. */
interface Parameter {
  readonly name?: string;
  readonly left?: Parameter;
  readonly arg?: Parameter;
}

interface ReturnType {
  readonly repr?: string;
  readonly kind: string;
  readonly value?: unknown;
}

/** Gives one line `file:line symbol problem` for each thing that is missing. */
export function checkDocs({ nodes }: DocJson): string[] {
  const problems = Object.entries(nodes).flatMap(([file, { module_doc, symbols }]) => [
    ...(module_doc?.doc ? [] : [`${file}:1 needs a paragraph on top that ends in @module`]),
    ...symbols.flatMap((symbol) => checkSymbol(symbol, file)),
  ]);
  return [...new Set(problems)]; // a symbol of two entry points is reported once
}

function checkSymbol({ name, declarations }: DocSymbol, file: string): string[] {
  const kinds = new Map<string, Declaration>();
  for (const declaration of declarations) {
    const { kind, declarationKind } = declaration;
    if (declarationKind !== "export" || kind === "reference") continue; // a second name of a symbol that is listed too
    if (!kinds.has(kind)) kinds.set(kind, declaration); // the first of several overloads speaks for them
  }
  return [...kinds.values()].flatMap((declaration) => {
    const { kind, location, jsDoc, def } = declaration;
    const at = (place: Place) => `${place.filename ?? location.filename ?? file}:${place.line + 1}`;
    const members = [...def?.methods ?? [], ...def?.properties ?? []].filter((m) =>
      m.accessibility === undefined || m.accessibility === "public"
    );
    return [
      ...(jsDoc?.doc ? [] : [`${at(location)} ${name} needs a description`]),
      ...(kind === "function" ? missingInFunction(declaration).map((what) => `${at(location)} ${name} ${what}`) : []),
      ...members.filter((m) => !m.jsDoc?.doc).map((m) => `${at(m.location)} ${name}.${m.name} needs a description`),
    ];
  });
}

function missingInFunction({ jsDoc, def }: Declaration): string[] {
  const tags = (kind: string) => jsDoc?.tags?.filter((tag) => tag.kind === kind) ?? [];
  const described = new Set(tags("param").filter(({ doc }) => doc).map(({ name }) => name!.split(".")[0]!));
  const parameters = (def?.params ?? []).map(nameOf);
  const named = parameters.filter((name) => name !== undefined);
  const missing = named.filter((name) => !described.has(name)).map((name) => `needs @param ${name}`);
  const extra = [...described].filter((name) => !named.includes(name));
  // A pattern has no name of its own: any further @param describes it.
  const patterns = parameters.length - named.length;
  if (extra.length < patterns) missing.push("needs a @param for each pattern it takes apart");
  if (extra.length > patterns) {
    missing.push(`has no parameter ${extra.slice(patterns).join(", ")}: drop its @param`);
  }
  if (returns(def?.returnType) && !tags("return").some(({ doc }) => doc)) missing.push("needs @returns");
  if (!tags("example").some(({ doc }) => doc?.includes("```"))) missing.push("needs an @example that runs");
  return missing;
}

function nameOf(parameter: Parameter): string | undefined {
  return parameter.name ?? (parameter.left && nameOf(parameter.left)) ??
    (parameter.arg && nameOf(parameter.arg));
}

function returns(type: ReturnType | undefined): boolean {
  if (!type) return false; // a constant of a function type: its type says what it gives
  const { kind, repr, value } = type;
  if (kind === "typePredicate") return !(value as { asserts?: boolean }).asserts;
  if (repr === "Promise") return returns((value as { typeParams?: ReturnType[] }).typeParams?.[0]);
  return !["void", "never", "undefined"].includes(repr ?? "");
}

if (import.meta.main) {
  const files = await entryPoints();
  const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["doc", "--json", ...files],
    cwd: root,
  }).output();
  if (!success) {
    await Deno.stderr.write(stderr);
    Deno.exit(1);
  }
  const problems = checkDocs(JSON.parse(new TextDecoder().decode(stdout)));
  console.log(
    problems.map((line) => line.replace(root.href, "")).join("\n") || `docs: ${files.join(", ")} complete`,
  );
  if (problems.length > 0) Deno.exit(1);
}
