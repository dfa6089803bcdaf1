// Which consumer owns which partition. One topic; members and partitions are numbered from 0.
// An assignment is an array of owners: owner[partition].

//#region assign
// RangeAssignor: contiguous runs, the first members get one more.
/** @param {number} partitions @param {number} members */
export function range(partitions, members) {
  const least = Math.floor(partitions / members);
  const larger = partitions % members;
  return Array.from({ length: partitions }, (_, p) =>
    p < larger * (least + 1) ? Math.floor(p / (least + 1)) : Math.floor((p - larger) / least));
}

// RoundRobinAssignor: dealt like cards.
/** @param {number} partitions @param {number} members */
export function roundRobin(partitions, members) {
  return Array.from({ length: partitions }, (_, p) => p % members);
}

// Sticky: as even as the others, but an owner keeps what it has if it may.
/** @param {number[]} previous @param {number[]} members */
export function sticky(previous, members) {
  /** @type {Map<number, number[]>} */
  const held = new Map(members.map((member) => [member, []]));
  /** @type {number[]} */
  const orphans = [];
  previous.forEach((owner, p) => (held.get(owner) ?? orphans).push(p));
  const least = Math.floor(previous.length / members.length);
  let larger = previous.length % members.length;
  const fullest = [...held].sort(([a, x], [b, y]) => y.length - x.length || a - b);
  for (const [, owned] of fullest) {
    const most = least + (larger > 0 ? 1 : 0);
    if (owned.length >= most) larger -= 1;
    orphans.push(...owned.splice(most));
  }
  return dealt(previous, held, orphans);
}
//#endregion

// Each orphan goes to whoever holds least, which ends as even as possible.
/** @param {number[]} previous @param {Map<number, number[]>} held @param {number[]} orphans */
function dealt(previous, held, orphans) {
  for (const p of orphans.sort((a, b) => a - b)) {
    const [, poorest] = [...held].sort(([a, x], [b, y]) => x.length - y.length || a - b)[0];
    poorest.push(p);
  }
  /** @type {number[]} */
  const owners = Array(previous.length);
  for (const [member, owned] of held) for (const p of owned) owners[p] = member;
  return owners;
}

/** @param {number[]} owners */
export function most(owners) {
  const counts = new Map();
  for (const owner of owners) counts.set(owner, (counts.get(owner) ?? 0) + 1);
  return Math.max(...counts.values());
}

/** @param {number[]} before @param {number[]} after */
export const moved = (before, after) =>
  before.filter((owner, p) => owner !== after[p]).length;
