export function longest(from: number[]): boolean[];
export function react(from: number[]): boolean[];
export function walk(from: number[]): boolean[];
