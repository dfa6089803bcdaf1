// The curves that need no clock, from the arithmetic of core.js: bun curves.ts NAME
import { inventedTickets, waitForQuiet } from "./core.js";

const MINUTE = 60;           // seconds, and one sweep
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

// How long a healer waits for an event to fall quiet.
export function quiet(): string {
  const rows = ["sales_per_minute,grace,wait_s"];
  for (const grace of [1, 5, 60])
    for (const sales of [1, 2, 3, 4, 6, 8, 10, 15, 20, 30, 45, 60, 90, 120, 180, 240, 300]) {
      const wait = waitForQuiet(sales / MINUTE, grace);
      if (wait <= 30 * DAY) rows.push(`${sales},${grace} s,${Number(wait.toPrecision(3))}`);
    }
  return "# computed: (exp(rate * grace) - 1) / rate, for random arrivals; waits over 30 days left out\n"
    + rows.join("\n") + "\n";
}

// What a healer by event invents in an event that sells steadily, if it sweeps each minute.
export function tickets(): string {
  const rows = ["sales_per_minute,gap_ms,hour,day,month"];
  for (const sales of [6, 60, 600])
    for (const gapMs of [20, 200]) {
      const inFlight = (sales / MINUTE) * (gapMs / 1000);
      const after = [HOUR, DAY, 30 * DAY].map((time) => inventedTickets(inFlight, time / MINUTE).toPrecision(2));
      rows.push([sales, gapMs, ...after].join(","));
    }
  return "# computed: mean of the most sales in flight over all sweeps, one a minute, for random arrivals\n"
    + rows.join("\n") + "\n";
}

if (import.meta.main) process.stdout.write({ quiet, tickets }[process.argv[2]]!());
