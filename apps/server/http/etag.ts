/** Tags by which clients say what they have already. */

/** Whether a client has this very thing: it sends the ETags of what it has, perhaps as weak ones. */
export function isAmong(etag: string, tags = ""): boolean {
  return tags.split(",").map((tag) => tag.trim().replace(/^W\//, "")).includes(etag);
}
