// What Kubernetes and HAProxy do unless told otherwise: their periods, and where a replica goes.

// Sources are in the article. Seconds.
export const DEFAULTS = {
  leaseEvery: 10, // kubelet renews its lease
  monitorEvery: 5, // the controller looks at all leases
  grace: 50, // node-monitor-grace-period; 40 before Kubernetes 1.32
  toleration: 300, // added to every pod that does not say otherwise
  podStart: 5, // assumed: image on the disk, process starts quickly
  address: 3.6, // VRRP's master-down interval, priority 100, advertisements each second
  checkFalls: 7, // HAProxy: three checks, 2 s each, and up to 2 s until the first
  boot: 20, // assumed: from power to the first heartbeat of a board that returns
};

// #region placement
// Where the scheduler puts a replica of a spread service. `running` counts replicas by board. A board
// that is down can take none, but counts as an empty one: nodeTaintsPolicy is Ignore by default.
/**
 * @template {string} Board
 * @param {{ [board in Board]: number }} running
 * @param {Board[]} alive
 * @param {string} [whenUnsatisfiable]
 * @returns {Board | "pending"}
 */
export function place(running, alive, whenUnsatisfiable) {
  const least = Math.min(...Object.values(running));
  const fits = (/** @type {Board} */ board) => alive.includes(board) && running[board] + 1 - least <= 1;
  const even = alive.filter(fits);
  if (even.length > 0) return even[0];
  return whenUnsatisfiable === "ScheduleAnyway" ? alive[0] : "pending";
}
// #endregion
