// The types of what the article's model uses.
export type Element = { type: string | Component; props: object; kids: unknown[] };
export type Component = (props: any) => Element;
export type Host = {
  create(type: string): any;
  set(node: any, name: string, value: unknown): void;
  insert(parent: any, node: any, next: any): void;
  remove(parent: any, node: any): void;
  warn(text: string): void;
};

export function h(type: string | Component, props: object | null, ...kids: unknown[]): Element;
export function useState<Value>(first: Value): [Value, (next: Value | ((last: Value) => Value)) => void];
export function mount(component: () => Element, node: object, options: { host: Host; stays: (from: number[]) => boolean[] }): { flush(): void };
