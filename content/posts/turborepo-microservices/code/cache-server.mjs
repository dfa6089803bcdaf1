// A remote cache in memory, with the four requests that turbo makes: status, upload, download, events. Whoever has the
// token "write" may upload. It keeps each artifact with the tag that came with it, and verifies nothing: the tag is for
// those who download.
import { createServer } from "node:http";

const artifacts = new Map();

async function bodyOf(request) {
  const chunks = [];
  for await (const chunk of request) chunks.push(chunk);
  return Buffer.concat(chunks);
}

const server = createServer(async (request, response) => {
  const { pathname } = new URL(request.url, "http://localhost");
  const key = pathname.replace("/v8/artifacts/", "");
  const found = artifacts.get(key);
  const body = await bodyOf(request);
  if (key === "status" || key === "events") {
    response.end(JSON.stringify({ status: "enabled" }));
  } else if (request.method === "PUT" && request.headers.authorization !== "Bearer write") {
    response.writeHead(403).end(JSON.stringify({ code: "forbidden", message: "this token may only read" }));
  } else if (request.method === "PUT") {
    artifacts.set(key, { body, tag: request.headers["x-artifact-tag"] });
    response.writeHead(202).end(JSON.stringify({ urls: [] }));
  } else if (found === undefined) {
    response.writeHead(404).end();
  } else {
    const tag = found.tag && { "x-artifact-tag": found.tag };
    response.writeHead(200, { "content-length": found.body.length, ...tag });
    response.end(request.method === "HEAD" ? undefined : found.body);
  }
});
server.listen(0, "127.0.0.1", () => console.log(server.address().port));
