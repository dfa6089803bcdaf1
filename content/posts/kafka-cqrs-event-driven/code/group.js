// Consumer groups as seen from outside: starts members, counts what they report, and stops them.

import { fork } from "node:child_process";
import { once } from "node:events";

const SCRIPT = new URL("consumer.js", import.meta.url);
const DEFAULTS = { lanes: 1, design: "together", paused: false, hintEvery: 1_000,
  session: 6_000 };               // longer than the broker's wait for a group's first members, 3 s

export async function host() {
  const child = fork(SCRIPT, { stdio: "inherit" }).setMaxListeners(0);
  await once(child, "message");
  return child;
}

export async function kill(child) {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill("SIGKILL");
  await once(child, "exit");
}

export class Group {
  constructor(settings, partitions) {
    this.settings = { ...DEFAULTS, ...settings };
    this.partitions = partitions;
    this.members = [];
    this.owned = new Map();
    this.records = 0;
    this.applied = 0;
    this.waiting = [];
  }

  // A process may hold members of several groups.
  add(child) {
    child.on("message", (message) => {
      if (message.group === this.settings.group) this.#note(child, message);
    });
    child.send({ join: this.settings });
    this.members.push(child);
    return child;
  }

  #note(child, { joined, records = 0, applied = 0 }) {
    if (joined) this.owned.set(child, joined);
    this.records += records;
    this.applied += applied;
    this.waiting = this.waiting.filter(({ test, resolve }) => !(test(this) && (resolve(), true)));
  }

  // Resolves at the report that makes `test` true. The limit turns a hang into an error.
  until(test, limit = 60_000) {
    if (test(this)) return Promise.resolve();
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error(`${this.settings.group}: no progress: ` +
        `${this.records} records, ${this.applied} applied, ${this.owned.size} members`)), limit);
      this.waiting.push({ test, resolve: () => (clearTimeout(timer), resolve()) });
    });
  }

  // Every member has heard from the coordinator, and every partition has one owner.
  joined() {
    return this.until(() => this.owned.size === this.members.length &&
      [...this.owned.values()].flat().length === this.partitions);
  }

  replay() {
    for (const member of this.members) member.send({ replay: this.settings.group });
  }

  pause() {
    for (const member of this.members) member.send({ pause: this.settings.group });
  }

  stop() {
    return Promise.all(this.members.map(kill));
  }
}
