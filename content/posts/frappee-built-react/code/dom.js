// The renderer for a real page: all that the library asks of one.
//#region host
export const host = {
  create(type) {
    if (type === "#text") return document.createTextNode("");
    return type === "#comment" ? document.createComment("") : document.createElement(type);
  },
  insert: (parent, node, next) => parent.insertBefore(node, next),
  remove: (parent, node) => parent.removeChild(node),
  set(node, name, value) {
    if (name === "text") node.textContent = value ?? "";
    else if (name.startsWith("on")) node[name] = value ?? null;
    else if (value === undefined) node.removeAttribute(name);
    else node.setAttribute(name, value);
  },
  warn: (text) => console.warn(text),
};
//#endregion
