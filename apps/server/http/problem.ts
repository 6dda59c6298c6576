/** What clients are told when something cannot be had: problem details (RFC 9457). */
import { z } from "@hono/zod-openapi";
import type { ContentfulStatusCode } from "hono/utils/http-status";

/** How {@linkcode Problem} is told. */
export interface ProblemOptions {
  /** Headers of the answer, such as `retry-after`. */
  readonly headers?: Readonly<Record<string, string>>;
  /** More members of the body. */
  readonly more?: Readonly<Record<string, unknown>>;
}

/** A request that cannot be met. Whoever handles it throws this, and the app tells it. */
export class Problem extends Error {
  override readonly name: string = "Problem";
  /** Status code of the answer. */
  readonly status: ContentfulStatusCode;
  /** The rest of it. */
  readonly options: ProblemOptions;

  /**
   * Makes the problem.
   *
   * @param status Status code of the answer.
   * @param detail One sentence for the client: no secrets.
   * @param options The rest of it.
   */
  constructor(status: ContentfulStatusCode, detail: string, options: ProblemOptions = {}) {
    super(detail);
    this.status = status;
    this.options = options;
  }
}

/** Names of status codes, as far as they are given. */
const titles: Readonly<Record<number, string>> = {
  400: "Bad Request",
  401: "Unauthorized",
  403: "Forbidden",
  404: "Not Found",
  405: "Method Not Allowed",
  408: "Request Timeout",
  409: "Conflict",
  410: "Gone",
  413: "Content Too Large",
  415: "Unsupported Media Type",
  421: "Misdirected Request",
  422: "Unprocessable Content",
  429: "Too Many Requests",
  500: "Internal Server Error",
  502: "Bad Gateway",
  503: "Service Unavailable",
  504: "Gateway Timeout",
};

/** The body of such an answer; some have more members. */
export interface ProblemBody {
  /** No other type than what the status says. */
  readonly type: "about:blank";
  /** The status in words. */
  readonly title: string;
  /** Status code of the answer. */
  readonly status: number;
  /** What is wrong, in a sentence. */
  readonly detail: string;
  /** Id of the request, by which the log can be searched. */
  readonly request: string;
}

/** Its schema. */
export const problemSchema: z.ZodType<ProblemBody> = z.looseObject({
  type: z.literal("about:blank"),
  title: z.string(),
  status: z.int(),
  detail: z.string(),
  request: z.string(),
}).openapi("Problem");

/** The answer to a request that met a problem. */
export function problemResponse({ status, message, options }: Problem, request: string): Response {
  const body = { type: "about:blank", title: titles[status] ?? "Error", status, detail: message, request };
  return new Response(JSON.stringify({ ...options.more, ...body }), {
    status,
    headers: { "content-type": "application/problem+json", ...options.headers },
  });
}

/** What a schema says is wrong, and where. */
export function tellIssue({ path, message }: z.core.$ZodIssue, whole = "the body"): string {
  return `${path.join(".") || whole}: ${message}`;
}

/** Does something; a `RangeError` about what the client sent is told to it as it stands. */
export async function telling<T>(work: () => T | Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw error instanceof RangeError ? new Problem(422, error.message) : error;
  }
}
