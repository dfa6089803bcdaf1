// The types of keys.mjs, for the figure of the article.

export type Name = "money" | "log" | "ledger" | "payouts" | "notify";
export type Package = {
  source: string; manifest: string; untracked: string; ignored: string; locked: string; needs: Name[];
};
export type State = {
  packages: Record<Name, Package>;
  root: { "build.mjs": string };
  engines: string;
  node: string;
  environment: Record<string, string>;
  inputs: string[];
  env: string[];
  passThroughEnv: string[];
  globalEnv: string[];
  globalDependencies: string[];
  mode: string;
};
export const PACKAGES: Record<Name, { isService: boolean; needs: Name[] }>;
export function start(): State;
export function keyOf(name: Name, state: State): string;
export function outputOf(name: Name, state: State, built?: (need: Name) => string): string;
