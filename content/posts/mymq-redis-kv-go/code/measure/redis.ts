/** A client for RESP, as far as the experiments need one: replies in order. */
import { createConnection, type Socket } from "node:net";

export type Reply = string | number | null | Error | Reply[];

export class Redis {
  private buffer = Buffer.alloc(0);
  private waiting: { resolve: (reply: Reply) => void; reject: (error: Error) => void }[] = [];
  private constructor(private socket: Socket) {
    socket.on("data", (bytes) => this.take(bytes));
    socket.on("error", () => {});
    socket.on("close", () => {
      for (const { reject } of this.waiting) reject(new Error("closed"));
      this.waiting = [];
    });
  }

  /** Tries until the server is there. */
  static async connect(port: number): Promise<Redis> {
    for (let left = 400; ; left--) {
      const client = await Redis.once(port).catch(() => undefined);
      if (client && (await client.do("PING")) === "PONG") return client;
      client?.close();
      if (left === 0) throw new Error(`no server at port ${port}`);
      await new Promise((resolve) => setTimeout(resolve, 25));
    }
  }

  private static once(port: number): Promise<Redis> {
    return new Promise((resolve, reject) => {
      const socket = createConnection({ port, host: "127.0.0.1", noDelay: true });
      socket.once("connect", () => resolve(new Redis(socket)));
      socket.once("error", reject);
    });
  }

  do(...words: (string | number)[]): Promise<Reply> {
    const args = words.map(String).map((word) => `$${Buffer.byteLength(word)}\r\n${word}\r\n`);
    return new Promise((resolve, reject) => {
      this.waiting.push({ resolve, reject });
      this.socket.write(`*${args.length}\r\n${args.join("")}`);
    });
  }

  close() {
    this.socket.destroy();
  }

  private take(bytes: Buffer) {
    this.buffer = Buffer.concat([this.buffer, bytes]);
    let at = 0;
    for (let parsed; (parsed = parse(this.buffer, at)); at = parsed.next) {
      this.waiting.shift()?.resolve(parsed.reply);
    }
    this.buffer = this.buffer.subarray(at);
  }
}

/** Undefined: the reply is not whole yet. */
function parse(buffer: Buffer, from: number): { reply: Reply; next: number } | undefined {
  const end = buffer.indexOf("\r\n", from);
  if (end < 0) return;
  const kind = String.fromCharCode(buffer[from]!);
  const text = buffer.toString("utf8", from + 1, end);
  const length = Number(text);
  let next = end + 2;
  if (kind === "$" && length >= 0) {
    if (buffer.length < next + length + 2) return;
    return { reply: buffer.toString("utf8", next, next + length), next: next + length + 2 };
  }
  if (kind === "*" && length >= 0) {
    const items: Reply[] = [];
    for (let item; items.length < length; next = item.next) {
      item = parse(buffer, next);
      if (!item) return;
      items.push(item.reply);
    }
    return { reply: items, next };
  }
  if (kind === ":") return { reply: length, next };
  if (kind === "-") return { reply: new Error(text), next };
  return { reply: kind === "+" ? text : null, next };
}
