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
    if (res.headersSent) res.destroy(); // half a file must not look whole
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

/** Waits for a client that reads slowly. If it leaves, or has left, the signal rejects. */
export async function drained(res: Response, watch: Watch): Promise<void> {
  const { signal } = watch;
  signal.throwIfAborted(); // neither event would come any more
  watch.client();
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const drain = () => resolve();
  const abort = () => reject(signal.reason);
  res.once("drain", drain);
  signal.addEventListener("abort", abort, { once: true });
  try {
    await promise;
  } finally {
    res.off("drain", drain);
    signal.removeEventListener("abort", abort); // one more for each pause of a long answer
  }
}

type Cause = "the client left" | "silence";

/** Aborts after a silence, and knows whose turn it was to speak. */
export class Watch {
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
