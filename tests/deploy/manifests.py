"""Checks rendered Kubernetes manifests: each file against the schemas of all Kubernetes versions from OLDEST on, strictly, and for agreement between
its resources. Then that the checks can fail: each of a list of mistakes, made in a copy, must be found.

Usage: manifests.py FILE...
"""

import copy
import sys

import yaml
from kubernetes_validate import utils as schemas

# The first version whose scheduler by default counts a spread within one version of a Deployment and regards taints.
OLDEST = "1.27"
# Not Kubernetes' own, so its schemas do not have it.
FOREIGN = {"ServiceMonitor"}


def schema_faults(resource, versions):
    for version in versions:
        try:
            schemas.validate(resource, version, strict=True)
        except schemas.ValidationError as error:
            yield f"{name(resource)}: Kubernetes {version}: {'.'.join(map(str, error.path))}: {error.message}"
        except schemas.SchemaNotFoundError as error:
            yield f"{name(resource)}: {error.message}"


def agreement_faults(resources):
    def of_kind(kind):
        return [resource for resource in resources if resource["kind"] == kind]

    (deployment,), (namespace,) = of_kind("Deployment"), of_kind("Namespace")
    template = deployment["spec"]["template"]
    labels, pod = template["metadata"]["labels"], template["spec"]
    container = pod["containers"][0]
    ports = {port["name"]: port["containerPort"] for port in container["ports"]}
    services = {name(service): service for service in of_kind("Service")}

    def expect(holds, fault):
        if not holds:
            yield fault

    def selects(resource, selector):
        found = (selector or {}).items()
        yield from expect(found and found <= labels.items(), f"{name(resource)}: selects {dict(found)}, which the pods do not have")

    def leads_to(resource, port):
        yield from expect(port in ports or port in ports.values(), f"{name(resource)}: no port {port!r} in the pods")

    namespace = namespace["metadata"]["name"]
    for resource in resources:
        if resource["kind"] != "Namespace":
            yield from expect(resource["metadata"].get("namespace") == namespace, f"{name(resource)}: not in the namespace {namespace}")

    yield from selects(deployment, deployment["spec"]["selector"].get("matchLabels"))
    for spread in pod["topologySpreadConstraints"]:
        yield from selects(deployment, spread["labelSelector"].get("matchLabels"))
    for probe in ("livenessProbe", "readinessProbe"):
        yield from leads_to(deployment, container[probe]["httpGet"]["port"])
    yield from argument_faults(container["args"], ports, pod["terminationGracePeriodSeconds"])
    yield from privilege_faults(pod, container)
    yield from expect(":" in container["image"], "Deployment/notes: the image has no tag")

    for budget in of_kind("PodDisruptionBudget"):
        yield from selects(budget, budget["spec"]["selector"].get("matchLabels"))
    for autoscaler in of_kind("HorizontalPodAutoscaler"):
        target = autoscaler["spec"]["scaleTargetRef"]
        yield from expect(f"{target['kind']}/{target['name']}" == name(deployment), f"{name(autoscaler)}: scales what there is not")
        agree = autoscaler["spec"]["minReplicas"] == deployment["spec"]["replicas"]
        yield from expect(agree, f"{name(autoscaler)}: minReplicas and replicas differ")
    for service in services.values():
        yield from selects(service, service["spec"]["selector"])
        for port in service["spec"]["ports"]:
            yield from leads_to(service, port["targetPort"])
    for policy in of_kind("NetworkPolicy"):
        yield from selects(policy, policy["spec"]["podSelector"].get("matchLabels"))
        for rule in policy["spec"]["ingress"]:
            yield from expect(rule.get("from") and rule.get("ports"), f"{name(policy)}: lets in more than it says")
            for port in rule.get("ports", []):
                yield from leads_to(policy, port["port"])
    for ingress in of_kind("Ingress"):
        for path in (path for rule in ingress["spec"]["rules"] for path in rule["http"]["paths"]):
            backend = path["backend"]["service"]
            service = services.get(f"Service/{backend['name']}")
            found = service and backend["port"].get("name") in port_names(service)
            yield from expect(found, f"{name(ingress)}: leads to a Service or port that there is not")
    for monitor in of_kind("ServiceMonitor"):
        wanted = monitor["spec"]["selector"]["matchLabels"].items()
        matching = [service for service in services.values() if wanted <= service["metadata"]["labels"].items()]
        yield from expect(len(matching) == 1, f"{name(monitor)}: selects {len(matching)} Services, and each pod is to be read once")
        for endpoint in monitor["spec"]["endpoints"]:
            yield from expect(all(endpoint["port"] in port_names(service) for service in matching), f"{name(monitor)}: no port {endpoint['port']!r}")


def argument_faults(arguments, ports, grace):
    given = dict(zip(arguments[::2], arguments[1::2]))
    for flag, port in (("--listen", "http"), ("--admin", "admin")):
        if given.get(flag, "").rsplit(":", 1)[-1] != str(ports.get(port)):
            yield f"Deployment/notes: {flag} {given.get(flag)} is not the container's port {port}, {ports.get(port)}"
    if not 0 < int(given.get("--drain-delay", "0s").removesuffix("s")) < grace:
        yield f"Deployment/notes: terminationGracePeriodSeconds {grace} is no longer than --drain-delay {given.get('--drain-delay')}"


def privilege_faults(pod, container):
    """What the pod security standard `restricted` requires, and a read-only root."""
    of_pod, of_container = pod["securityContext"], container["securityContext"]
    for holds, what in (
        (of_pod.get("runAsNonRoot") is True and of_pod.get("runAsUser", 0) > 0, "runs as root"),
        (of_pod.get("seccompProfile", {}).get("type") == "RuntimeDefault", "has no seccomp profile"),
        (of_container.get("allowPrivilegeEscalation") is False, "can gain privileges"),
        (of_container.get("readOnlyRootFilesystem") is True, "can write to its root"),
        (of_container.get("capabilities", {}) == {"drop": ["ALL"]}, "keeps capabilities"),
        (pod.get("automountServiceAccountToken") is False, "has the cluster's token"),
    ):
        if not holds:
            yield f"Deployment/notes: {what}"


def name(resource):
    return f"{resource['kind']}/{resource['metadata']['name']}"


def port_names(service):
    return {port["name"] for port in service["spec"]["ports"]}


def faults(resources):
    versions = schemas.all_versions()
    versions = versions[[schemas.major_minor(version) for version in versions].index(OLDEST) :]
    native = [resource for resource in resources if resource["kind"] not in FOREIGN]
    return [*(fault for resource in native for fault in schema_faults(resource, versions)), *agreement_faults(resources)]


# A mistake: the resource, the path in it, and the wrong value.
POD = ("spec", "template", "spec")
CONTAINER = (*POD, "containers", 0)
MISTAKES = [
    ("Deployment/notes", ("spec", "replica"), 2),
    ("Deployment/notes", ("spec", "replicas"), "two"),
    ("Deployment/notes", ("spec", "replicas"), 3),
    ("Deployment/notes", ("metadata", "namespace"), "default"),
    ("Deployment/notes", ("spec", "template", "metadata", "labels"), {"app": "notes"}),
    ("Deployment/notes", (*POD, "securityContext", "runAsUser"), 0),
    ("Deployment/notes", (*POD, "terminationGracePeriodSeconds"), 5),
    ("Deployment/notes", (*CONTAINER, "securityContext", "readOnlyRootFilesystem"), False),
    ("Deployment/notes", (*CONTAINER, "args"), ["--listen", "[::]:80", "--admin", "[::]:9090", "--drain-delay", "5s"]),
    ("Deployment/notes", (*CONTAINER, "image"), "localhost/notes"),
    ("Deployment/notes", (*CONTAINER, "readinessProbe", "httpGet", "port"), "metrics"),
    ("PodDisruptionBudget/notes", ("spec", "selector", "matchLabels"), {"app.kubernetes.io/name": "note"}),
    ("HorizontalPodAutoscaler/notes", ("spec", "scaleTargetRef", "name"), "note"),
    ("HorizontalPodAutoscaler/notes", ("spec", "metrics", 0, "resource", "target", "type"), 2),
    ("Service/notes", ("spec", "ports", 0, "targetPort"), "web"),
    ("Service/notes", ("spec", "selector"), {}),
    ("Ingress/notes", ("spec", "rules", 0, "http", "paths", 0, "backend", "service", "port"), {"name": "web"}),
    ("Ingress/notes", ("spec", "rules", 0, "http", "paths", 0, "pathType"), None),
    ("NetworkPolicy/notes", ("spec", "ingress", 0, "ports", 0, "port"), "web"),
    ("NetworkPolicy/notes", ("spec", "ingress", 0, "from"), []),
    ("ServiceMonitor/notes", ("spec", "selector", "matchLabels"), {"app.kubernetes.io/name": "note"}),
    ("ServiceMonitor/notes", ("spec", "endpoints", 0, "port"), "http"),
]


def unnoticed(resources):
    for where, path, value in MISTAKES:
        mistaken = copy.deepcopy(resources)
        resource = place = next((resource for resource in mistaken if name(resource) == where), None)
        if resource is None:
            continue
        for step in path[:-1]:
            place = place[step]
        place[path[-1]] = value
        native = resource["kind"] not in FOREIGN
        if not any(agreement_faults(mistaken)) and not (native and any(schema_faults(resource, [schemas.latest_version()]))):
            yield f"not noticed: {where} with {path[-1]} = {value!r}"


def main(files):
    found = []
    for file in files:
        with open(file, encoding="utf-8") as text:
            resources = [resource for resource in yaml.safe_load_all(text) if resource]
        found += faults(resources) or unnoticed(resources)
    for fault in found:
        print(f"manifests: {fault}", file=sys.stderr)
    if not found:
        kinds = ", ".join(sorted({resource["kind"] for resource in resources}))
        print(f"manifests: {kinds}: sound for every Kubernetes from {OLDEST} to {schemas.latest_version()}, and of one mind")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
