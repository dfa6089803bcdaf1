// CSV as the article shows it: a comment that says where the numbers are from, a header, rows.

const quoted = (cell) => (/[",\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell);

/** The rows, which all have the same keys, as text. */
export function csv(origin, rows) {
  const line = (cells) => cells.map((cell) => quoted(String(cell))).join(",");
  return [`# ${origin}`, line(Object.keys(rows[0])), ...rows.map((row) => line(Object.values(row))), ""].join("\n");
}
