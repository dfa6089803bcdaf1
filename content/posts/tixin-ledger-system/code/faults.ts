// Each fault of the article, done to a real database. A fault gets two sessions, so that races
// are races. What really happened to the money is written to `world`.

type Session = { unsafe(sql: string): Promise<unknown> };
export type Fault = { name: string; group: string; inject(a: Session, b: Session): Promise<void> };

const SALE = 50_000;         // paise; the second sale of a race costs 70,000
const PAYOUT = 200_000;

const moved = (side: number, amount: number, through = "gateway") =>
  `INSERT INTO world VALUES (${side}, ${amount}, '${through}')`;
const sale = (key: string, amount = SALE, event = "e1") =>
  `INSERT INTO sale VALUES ('${key}', '${event}', ${amount}, now() - interval '1 hour')`;
const credit = (key: string, amount = SALE, event = "e1") =>
  `SELECT post(1, ${amount}, 'event-revenue', '${event}', '${key}')`;
const payout = (key: string, status: string, amount = PAYOUT) =>
  `INSERT INTO payout VALUES ('${key}', '${status}', ${amount}, now() - interval '1 hour')`;
const debit = (key: string, amount = PAYOUT) =>
  `SELECT post(-1, ${amount}, 'payout', '${key}', '${key}')`;
const addToBalance = (amount: number) => `UPDATE account SET balance = balance + ${amount}`;
// An entry without its update of the balance, as a writer makes it that does both apart.
const entryOnly = (side: number, amount: number, type: string, ref: string, key: string) =>
  `INSERT INTO entry (side, amount, balance_after, ref_type, ref_id, key)
   SELECT ${side}, ${amount}, balance + ${side * amount}, '${type}', '${ref}', '${key}' FROM account`;

const steps = (...sql: string[]) => async (a: Session) => {
  for (const statement of sql) await a.unsafe(statement);
};

// Books that agree: two events, three sales, one payout to an organiser.
export const HONEST = steps(
  sale("s1"), moved(1, SALE), credit("s1"),
  sale("s2", 80_000, "e2"), moved(1, 80_000), credit("s2", 80_000, "e2"),
  sale("s3", 400_000, "e2"), moved(1, 400_000), credit("s3", 400_000, "e2"),
  payout("p1", "completed", 100_000), moved(-1, 100_000), debit("p1", 100_000),
);

// #region race
// Two sales at once by writers that read the balance without a lock. `update` writes the balance
// and `order` says whose update is last.
const race = (update: (amount: number) => string, last: "a" | "b") => async (a: Session, b: Session) => {
  await a.unsafe(sale("s4") + ";" + sale("s5", 70_000) + ";" + moved(1, SALE) + ";" + moved(1, 70_000));
  const read = "SELECT set_config('ledger.read', balance::text, false) FROM account";
  await a.unsafe(read);
  await b.unsafe(read);
  const entry = (key: string, amount: number) =>
    `INSERT INTO entry (side, amount, balance_after, ref_type, ref_id, key) VALUES
     (1, ${amount}, current_setting('ledger.read')::bigint + ${amount}, 'event-revenue', 'e1', '${key}')`;
  await a.unsafe(entry("s4", SALE));
  if (last === "b") await a.unsafe(update(SALE));
  await b.unsafe(entry("s5", 70_000));
  await b.unsafe(update(70_000));
  if (last === "a") await a.unsafe(update(SALE));
};
const blind = (amount: number) =>
  `UPDATE account SET balance = current_setting('ledger.read')::bigint + ${amount}`;
// #endregion

const LEDGER: Fault[] = [
  { name: "Lost: entry and balance", group: "lost write",
    inject: steps(sale("s4"), moved(1, SALE)) },
  { name: "Lost: entry", group: "lost write",
    inject: steps(sale("s4"), moved(1, SALE), addToBalance(SALE)) },
  { name: "Lost: balance", group: "lost write",
    inject: steps(sale("s4"), moved(1, SALE), entryOnly(1, SALE, "event-revenue", "e1", "s4")) },
  { name: "Lost: revenue record", group: "lost write",
    inject: steps(moved(1, SALE), credit("s4")) },
];

const RACES: Fault[] = [
  { name: "Race: blind writes", group: "race", inject: race(blind, "b") },
  { name: "Race: blind, first entry last", group: "race", inject: race(blind, "a") },
  { name: "Race: balance + x", group: "race", inject: race(addToBalance, "b") },
];

const BY_HAND: Fault[] = [
  { name: "Edit: mistake", group: "by hand", inject: steps(addToBalance(30_000)) },
  { name: "Edit: mistake, then a sale", group: "by hand",
    inject: steps(addToBalance(30_000), sale("s4"), moved(1, SALE), credit("s4")) },
  { name: "Edit: after a cash refund", group: "by hand",
    inject: steps(moved(-1, SALE, "cash"), addToBalance(-SALE)) },
];

const GATEWAY: Fault[] = [
  { name: "Paid: debit and balance lost", group: "gateway",
    inject: steps(moved(-1, PAYOUT), payout("p2", "completed")) },
  { name: "Paid: debit lost", group: "gateway",
    inject: steps(moved(-1, PAYOUT), payout("p2", "completed"), addToBalance(-PAYOUT)) },
  { name: "Paid and debited, not completed", group: "gateway",
    inject: steps(moved(-1, PAYOUT), payout("p2", "processing"), debit("p2")) },
  { name: "Paid, not completed", group: "gateway",
    inject: steps(moved(-1, PAYOUT), payout("p2", "processing")) },
  { name: "Refused, completed, debited", group: "gateway",
    inject: steps(payout("p2", "completed"), debit("p2")) },
];

const SOURCE: Fault[] = [
  { name: "Sale counted twice", group: "source",
    inject: steps(sale("s1-again")) },
  { name: "Sale counted and posted twice", group: "source",
    inject: steps(sale("s1-again"), credit("s1-again")) },
  { name: "Sale posted twice", group: "source", inject: steps(credit("s1-again")) },
  { name: "Sale posted to another event", group: "source",
    inject: steps(sale("s4"), moved(1, SALE), credit("s4", SALE, "e2")) },
];

// A refund of s1, booked in two ways, whole and with the ledger's part lost.
const netted = "UPDATE sale SET amount = amount - 20000 WHERE key = 's1'";
const REFUNDS: Fault[] = [
  { name: "Refund as payout: honest", group: "refund",
    inject: steps(moved(-1, 20_000), payout("r1", "completed", 20_000), debit("r1", 20_000)) },
  { name: "Refund as payout: debit lost", group: "refund",
    inject: steps(moved(-1, 20_000), payout("r1", "completed", 20_000)) },
  { name: "Refund off revenue: honest", group: "refund",
    inject: steps(moved(-1, 20_000), netted, "SELECT post(-1, 20000, 'event-revenue', 'e1', 'r1')") },
  { name: "Refund off revenue: debit lost", group: "refund",
    inject: steps(moved(-1, 20_000), netted) },
];

export const FAULTS = [...LEDGER, ...RACES, ...BY_HAND, ...GATEWAY, ...SOURCE, ...REFUNDS];
