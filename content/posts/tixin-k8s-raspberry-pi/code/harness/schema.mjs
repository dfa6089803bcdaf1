// Checks a resource against Kubernetes' own schema (the strict form: no unknown fields).
// Only the keywords that those schemas use; any other is an error, so none is passed over in silence.

const typeOf = (value) => (value === null ? "null" : Array.isArray(value) ? "array" : Number.isInteger(value) ? "integer" : typeof value);
const matches = (value, type) => typeOf(value) === type || (type === "number" && typeOf(value) === "integer");

const NOT_CHECKED = new Set(["description", "default", "format", "$schema"]); // format: int32 and the like

const keywords = {
  $ref: (schema, value, path, definitions) => check(definitions[schema.replace("#/$defs/", "")], value, path, definitions),
  type: (types, value, path) => ([types].flat().some((type) => matches(value, type)) ? [] : [`${path}: expected ${[types].flat()[0]}, found ${typeOf(value)}`]),
  enum: (allowed, value, path) => (allowed.includes(value) ? [] : [`${path}: found ${value}, expected one of ${allowed.join(", ")}`]),
  required: (names, value, path) => names.filter((name) => value?.[name] === undefined).map((name) => `${path}: ${name} is missing`),
  oneOf: (choices, value, path, definitions) => (choices.some((choice) => check(choice, value, path, definitions).length === 0) ? [] : [`${path}: fits no alternative`]),
  items: (schema, value, path, definitions) => (Array.isArray(value) ? value.flatMap((it, i) => check(schema, it, `${path}[${i}]`, definitions)) : []),
  properties: (known, value, path, definitions) =>
    Object.entries(known).flatMap(([name, schema]) => (value?.[name] === undefined ? [] : check(schema, value[name], `${path}.${name}`, definitions))),
};

function additional(schema, value, path, definitions) {
  const rule = schema.additionalProperties;
  if (rule === undefined || typeOf(value) !== "object") return [];
  const others = Object.keys(value).filter((name) => !(name in (schema.properties ?? {})));
  if (rule === false) return others.map((name) => `${path}: unknown field ${name}`);
  return others.flatMap((name) => check(rule, value[name], `${path}.${name}`, definitions));
}

function check(schema, value, path, definitions) {
  const problems = Object.entries(schema).flatMap(([keyword, argument]) => {
    if (keyword in keywords) return keywords[keyword](argument, value, path, definitions);
    if (keyword === "additionalProperties" || keyword.startsWith("x-kubernetes-") || NOT_CHECKED.has(keyword)) return [];
    throw new Error(`${path}: the schema has the keyword ${keyword}, which this checker does not know`);
  });
  return [...problems, ...additional(schema, value, path, definitions)];
}

export function validate(resource, definitions) {
  const [version, group = ""] = resource.apiVersion.split("/").reverse();
  const same = (it) => it.group === group && it.version === version && it.kind === resource.kind;
  const schema = Object.values(definitions).find((it) => it["x-kubernetes-group-version-kind"]?.some(same));
  if (!schema) return [`no schema for ${resource.apiVersion} ${resource.kind}`];
  return check(schema, resource, resource.kind, definitions);
}
