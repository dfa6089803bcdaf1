// CSV with provenance: the first line says where the numbers come from.

import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

export const results = (name) => join(process.env.RESULTS, name);

export function csv(origin, rows) {
  const columns = Object.keys(rows[0]);
  const lines = rows.map((row) => columns.map((column) => row[column]).join(","));
  return [`# ${origin}`, columns.join(","), ...lines, ""].join("\n");
}

export const save = (name, text) => writeFileSync(results(name), text);
export const saved = (name) => readFileSync(results(name), "utf8");

export function rowsOf(text) {
  const [head, ...lines] = text.trim().split("\n").filter((line) => !line.startsWith("#"));
  const columns = head.split(",");
  return lines.map((line) => Object.fromEntries(line.split(",").map((cell, i) =>
    [columns[i], cell !== "" && Number.isFinite(Number(cell)) ? Number(cell) : cell])));
}

export function measured(how) {
  const day = new Date().toISOString().slice(0, 10);
  const server = execFileSync(`${process.env.PGBIN}/postgres`, ["--version"], { encoding: "utf8" })
    .match(/\d+\.\d+/)[0];
  return `measured: ${day}, two shared x86-64 cores, PostgreSQL ${server} with its default durability, Node.js ${process.versions.node.split(".")[0]}, ${how}`;
}

export const three = (number) => Number(number.toPrecision(3));

export function summary(values) {
  const sorted = [...values].sort((a, b) => a - b);
  return { median: sorted[sorted.length >> 1], low: sorted[0], high: sorted.at(-1) };
}
