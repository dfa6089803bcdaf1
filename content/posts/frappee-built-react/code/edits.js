// The edits of the table: what becomes of a list of 1,000 rows, each an array [key, text].

export const ROWS = Array.from({ length: 1000 }, (_, index) => [`k${index}`, `row ${index}`]);

const swapped = (rows, one, other) => rows.with(one, rows[other]).with(other, rows[one]);

export const EDITS = [
  ["Append one", (rows) => [...rows, ["new", "new"]]],
  ["Change one text", (rows) => rows.with(500, [rows[500][0], "changed"])],
  ["Put one in front", (rows) => [["new", "new"], ...rows]],
  ["Remove the first", (rows) => rows.slice(1)],
  ["Move the last to the front", (rows) => [rows.at(-1), ...rows.slice(0, -1)]],
  ["Move the first to the end", (rows) => [...rows.slice(1), rows[0]]],
  ["Reverse", (rows) => rows.toReversed()],
  ["Swap rows 2 and 999", (rows) => swapped(rows, 1, 998)],
];
