/** Who asks. */

/** What a principal may be. `local` is a process of this machine without a token; it may score, and nothing else. */
export type Role = "admin" | "judge" | "rewards" | "annotator" | "local" | "anyone";

/** Who asks: the bearer of a token, an admin's browser, an annotator's, a process of this machine, or anyone. */
export type Principal =
  | { readonly role: "admin" | "judge" | "rewards"; readonly token: string; readonly by: "token" | "cookie" }
  | { readonly role: "annotator"; readonly invitation: string; readonly study: string; readonly annotator: string }
  | { readonly role: "local" | "anyone" };

/** Whether a cookie says who asks: then only the app's own pages may change anything. */
export function byCookie(principal: Principal): boolean {
  return principal.role === "annotator" || "by" in principal && principal.by === "cookie";
}

/** What to count a principal's requests by. */
export function keyOf(principal: Principal, address: string): string {
  if ("token" in principal) return `token ${principal.token}`;
  return "invitation" in principal ? `invitation ${principal.invitation}` : `address ${address}`;
}
