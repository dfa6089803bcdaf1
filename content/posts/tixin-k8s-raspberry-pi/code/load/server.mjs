// A service with eight workers of 5 ms each, so at most 1,600 answers/s. `POST /stall?ms=N` stops the
// workers for N ms, as a pause of the garbage collector or of a disk does. Prints its port.

import http from "node:http";

const WORKERS = 8;
const SERVICE_MS = 5;

let free = WORKERS;
let stalled = false;
const waiting = [];

function work(answer) {
  free--;
  setTimeout(() => {
    answer.end("ok");
    free++;
    startWaiting();
  }, SERVICE_MS);
}

function startWaiting() {
  while (!stalled && free > 0 && waiting.length > 0) work(waiting.shift());
}

function stall(ms) {
  stalled = true;
  setTimeout(() => {
    stalled = false;
    startWaiting();
  }, ms);
}

const server = http.createServer((request, answer) => {
  const url = new URL(request.url, "http://localhost");
  if (url.pathname === "/healthz") return void answer.end("ok");
  if (request.method === "POST" && url.pathname === "/stall") {
    stall(Math.min(Number(url.searchParams.get("ms")) || 0, 5000));
    return void answer.end();
  }
  waiting.push(answer);
  startWaiting();
});
server.keepAliveTimeout = 30_000;
server.listen(0, "127.0.0.1", () => console.log(server.address().port));
