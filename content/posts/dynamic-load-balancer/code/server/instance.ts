// An example of an instance. `/work` takes WORK_MS on average; FAULT makes it misbehave there.

import express from "express";

const work = Number(process.env["WORK_MS"] ?? 20);
const fault = process.env["FAULT"] ?? "none";
const app = express();
app.get("/health", (_req, res) => void res.send("ok"));
app.get("/crash", () => process.exit(1));
app.get("/work", async (_req, res) => {
  if (fault === "broken") return void res.status(500).send("broken");
  if (fault === "hang") return;
  const time = -work * Math.log(1 - Math.random());
  await Bun.sleep(fault === "slow" ? 10 * time : time);
  res.send("done");
});

const server = app.listen(0, "127.0.0.1", () => {
  const address = server.address();
  if (address && typeof address === "object") process.send?.({ port: address.port });
});
process.on("SIGTERM", () => process.exit(0)); // the balancer has drained it
process.on("disconnect", () => process.exit(0)); // the balancer is gone
