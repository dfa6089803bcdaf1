// An instance for tests: each request waits, under its path, until the test decides how it ends.

import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { Launched } from "../server/balancer";

export type Held = { req: IncomingMessage; res: ServerResponse };

export class Stub {
  private readonly held = new Map<string, PromiseWithResolvers<Held>>();
  private readonly listening = Promise.withResolvers<string>();
  private readonly exited = Promise.withResolvers<void>();
  private readonly server = createServer((req, res) => {
    if (req.url !== "/health") return this.slot(req.url!).resolve({ req, res });
    if (this.health === "silent") return;
    res.statusCode = this.health === "good" ? 200 : 503;
    res.end();
  });
  health: "good" | "bad" | "silent" = "good";
  stopped = false;

  /** The request for this path, as soon as it has arrived. */
  request(path: string): Promise<Held> {
    return this.slot(path).promise;
  }

  /** Begins to listen: the end of its boot. */
  boot(): void {
    this.server.listen(0, "127.0.0.1", () => {
      this.listening.resolve(`http://127.0.0.1:${(this.server.address() as AddressInfo).port}`);
    });
  }

  launched(): Launched {
    return { url: this.listening.promise, exited: this.exited.promise, stop: () => this.exit() };
  }

  exit(): void {
    this.stopped = true;
    this.server.close();
    this.server.closeAllConnections();
    this.exited.resolve();
  }

  private slot(path: string): PromiseWithResolvers<Held> {
    const slot = this.held.get(path) ?? Promise.withResolvers<Held>();
    this.held.set(path, slot);
    return slot;
  }
}
