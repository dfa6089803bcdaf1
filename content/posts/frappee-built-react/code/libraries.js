// The libraries that are compared, each as a function that mounts a list of rows into a node and returns how to change the rows.
import { createElement, useState as useReactState } from "react";
import { createRoot } from "react-dom/client";
import { flushSync } from "react-dom";
import { host } from "./dom.js";
import { h, mount, useState } from "./frappee.js";
import * as place from "./place.js";

/** A list by Frappee, with a rule for placement. */
function frappee(stays, keyed) {
  return (node, rows, row = ([, text], key) => h("li", { key, text })) => {
    let set;
    const List = () => {
      const [now, change] = useState(rows);
      set = change;
      return h("ul", null, now.map((entry) => row(entry, keyed ? entry[0] : undefined)));
    };
    const { flush } = mount(List, node, { host, stays });
    return (next) => (set(next), flush());
  };
}

/** The same list by React. Without keys, children are arguments: an array without keys would only add warnings. */
function react(keyed) {
  return (node, rows, row = ([, text], key) => createElement("li", { key }, text)) => {
    let set;
    const List = () => {
      const [now, change] = useReactState(rows);
      set = change;
      return createElement("ul", null, ...now.map((entry) => row(entry, keyed ? entry[0] : undefined)));
    };
    flushSync(() => createRoot(node).render(createElement(List)));
    return (next) => flushSync(() => set(next));
  };
}

/** By the names that the tables show. */
export const LIBRARIES = {
  "Frappee without keys": frappee(place.longest, false),
  "Frappee by the obvious rule": frappee(place.walk, true),
  "Frappee by React's rule": frappee(place.react, true),
  "Frappee by the longest run": frappee(place.longest, true),
  "React with keys": react(true),
  "React without keys": react(false),
};

/** What makes an element, for each library. */
export const ELEMENTS = Object.fromEntries(Object.keys(LIBRARIES).map((name) => [name, name.startsWith("React") ? createElement : h]));
