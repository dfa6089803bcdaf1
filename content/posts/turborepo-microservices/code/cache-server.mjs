// A remote cache in memory, with the four requests that turbo makes: status, upload, download, events. It keeps each artifact with the tag that came
// with it, and verifies nothing: the tag is for those who download.
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
  if (key === "status" || key === "events") {
    await bodyOf(request);
    response.end(JSON.stringify({ status: "enabled" }));
  } else if (request.method === "PUT") {
    artifacts.set(key, { body: await bodyOf(request), tag: request.headers["x-artifact-tag"] });
    response.writeHead(202).end(JSON.stringify({ urls: [] }));
  } else if (found === undefined) {
    response.writeHead(404).end();
  } else {
    const fields = { "content-length": found.body.length, ...(found.tag && { "x-artifact-tag": found.tag }) };
    response.writeHead(200, fields).end(request.method === "HEAD" ? undefined : found.body);
  }
});
server.listen(0, "127.0.0.1", () => console.log(server.address().port));
