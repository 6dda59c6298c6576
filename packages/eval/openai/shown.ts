/** What of a server's words may be shown. */

/**
 * Makes a function that takes out of a text what nobody is to see: secrets, also as addresses and JSON spell them; addresses,
 * whose queries may be some; and characters that a terminal would obey or not show.
 *
 * @param secrets Any texts; empty ones are none.
 * @returns The function. It gives one line.
 */
export function shownWithout(secrets: readonly string[]): (text: string) => string {
  const spelled = secrets.filter(Boolean).flatMap((secret) => [
    ...[secret, encodeURIComponent(secret), JSON.stringify(secret).slice(1, -1)],
  ]);
  // A secret that holds another one goes first: else what is left of it would stay.
  const longestFirst = [...new Set(spelled)].sort((a, b) => b.length - a.length);
  return (text) =>
    longestFirst.reduce((rest, secret) => rest.replaceAll(secret, "…"), text)
      .replace(/\bhttps?:\/\/[^\s)"']+/g, "…")
      .replace(/[\s\p{Cc}\p{Cf}]+/gu, " ");
}
