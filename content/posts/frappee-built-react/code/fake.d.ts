import type { Host } from "./frappee.js";

export type Node = { type: string; props: Record<string, string>; kids: Node[] };

export function fake(): { host: Host; count: { create: number; set: number; insert: number; remove: number }; warnings: string[]; page: Node };
export function shown(node: Node): string;
