// What two boards ask of manifests beyond Kubernetes' schemas. Each rule returns what it found wrong.

const UNREACHABLE = ["node.kubernetes.io/not-ready", "node.kubernetes.io/unreachable"];

const workloads = (all) => all.filter((it) => ["Deployment", "StatefulSet", "DaemonSet"].includes(it.kind));
const deployments = (all) => all.filter((it) => it.kind === "Deployment");
const pod = (it) => it.spec.template.spec;
const name = (it) => `${it.kind}/${it.metadata.name}`;
const containers = (all, ask) => workloads(all).flatMap((it) => pod(it).containers.filter((c) => !ask(c)).map((c) => `${name(it)}: ${c.name}`));
const failing = (list, ask) => list.filter((it) => !ask(it)).map(name);
const replicated = (all) => deployments(all).filter((it) => it.spec.replicas > 1);
const single = (all) => deployments(all).filter((it) => it.spec.replicas === 1);

const seconds = (it, key) => pod(it).tolerations?.find((t) => t.key === key && t.effect === "NoExecute")?.tolerationSeconds;
const selects = (selector, labels) => Object.entries(selector).every(([key, value]) => labels[key] === value);
const labels = (it) => it.spec.template.metadata.labels;

export const RULES = {
  "every container requests CPU and memory, and has a memory limit": (all) =>
    containers(all, ({ resources: r }) => r?.requests?.cpu && r?.requests?.memory && r?.limits?.memory),

  "no container has a CPU limit, which would keep a lone survivor from all four cores": (all) =>
    containers(all, ({ resources: r }) => r?.limits?.cpu === undefined),

  "every container has a readiness and a liveness probe": (all) => containers(all, (c) => c.readinessProbe && c.livenessProbe),

  "every image has a version": (all) => containers(all, (c) => /:\d/.test(c.image)),

  "every Deployment says how many seconds it tolerates a lost board": (all) =>
    failing(deployments(all), (it) => UNREACHABLE.every((key) => Number.isInteger(seconds(it, key)))),

  "a replicated service is spread over the boards, and no replica moves to the survivor": (all) =>
    failing(replicated(all), (it) =>
      pod(it).topologySpreadConstraints?.some(
        (t) => t.topologyKey === "kubernetes.io/hostname" && t.maxSkew === 1 && t.whenUnsatisfiable === "DoNotSchedule" && selects(t.labelSelector.matchLabels, labels(it)),
      ),
    ),

  "a replicated service has a disruption budget": (all) =>
    failing(replicated(all), (it) => all.some((b) => b.kind === "PodDisruptionBudget" && b.metadata.namespace === it.metadata.namespace && selects(b.spec.selector.matchLabels, labels(it)))),

  "what exists once keeps off the board of the control plane": (all) =>
    failing(single(all), (it) =>
      pod(it).affinity?.nodeAffinity?.preferredDuringSchedulingIgnoredDuringExecution?.some((p) =>
        p.preference.matchExpressions.some((e) => e.key === "node-role.kubernetes.io/control-plane" && e.operator === "DoesNotExist"),
      ),
    ),

  "what exists once is moved within a minute of detection": (all) => failing(single(all), (it) => seconds(it, UNREACHABLE[1]) <= 60),

  "no pod is tied to a board by a volume": (all) => [
    ...all.filter((it) => it.kind === "PersistentVolumeClaim").map(name),
    ...failing(workloads(all), (it) => !it.spec.volumeClaimTemplates && !(pod(it).volumes ?? []).some((v) => v.persistentVolumeClaim || v.hostPath)),
  ],

  "names are resolved on the own board, by a DaemonSet": (all) => {
    const service = all.find((it) => it.kind === "Service" && it.metadata.name === "kube-dns");
    if (!service) return ["no Service/kube-dns"];
    const local = service.spec.internalTrafficPolicy === "Local";
    const served = all.some((it) => it.kind === "DaemonSet" && selects(service.spec.selector, labels(it)));
    return local && served ? [] : [name(service)];
  },

  "the ingress checks pods itself": (all) =>
    failing(all.filter((it) => it.kind === "Ingress"), ({ metadata: { annotations: a } }) => a?.["haproxy.org/check"] === "true" && a["haproxy.org/check-http"]),

  "each Service selects pods that open its port": (all) =>
    failing(all.filter((it) => it.kind === "Service"), (service) =>
      workloads(all).some(
        (it) =>
          it.metadata.namespace === service.metadata.namespace &&
          selects(service.spec.selector, labels(it)) &&
          service.spec.ports.every((p) => pod(it).containers.some((c) => c.ports.some((q) => [q.name, q.containerPort].includes(p.targetPort ?? p.port)))),
      ),
    ),
};
