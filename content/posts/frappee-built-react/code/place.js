// Which children may stay where they are when a list changes its order. Pure: `from[i]` is the old position of the new child i, or -1 if it is new. All
// others are inserted. Three rules: with the fewest moves, React's, and the obvious one.

/** The longest rising subsequence stays: no rule moves fewer. */
//#region longest
export function longest(from) {
  const ends = []; // ends[n]: the last child of the rising run of n + 1 children whose last position is lowest
  const before = [];
  from.forEach((position, index) => {
    if (position < 0) return;
    let low = 0, high = ends.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (from[ends[middle]] < position) low = middle + 1;
      else high = middle;
    }
    before[index] = ends[low - 1];
    ends[low] = index;
  });
  const stays = from.map(() => false);
  for (let index = ends.at(-1); index !== undefined; index = before[index]) stays[index] = true;
  return stays;
}
//#endregion

/** React's rule: from the left, a child stays if its old position is beyond that of all that have stayed. */
//#region react
export function react(from) {
  let last = -1;
  return from.map((position) => {
    const stays = position > last;
    if (stays) last = position;
    return stays;
  });
}
//#endregion

/** The obvious rule: walk from the left, and insert each child that is not yet in its place. */
export function walk(from) {
  const present = from.filter((position) => position >= 0).sort((one, other) => one - other);
  return from.map((position, index) => {
    if (position >= 0 && present[index] === position) return true;
    if (position >= 0) present.splice(present.indexOf(position), 1);
    present.splice(index, 0, position);
    return false;
  });
}
