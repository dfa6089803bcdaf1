// Takes the place of a compiler: waits, then writes one file, made of all that a bundler reads: sources, what the
// packages it uses have built, the locked version of a library, environment, the Node.js that runs it.
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";

const text = (name) => readFileSync(name, "utf8");
const { REGION = "none", CURRENCY = "none", BUILD_MS = "0" } = process.env;
await new Promise((done) => setTimeout(done, Number(BUILD_MS)));

const locked = (library) => text("../../bun.lock").match(`"${library}@([^"]+)"`)[1];
const built = (name) => text(`../../packages/${name.slice("@shop/".length)}/dist/index.mjs`);
const { dependencies = {} } = JSON.parse(text("package.json"));
const used = Object.keys(dependencies).map((name) =>
  name.startsWith("@shop/") ? built(name) : `// ${name} ${locked(name)}\n`);
const sources = readdirSync("src").sort().map((name) => text(`src/${name}`));
const [major] = process.versions.node.split(".");
const header = `// region ${REGION}, currency ${CURRENCY}, Node.js ${major}\n`;
mkdirSync("dist", { recursive: true });
writeFileSync("dist/index.mjs", [header, ...used, ...sources].join(""));
