import { assert, assertEquals, assertMatch } from "@std/assert";
import { type AddressInfo, createServer, type Socket } from "node:net";
import { gzipSync } from "node:zlib";
import { type Answer, AskError } from "../ask/ask.ts";
import { openaiAsk } from "./openai_ask.ts";

/** Asks a server that answers with these bytes, whatever they are, and gives what comes. */
async function askBytes(send: string | ((socket: Socket) => void), timeout = 10_000): Promise<Answer | AskError> {
  const sockets: Socket[] = [];
  const server = createServer((socket) => {
    sockets.push(socket);
    socket.on("error", () => {}); // whoever asked may be gone
    socket.once("data", () => typeof send === "string" ? socket.end(send) : send(socket));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const baseURL = `http://127.0.0.1:${(server.address() as AddressInfo).port}/refused`;
  const question = { messages: [{ role: "user", content: "A or B?" }], maxTokens: 5, temperature: 0 } as const;
  try {
    return await openaiAsk({ model: "judge", baseURL, timeout })(question).catch((error) => {
      assert(error instanceof AskError, `${error}`);
      return error;
    });
  } finally {
    for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => server.close(resolve));
  }
}

const head = "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n";
const bodied = (body: string, headers = head) => `${headers}content-length: ${body.length}\r\n\r\n${body}`;
const choices = [{ message: { content: "A" }, finish_reason: "stop" }];
const completion = JSON.stringify({ choices });

Deno.test("openaiAsk() takes no cost that cannot be one", async () => {
  const most = Number.MAX_SAFE_INTEGER; // two of them are no sum
  for (const count of ["-1", "1e308", "0.5", '"3"', "null", "{}", `${most}`]) {
    const usage = `{"prompt_tokens": ${count}, "completion_tokens": 1}`;
    const body = `{"choices": ${JSON.stringify(choices)}, "usage": ${usage}}`;
    assertEquals(await askBytes(bodied(body)), { text: "A", finish: "stop" }, count);
  }
});

Deno.test("openaiAsk() calls answers by their name that are none", async () => {
  const message = (message: object) => bodied(JSON.stringify({ choices: [{ message }] }));
  const bad: [string, RegExp][] = [
    [message({ content: [{ type: "text", text: "A" }] }), /content: .* received array$/],
    [bodied('{"choices": []}'), /found choices: /],
    [bodied('{"error": {"message": "Nobody\\u001b[2J is home", "code": 502}}'), /found an error: Nobody \[2J is home$/],
    [bodied(`{"choices": ${"[".repeat(1e5)}${"]".repeat(1e5)}}`), /found choices\.0: /],
    [bodied('{"usage": NaN}'), /no JSON/],
    [`${head}content-length: 20\r\n\r\n${completion}`, /no JSON/], // of which no more is read
    ["HTTP/1.1 204 No Content\r\n\r\n", /found the body: /],
    ["HTTP/1.1 307 Again\r\nlocation: /refused/chat/completions\r\ncontent-length: 0\r\n\r\n", /another address/],
  ];
  for (const [bytes, expected] of bad) {
    const failure = await askBytes(bytes);
    assert(failure instanceof AskError, bytes);
    assertMatch(failure.message, expected);
    assertEquals([failure.kind, failure.free], ["question", bytes.includes(" 307 ")]);
  }
  const calls = message({ content: null, tool_calls: [{}] });
  assertEquals(await askBytes(calls), { text: "", finish: "stop" }); // an answer, in which no judge finds a verdict
});

Deno.test("openaiAsk() may try again where a connection breaks, and does not know what it cost", async () => {
  const broken: (string | ((socket: Socket) => void))[] = [
    ...[`${head}content-length: 2000\r\n\r\n${completion}`, `${head}content-length: -5\r\n\r\n${completion}`],
    ...[`${head}content-encoding: gzip\r\n${bodied(completion, "")}`, "HTTP/1.1 200 O", "SSH-2.0\r\n"],
    ...[`${head}transfer-encoding: chunked\r\n\r\n5\r\n{"a":\r\n`, (socket: Socket) => socket.resetAndDestroy()],
  ];
  for (const send of broken) {
    const failure = await askBytes(send);
    assert(failure instanceof AskError, `${send}`);
    assertEquals([failure.kind, failure.free, failure.message.includes("\n")], ["transient", false, false], `${send}`);
  }
  const answer = await askBytes(`HTTP/1.1 100 Continue\r\n\r\n${bodied(completion)}`);
  assertEquals(answer, { text: "A", finish: "stop" });
});

Deno.test("openaiAsk() waits no longer than its timeout, whatever keeps it waiting", async () => {
  const often = (text: string) => (socket: Socket) => {
    const timer = setInterval(() => socket.write(text), 5);
    socket.on("close", () => clearInterval(timer));
  };
  const slow = [
    (socket: Socket) => (socket.write("HTTP/1.1 200 OK\r\nx: "), often("a")(socket)),
    often("HTTP/1.1 100 Continue\r\n\r\n"),
    (socket: Socket) => (socket.write(`${head}content-length: 9999\r\n\r\n`), often(" ")(socket)),
    (socket: Socket) => socket.write(`${head}transfer-encoding: chunked\r\n\r\n5\r\n{"a":\r\n`),
  ];
  const failures = await Promise.all(slow.map((send) => askBytes(send, 150)));
  for (const failure of failures) {
    assert(failure instanceof AskError);
    assertMatch(failure.message, /no answer within 150 ms; give it more time, or ask less at a time$/);
  }
});

Deno.test("openaiAsk() reads no more than 4 MiB, whatever headers say", async () => {
  const bomb = gzipSync(new Uint8Array(2 ** 26));
  const megabyte = `100000\r\n${" ".repeat(2 ** 20)}\r\n`;
  const both = `${head}content-length: 5\r\ntransfer-encoding: chunked\r\n\r\n`; // chunks win
  const sends = [
    (socket: Socket) => {
      socket.write(`${head}content-encoding: gzip\r\ncontent-length: ${bomb.length}\r\n\r\n`);
      socket.write(bomb);
    },
    (socket: Socket) => socket.end(`${both}${megabyte.repeat(8)}0\r\n\r\n`),
  ];
  for (const send of sends) {
    const failure = await askBytes(send);
    assert(failure instanceof AskError);
    assertEquals([failure.kind, failure.free], ["question", false]);
    assertMatch(failure.message, /up to 4194304 bytes .* but found more$/);
  }
});
