// Which consumer owns which partition. One topic; members and partitions are numbered from 0.
// An assignment is an array of owners: owner[partition].

//#region assign
// RangeAssignor: contiguous runs, the first members get one more.
export function range(partitions, members) {
  const least = Math.floor(partitions / members);
  const larger = partitions % members;
  return Array.from({ length: partitions }, (_, p) =>
    p < larger * (least + 1) ? Math.floor(p / (least + 1)) : Math.floor((p - larger) / least));
}

// RoundRobinAssignor: dealt like cards.
export function roundRobin(partitions, members) {
  return Array.from({ length: partitions }, (_, p) => p % members);
}

// Sticky: as even as the others, but an owner keeps what it has if it may.
export function sticky(previous, members) {
  const held = new Map(members.map((member) => [member, []]));
  const orphans = [];
  previous.forEach((owner, p) => (held.get(owner) ?? orphans).push(p));
  const least = Math.floor(previous.length / members.length);
  let larger = previous.length % members.length;
  const fullest = [...members].sort((a, b) => held.get(b).length - held.get(a).length || a - b);
  for (const member of fullest) {
    const most = least + (larger > 0 ? 1 : 0);
    if (held.get(member).length >= most) larger -= 1;
    orphans.push(...held.get(member).splice(most));
  }
  return dealt(previous, held, orphans);
}
//#endregion

// Each orphan goes to whoever holds least, which ends as even as possible.
function dealt(previous, held, orphans) {
  for (const p of orphans.sort((a, b) => a - b)) {
    const [, poorest] = [...held].sort(([a, x], [b, y]) => x.length - y.length || a - b)[0];
    poorest.push(p);
  }
  const owners = Array(previous.length);
  for (const [member, owned] of held) for (const p of owned) owners[p] = member;
  return owners;
}

export function most(owners) {
  const counts = new Map();
  for (const owner of owners) counts.set(owner, (counts.get(owner) ?? 0) + 1);
  return Math.max(...counts.values());
}

export const moved = (before, after) =>
  before.filter((owner, p) => owner !== after[p]).length;
