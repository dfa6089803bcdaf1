// The types of runs.mjs, for the figure of the article.
import type { Name, State } from "./keys.mjs";

export type Task = { key: string; ran: boolean; output: string };
export function run(state: State, cache: Map<string, string>): Record<Name, Task>;
export function poison(state: State, cache: Map<string, string>): void;
