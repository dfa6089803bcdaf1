// Fields that belong to one connection and not to the message (RFC 9110, section 7.6.1).

const HOP_BY_HOP = ["connection", "keep-alive", "proxy-connection", "te", "transfer-encoding", "upgrade"];

// #region hop
/** The fields without those of this hop: the known ones, and those that Connection names. */
export function endToEnd(fields: Headers): Headers {
  const named = (fields.get("connection") ?? "").split(",").map((name) => name.trim().toLowerCase());
  const kept = new Headers(fields);
  for (const name of [...HOP_BY_HOP, ...named]) if (name !== "") kept.delete(name);
  return kept;
}
// #endregion

export function requestFields(raw: Record<string, string | string[] | undefined>, client: string): Headers {
  const fields = new Headers();
  for (const [name, value] of Object.entries(raw)) {
    for (const one of [value ?? []].flat()) fields.append(name, one);
  }
  const kept = endToEnd(fields);
  kept.delete("expect"); // the server in front has answered it: 100 Continue is sent
  kept.delete("content-length"); // the content is streamed in chunks, and one framing is enough
  kept.append("via", "1.1 balancer");
  kept.append("x-forwarded-for", client);
  return kept;
}
