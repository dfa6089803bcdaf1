// What a client that reads slowly, or leaves in the middle of a write, does to one request.

import { expect, test } from "bun:test";
import type { Request, Response } from "express";
import { EventEmitter, getEventListeners } from "node:events";
import { drained, forward, Watch } from "../server/forward";

/** Takes what a response is given. Its buffer is full after each chunk. */
class Client extends EventEmitter {
  headersSent = false;
  status = () => this;
  appendHeader = () => this;
  flushHeaders = () => void (this.headersSent = true);
  end = () => {};
  destroy = () => {};

  constructor(private readonly reacts: (client: Client) => void) {
    super();
  }

  write(): boolean {
    this.reacts(this);
    return false;
  }
}

const response = (client: Client) => client as unknown as Response;

test(
  "a client that leaves within a write ends its request",
  async () => {
    const instance = Bun.serve({ port: 0, hostname: "127.0.0.1", fetch: () => new globalThis.Response("half a file") });
    const req = { method: "GET", originalUrl: "/", headers: {}, socket: {}, resume: () => {} } as unknown as Request;
    const leaves = new Client((client) => client.emit("close")); // before anyone waits for the drain
    try {
      const target = { url: instance.url.origin, silence: 60_000 };
      expect(await forward(req, response(leaves), target)).toBe("aborted");
    } finally {
      await instance.stop(true);
    }
  },
  5_000, // without the check for it, the request never ends and its load stays
);

test("an answer that waits for its client many times keeps no listeners", async () => {
  const watch = new Watch(60_000);
  const client = new Client(() => {});
  for (let pauses = 0; pauses < 20; pauses++) {
    const resumed = drained(response(client), watch);
    expect(getEventListeners(watch.signal, "abort")).toHaveLength(1);
    client.emit("drain");
    await resumed;
  }
  expect(getEventListeners(watch.signal, "abort")).toHaveLength(0);
  const last = drained(response(client), watch);
  watch.stop("the client left");
  await expect(last).rejects.toThrow("the client left");
  expect(client.listenerCount("drain")).toBe(0);
});
