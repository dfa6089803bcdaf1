// Carries one request to an instance and its answer back. Resolves when the answer's body has ended.

import type { Request, Response } from "express";
import { Readable } from "node:stream";
import type { Outcome } from "../core/outlier";
import { endToEnd, requestFields } from "./headers";

export type Target = {
  url: string;
  /** The longest silence, before the answer or within it, ms. */
  silence: number;
};

/** Never throws: what went wrong is the outcome, and the client has been told. */
// #region forward
export async function forward(req: Request, res: Response, target: Target): Promise<Outcome> {
  const watch = new Watch(target.silence);
  res.on("close", () => watch.stop("the client left"));
  try {
    const answer = await ask(req, target.url, watch);
    await copy(answer, res, watch); // resolves after the last byte
    return answer.status >= 500 ? "failed" : "ok";
  } catch {
    if (res.headersSent) res.destroy(); // the client must see that the answer is cut
    else res.status(watch.cause === "silence" ? 504 : 502).end();
    return watch.cause === "the client left" ? "aborted" : "failed";
  } finally {
    watch.end();
  }
}
// #endregion

function ask(req: Request, url: string, watch: Watch): Promise<globalThis.Response> {
  return fetch(url + req.originalUrl, {
    method: req.method,
    headers: requestFields(req.headers, req.socket.remoteAddress ?? "unknown"),
    body: content(req, watch),
    signal: watch.signal,
    redirect: "manual",
    decompress: false, // the bytes as they are, or Content-Length would be wrong
  });
}

function content(req: Request, watch: Watch): ReadableStream | undefined {
  if (req.method === "GET" || req.method === "HEAD") return void req.resume();
  const progress = new TransformStream({
    start: () => watch.client(),
    transform(chunk, controller) {
      watch.client(); // a slow upload is not the instance's fault
      controller.enqueue(chunk);
    },
    flush: () => watch.instance(),
  });
  return (Readable.toWeb(req) as unknown as ReadableStream).pipeThrough(progress);
}

async function copy(answer: globalThis.Response, res: Response, watch: Watch): Promise<void> {
  res.status(answer.status);
  for (const [name, value] of endToEnd(answer.headers)) res.appendHeader(name, value);
  res.flushHeaders();
  const chunks = (answer.body ?? []) as unknown as AsyncIterable<Uint8Array>;
  for await (const chunk of chunks) {
    if (!res.write(chunk)) await drained(res, watch);
    watch.instance();
  }
  res.end();
}

/** Waits for a client that reads slowly. If it leaves, the signal rejects. */
function drained(res: Response, watch: Watch): Promise<void> {
  watch.client();
  return new Promise((resolve, reject) => {
    res.once("drain", resolve);
    watch.signal.addEventListener("abort", () => reject(watch.signal.reason), { once: true });
  });
}

type Cause = "the client left" | "silence";

/** Aborts after a silence, and knows whose turn it was to speak. */
class Watch {
  private readonly abort = new AbortController();
  private timer: Timer | undefined;
  readonly signal = this.abort.signal;
  cause: Cause | undefined;

  constructor(private readonly silence: number) {
    this.instance();
  }

  instance(): void {
    this.arm("silence");
  }

  client(): void {
    this.arm("the client left");
  }

  stop(cause: Cause): void {
    this.end();
    this.cause ??= cause;
    this.abort.abort(new Error(cause));
  }

  end(): void {
    clearTimeout(this.timer);
  }

  private arm(cause: Cause): void {
    this.end();
    this.timer = setTimeout(() => this.stop(cause), this.silence);
  }
}
