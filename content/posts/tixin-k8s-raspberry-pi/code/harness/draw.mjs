// Draws the article's first figure from results/timeline.csv: `node draw.mjs RESULTS FILE`.

import { readFileSync, writeFileSync } from "node:fs";

const [results, file] = process.argv.slice(2);
const rows = readFileSync(`${results}/timeline.csv`, "utf8").trim().split("\n").slice(2).map((line) => {
  const [, name, second, percent] = /^"([^"]*)",([^,]*),(.*)$/.exec(line);
  return { name, second: Number(second), percent: Number(percent) };
});

const LEFT = 46;
const WIDTH = 284;
const HEIGHT = 92;
const END = 120;
const number = (it) => String(Math.round(it * 10) / 10);
const x = (second) => number(LEFT + (second / END) * WIDTH);

const panel = (top, setup, title) => {
  const y = (percent) => number(top + 28 + HEIGHT * (1 - percent / 100));
  const line = (dead) => {
    const points = rows.filter((it) => it.name === `${setup}, ${dead} dies`);
    const [first, ...others] = points.map((it) => [x(it.second), y(it.percent)]);
    return `M${first.join(" ")}` + others.map(([px, py]) => `H${px}V${py}`).join("");
  };
  const ticks = [0, 50, 100].map((it) => `<text x="38" y="${number(Number(y(it)) + 5)}" text-anchor="end">${it}</text>`).join("");
  return `<text x="0" y="${top + 14}">${title}</text>
<g class="faint" fill="none" stroke="currentColor"><path d="M${LEFT} ${y(100)}V${y(0)}H${x(END)}"/></g>
<g class="soft">${ticks}</g>
<g class="hue" fill="none" stroke="currentColor" stroke-width="3"><path d="${line("agent")}"/></g>
<g fill="none" stroke="currentColor" stroke-width="2" stroke-dasharray="6 4"><path d="${line("server")}"/></g>`;
};

const seconds = [0, 30, 60, 90, 120].map((it) => `<text x="${x(it)}" y="290" text-anchor="${it === END ? "end" : "middle"}">${it}</text>`).join("");

writeFileSync(file, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 340 346" width="384" height="391">
<g font-family="ui-monospace, monospace" font-size="14" fill="currentColor" stroke="none">
${panel(0, "first", "as k3s starts, answered %")}
${panel(144, "last", "after five changes")}
<g class="soft">${seconds}<text x="${x(60)}" y="312" text-anchor="middle">seconds after the power is gone</text></g>
<g class="hue" fill="none" stroke="currentColor" stroke-width="3"><path d="M46 333H70"/></g><text x="78" y="338">agent dies</text>
<path fill="none" stroke="currentColor" stroke-width="2" stroke-dasharray="6 4" d="M190 333H214"/><text x="222" y="338">server dies</text>
</g>
</svg>
`);
