// Prints a CSV with its provenance, and the statistics that all harnesses share.

export type Row = Record<string, string | number>;

export function print(provenance: string, rows: Row[]): void {
  console.log(`# ${provenance}`);
  console.log(Object.keys(rows[0]!).join(","));
  for (const row of rows) console.log(Object.values(row).join(","));
}

/** Median, lowest and highest under the names `NAME`, `NAME_low`, `NAME_high`. */
export function spread(name: string, values: number[], decimals: number): Row {
  const sorted = [...values].sort((a, b) => a - b);
  return {
    [name]: round(sorted[Math.floor(sorted.length / 2)]!, decimals),
    [`${name}_low`]: round(sorted[0]!, decimals),
    [`${name}_high`]: round(sorted.at(-1)!, decimals),
  };
}

export function quantile(values: number[], q: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(q * sorted.length))] ?? 0;
}

export function round(value: number, decimals: number): number {
  return Number(value.toFixed(decimals));
}
