/** Posts JSON. Undefined: no answer, so nobody knows whether it was done. */
export async function post<T>(url: string, fields: object): Promise<T | undefined> {
  try {
    const response = await fetch(url, { method: "POST", body: JSON.stringify(fields) });
    return (await response.json()) as T;
  } catch {
    return undefined;
  }
}
