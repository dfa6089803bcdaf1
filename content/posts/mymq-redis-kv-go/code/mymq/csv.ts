/** Tables of results: one comment line that says where they come from, then CSV. */
export function csv(origin: string, rows: Record<string, string | number>[]) {
  const columns = Object.keys(rows[0]!);
  const lines = rows.map((row) => columns.map((column) => row[column]).join(","));
  console.log([`# ${origin}`, columns.join(","), ...lines].join("\n"));
}

export function median(values: number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)]!;
}

export function fixed(value: number, decimals: number): string {
  return value.toFixed(decimals);
}
