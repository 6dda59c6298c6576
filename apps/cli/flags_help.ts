/** The table of flags as `--help` shows it. */
import type { Flag, Flags } from "./flags.ts";

/** What stands for a value. */
export function wordFor({ type, value, choices }: Flag): string {
  return value ?? choices?.join("|") ?? (type === "text" || type === "texts" ? "TEXT" : "N");
}

/** How a command is typed. */
export function usageOf(name: string, flags: Flags): string {
  const places = Object.values(flags).filter(({ positional }) => positional).map(wordFor);
  return ["Usage: tare", name, ...places, "[FLAGS]"].join(" ");
}

/** The table as `--help` shows it. */
export function describeFlags(flags: Flags): string {
  const rows = Object.entries(flags).map(([name, flag]) => {
    const dashed = name.length === 1 ? `-${name}` : `--${name}`;
    const named = flag.type === "switch" ? dashed : `${dashed} ${wordFor(flag)}`;
    const usual = `${flag.default ?? ""}`;
    if (flag.type === "object") return [`${name} of --config`, flag.help] as const;
    return [flag.positional ? wordFor(flag) : named, `${flag.help}${usual && ` (${usual})`}`] as const;
  });
  const width = Math.max(...rows.map(([left]) => left.length));
  return rows.map(([left, right]) => `  ${left.padEnd(width)}  ${right}`).join("\n");
}
