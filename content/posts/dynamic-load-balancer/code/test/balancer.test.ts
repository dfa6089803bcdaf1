// What a request, a client and an instance may do to the real balancer. Instances are stubs here.

import { expect, test } from "bun:test";
import { createConnection } from "node:net";
import { ready, stage, until, type Stage } from "./stage";

const loads = async (it: Stage): Promise<number[]> => (await it.status()).instances.map((one: { load: number }) => one.load);
const total = async (it: Stage): Promise<number> => (await loads(it)).reduce((sum, load) => sum + load, 0);
const ended = (it: Stage) => it.journal.flatMap(({ event }) => (event.kind === "end" ? [event.outcome] : []));

/** The request for this path, at whichever instance it has gone to. */
function arrived(it: Stage, path: string) {
  return Promise.race([...it.stubs.values()].map((stub) => stub.request(path)));
}

async function holder(it: Stage, path: string) {
  return Promise.race([...it.stubs].map(async ([id, stub]) => ({ ...(await stub.request(path)), id })));
}

function check(name: string, run: (it: Stage) => Promise<void>, settings = {}): void {
  test(name, async () => {
    const it = await ready(settings);
    try {
      await run(it);
    } finally {
      await it.end();
    }
  });
}

check("load counts until the body has ended, not until the headers are there", async (it) => {
  const answer = fetch(`${it.url}/a`);
  const { res } = await arrived(it, "/a");
  res.write("first");
  await answer;
  expect(await total(it)).toBe(1);
  res.end("last");
  expect(await (await answer).text()).toBe("firstlast");
  await until(async () => (await total(it)) === 0);
  expect(ended(it)).toEqual(["ok"]);
});

check("a client that leaves takes its load with it, and is no evidence against the instance", async (it) => {
  for (const path of ["/a", "/b"]) {
    const leave = new AbortController();
    fetch(it.url + path, { signal: leave.signal }).catch(() => {});
    const { res } = await arrived(it, path);
    if (path === "/b") res.write("first");
    const closed = new Promise((resolve) => res.once("close", resolve));
    leave.abort();
    await closed; // the abort reaches the instance as well
  }
  await until(async () => (await total(it)) === 0);
  expect(ended(it)).toEqual(["aborted", "aborted"]);
});

check("a connection that breaks before the answer is a 502 and leaves no load", async (it) => {
  const answer = fetch(`${it.url}/a`, { method: "POST", body: "once" }); // fetch repeats a GET, not a POST
  const { req } = await arrived(it, "/a");
  req.socket.destroy();
  expect((await answer).status).toBe(502);
  await until(async () => (await total(it)) === 0);
  expect(ended(it)).toEqual(["failed"]);
});

check("an answer that breaks off reaches the client as broken", async (it) => {
  const answer = fetch(`${it.url}/a`);
  const { req, res } = await arrived(it, "/a");
  res.write("first");
  await answer;
  req.socket.destroy();
  await expect((await answer).text()).rejects.toThrow();
  await until(() => ended(it).length === 1);
  expect(ended(it)).toEqual(["failed"]);
});

check(
  "an instance that falls silent is a 504 before its answer, and a broken body within it",
  async (it) => {
    expect((await fetch(`${it.url}/a`)).status).toBe(504);
    const answer = fetch(`${it.url}/b`);
    (await arrived(it, "/b")).res.write("first");
    await expect((await answer).text()).rejects.toThrow();
    await until(() => ended(it).length === 2);
    expect(ended(it)).toEqual(["failed", "failed"]);
    expect(await total(it)).toBe(0);
  },
  { requestTimeout: 150 },
);

check(
  "a client that uploads slowly is not held against the instance",
  async (it) => {
    const { port } = new URL(it.url);
    const client = createConnection(Number(port), "127.0.0.1");
    client.write("POST /a HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\nonly this");
    await until(() => ended(it).length === 1);
    client.destroy();
    expect(ended(it)).toEqual(["aborted"]);
  },
  { requestTimeout: 150 },
);

check("fields of one connection stay on it, in both directions", async (it) => {
  const { port } = new URL(it.url);
  const client = createConnection(Number(port), "127.0.0.1");
  client.write("GET /a HTTP/1.1\r\nHost: shop.example\r\nConnection: x-mine\r\nX-Mine: 1\r\nX-Kept: 2\r\nTE: gzip\r\n\r\n");
  const { req, res } = await arrived(it, "/a");
  expect(req.headers["x-mine"]).toBeUndefined();
  expect(req.headers["te"]).toBeUndefined();
  expect(req.headers["x-kept"]).toBe("2");
  expect(req.headers["host"]).toBe("shop.example");
  expect(req.headers["via"]).toBe("1.1 balancer");
  expect(req.headers["x-forwarded-for"]).toContain("127.0.0.1");
  res.writeHead(200, { connection: "x-yours", "x-yours": "1", "set-cookie": ["a=1", "b=2"], "content-length": "4" });
  res.end("done");
  const answer = await new Promise<string>((resolve) => {
    let text = "";
    client.on("data", (chunk) => (text += chunk).endsWith("done") && resolve(text));
  });
  client.destroy();
  expect(answer.toLowerCase()).not.toContain("x-yours");
  expect(answer.toLowerCase().match(/set-cookie: /g)).toHaveLength(2);
});

check("a compressed body and a redirect pass through as they are", async (it) => {
  const answer = fetch(`${it.url}/a`, { redirect: "manual", decompress: false });
  const { res } = await arrived(it, "/a");
  const body = Bun.gzipSync("elsewhere");
  res.writeHead(302, { location: "/b", "content-encoding": "gzip", "content-length": body.length }).end(body);
  const { status, headers } = await answer;
  expect([status, headers.get("location"), headers.get("content-encoding")]).toEqual([302, "/b", "gzip"]);
  expect(Buffer.from(await (await answer).arrayBuffer())).toEqual(Buffer.from(body));
});

check("an upload arrives whole", async (it) => {
  const body = "x".repeat(1_000_000);
  const answer = fetch(`${it.url}/a`, { method: "PUT", body });
  const { req, res } = await arrived(it, "/a");
  let length = 0;
  for await (const chunk of req) length += chunk.length;
  res.end(String(length));
  expect(await (await answer).text()).toBe("1000000");
});

check(
  "a draining instance ends what it has and gets nothing new",
  async (it) => {
    const old = fetch(`${it.url}/old`);
    const { res, id } = await holder(it, "/old");
    for (const stub of it.stubs.values()) stub.health = "bad"; // three failed checks replace an instance
    for (let checks = 0; checks < 3; checks++) await it.balancer.tick();
    await until(async () => (await it.status()).instances.filter((one: any) => one.state === "ready").length === 2);
    const draining = (await it.status()).instances.filter((one: any) => one.state === "draining");
    expect(draining.map((one: any) => [one.id, one.load])).toEqual([[id, 1]]); // the idle one has been stopped already
    expect(it.stubs.get(id)!.stopped).toBe(false);
    res.end("complete");
    expect(await (await old).text()).toBe("complete");
    await until(() => it.stubs.get(id)!.stopped);
  },
);

check("an instance that crashes is replaced at once; its requests fail", async (it) => {
  const answer = fetch(`${it.url}/a`, { method: "POST", body: "once" });
  const { id } = await holder(it, "/a");
  it.stubs.get(id)!.exit();
  expect((await answer).status).toBe(502);
  await until(async () => (await it.status()).instances.filter((one: any) => one.state === "ready").length === 2);
  expect((await it.status()).instances.map((one: any) => one.id)).not.toContain(id);
  await until(() => ended(it).length === 1); // its end comes after its exit, and changes nothing
  expect(await total(it)).toBe(0);
});

test("a program that crashes at its start costs one start per instance and check", async () => {
  const it = await stage({}, (stub) => stub.exit());
  for (let ticks = 1; ticks <= 3; ticks++) {
    await it.balancer.tick();
    await until(() => it.journal.filter(({ event }) => event.kind === "exit").length === 2 * ticks);
    expect(it.stubs.size).toBe(2 * ticks);
  }
  expect((await fetch(it.url)).status).toBe(503);
  await it.end();
});

check(
  "an instance whose health check is silent gets no requests, and gets them again later",
  async (it) => {
    it.stubs.get(1)!.health = "silent";
    await it.balancer.tick();
    for (const path of ["/a", "/b", "/c"]) {
      const answer = fetch(it.url + path);
      (await it.stubs.get(2)!.request(path)).res.end();
      await (await answer).text();
    }
    it.stubs.get(1)!.health = "good";
    await it.balancer.tick();
    fetch(`${it.url}/d`).catch(() => {});
    fetch(`${it.url}/e`).catch(() => {});
    await Promise.race(["/d", "/e"].map((path) => it.stubs.get(1)!.request(path)));
  },
  { healthTimeout: 150 },
);
