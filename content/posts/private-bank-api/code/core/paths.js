// @ts-nocheck: this code is without types, and what runs it in the figure has them.
// Every path through a program that asks `choose(n)` wherever the world has n ways to go on.
// The program is run once for each path; the trail of answers is the path's name, and running it again with that trail replays the path.

export function* paths(run) {
  const trail = [];
  do {
    let asked = 0;
    const choose = (ways) => {
      if (asked === trail.length) trail.push({ way: 0, ways });
      return trail[asked++].way;
    };
    const outcome = run(choose);
    yield { trail: trail.map(({ way }) => way), outcome };
    while (trail.length > 0 && trail.at(-1).way === trail.at(-1).ways - 1) trail.pop();
    if (trail.length > 0) trail.at(-1).way++;
  } while (trail.length > 0);
}

/** The `choose` that follows one trail again. */
export function follow(trail) {
  let asked = 0;
  return () => trail[asked++] ?? 0;
}
