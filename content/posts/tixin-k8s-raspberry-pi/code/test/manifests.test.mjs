import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { test } from "node:test";
import { parse, parseAllDocuments } from "yaml";
import { RULES } from "../harness/rules.mjs";
import { validate } from "../harness/schema.mjs";

const folder = new URL("../manifests/", import.meta.url);
const read = () =>
  readdirSync(folder).sort().flatMap((file) =>
    parseAllDocuments(readFileSync(new URL(file, folder), "utf8")).map((document) => {
      assert.deepEqual(document.errors, [], file);
      return document.toJS();
    }),
  );
const find = (all, kind, name) => all.find((it) => it.kind === kind && it.metadata.name === name);
const definitions = () => JSON.parse(readFileSync(process.env.KUBERNETES_SCHEMA, "utf8")).$defs;

test("every resource fits Kubernetes' own strict schema", () => {
  assert.ok(existsSync(process.env.KUBERNETES_SCHEMA ?? ""), "run with code/run test, which fetches the schemas");
  const own = read().filter((it) => it.kind !== "HelmChart");
  assert.ok(own.length >= 13);
  assert.deepEqual(own.flatMap((it) => validate(it, definitions())), []);
});

test("the schema refuses a misspelled field, a wrong type and a missing one", () => {
  const all = read();
  const web = find(all, "Deployment", "web");
  const broken = (change) => {
    const copy = structuredClone(web);
    change(copy.spec);
    return validate(copy, definitions());
  };
  assert.match(broken((spec) => (spec.replica = 2)).join(), /unknown field replica/);
  assert.match(broken((spec) => (spec.replicas = "2")).join(), /replicas: expected integer, found string/);
  assert.match(broken((spec) => delete spec.selector).join(), /selector is missing/);
});

for (const [rule, problems] of Object.entries(RULES)) test(`manifests: ${rule}`, () => assert.deepEqual(problems(read()), []));

// A rule that cannot fail is none: each is shown a set of manifests that breaks it.
const BREAK = {
  "every container requests CPU and memory, and has a memory limit": (all) => delete pod(all, "redis").containers[0].resources.limits,
  "no container has a CPU limit, which would keep a lone survivor from all four cores": (all) => (pod(all, "web").containers[0].resources.limits.cpu = "2"),
  "every container has a readiness and a liveness probe": (all) => delete pod(all, "web").containers[0].readinessProbe,
  "every image has a version": (all) => (pod(all, "redis").containers[0].image = "docker.io/library/redis:latest"),
  "every Deployment says how many seconds it tolerates a lost board": (all) => delete pod(all, "web").tolerations[1].tolerationSeconds,
  "a replicated service is spread over the boards, and no replica moves to the survivor": (all) => (pod(all, "web").topologySpreadConstraints[0].whenUnsatisfiable = "ScheduleAnyway"),
  "a replicated service has a disruption budget": (all) => (find(all, "PodDisruptionBudget", "web").spec.selector.matchLabels = { app: "wbe" }),
  "what exists once keeps off the board of the control plane": (all) => delete pod(all, "redis").affinity,
  "what exists once is moved within a minute of detection": (all) => (pod(all, "redis").tolerations[1].tolerationSeconds = 300),
  "no pod is tied to a board by a volume": (all) => (pod(all, "redis").volumes = [{ name: "data", persistentVolumeClaim: { claimName: "redis" } }]),
  "names are resolved on the own board, by a DaemonSet": (all) => delete find(all, "Service", "kube-dns").spec.internalTrafficPolicy,
  "the ingress checks pods itself": (all) => delete find(all, "Ingress", "web").metadata.annotations["haproxy.org/check"],
  "each Service selects pods that open its port": (all) => (find(all, "Service", "redis").spec.ports[0].targetPort = "reddis"),
};
const pod = (all, name) => find(all, "Deployment", name).spec.template.spec;

for (const [rule, problems] of Object.entries(RULES))
  test(`a manifest can break: ${rule}`, () => {
    const all = read();
    BREAK[rule](all);
    assert.equal(problems(all).length, 1);
  });

test("k3s starts without the parts that the manifests replace", () => {
  const config = parse(readFileSync(new URL("../k3s/server.yaml", import.meta.url), "utf8"));
  assert.deepEqual(config.disable, ["traefik", "servicelb", "coredns"]);
  const values = parse(find(read(), "HelmChart", "haproxy").spec.valuesContent);
  assert.equal(values.controller.kind, "DaemonSet");
  assert.equal(values.controller.daemonset.useHostPort, true);
});
