// Each computed table is computed again, and must come out byte for byte.

import { expect, test } from "bun:test";

const code = new URL("..", import.meta.url).pathname;

/** All at once, so that every core has something to do. */
const computed = ["sinkhole", "attraction", "thresholds", "calm", "loops", "flapping"].map((name) => {
  const child = Bun.spawn(["bun", `harness/${name}.ts`], { cwd: code, stdout: "pipe", stderr: "inherit" });
  return { name, text: new Response(child.stdout).text() };
});

for (const { name, text } of computed) {
  test(`results/${name}.csv is what harness/${name}.ts computes`, async () => {
    expect(await text).toBe(await Bun.file(`${code}../results/${name}.csv`).text());
  });
}
