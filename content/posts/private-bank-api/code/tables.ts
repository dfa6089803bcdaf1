// The CSVs of the article. Everything here is counted, nothing timed, so each must come out the same byte for byte.
// Usage: bun tables.ts DIRECTORY

import { alone } from './core/alone.js';
import { ACTIONS, questions } from './core/roles.js';
import { count } from './core/count.js';
import { encounters, orders, variants, together, undoing, worlds } from './core/scenarios.js';

type Row = Record<string, string | number>;

export function rules(): Row[] {
  return variants.map((variant) => {
    const [plain, losses, late] = Object.values(worlds).map((world) => count({ ...alone(variant), ...world }));
    const { paths, quiet, stuck, causeless, wrong } = losses;
    return {
      change: variant.rule, plain_paths: plain.paths, plain_wrong: plain.wrong,
      paths, quiet, stuck, causeless, wrong, late_paths: late.paths, late_wrong: late.wrong,
    };
  });
}

const CHARTED = {
  'No keys': 'no keys',
  'Credit before screening': 'credit early',
  'Silence is a refusal': 'silence',
  None: 'none',
};

export function losses(): Row[] {
  return Object.entries(CHARTED).flatMap(([rule, label]) => [0, 1, 2, 3].map((faults) => {
    const { paths, wrong } = count({ ...alone(variants.find((variant) => variant.rule === rule)!), faults });
    return { losses: faults, change: label, paths, wrong, percent: (100 * wrong / paths).toFixed(1) };
  }));
}

export function isolation(): Row[] {
  return encounters.map((encounter) => {
    const { paths, quiet, stuck, overdrawn, wrong } = count(together(encounter));
    return { meeting: encounter.meeting, way: encounter.way, paths, wrong, quiet, stuck, overdrawn };
  });
}

function ends(order: string, { paths, stuck, causeless, wrong }: ReturnType<typeof count>): Row {
  return { [`${order}_paths`]: paths, [`${order}_stuck`]: stuck, [`${order}_causeless`]: causeless, [`${order}_wrong`]: wrong };
}

export function order(): Row[] {
  return orders.map((situation) => {
    const forward = count(undoing('forward', situation));
    const reverse = count(undoing('reverse', situation));
    return { situation: situation.situation, ...ends('forward', forward), ...ends('reverse', reverse) };
  });
}

/** For each role and action: whose accounts. */
export function roles(): Row[] {
  const asked = questions();
  return [...new Set(asked.map(({ role }) => role))].map((role) => {
    const mine = asked.filter((question) => question.role === role);
    const reach = (action: string) => {
      const yes = mine.filter((question) => question.action === action && question.yes).length;
      return yes === 3 ? 'any' : yes === 1 ? 'own' : '-';
    };
    return {
      role, ...Object.fromEntries(ACTIONS.map((action) => [action.replace(':', '_'), reach(action)])),
      asked: mine.length, permitted: mine.filter(({ yes }) => yes).length,
    };
  });
}

export function csv(origin: string, rows: Row[]): string {
  const columns = Object.keys(rows[0]);
  const field = (value: string | number) => /[",\n]/.test(String(value)) ? `"${String(value).replaceAll('"', '""')}"` : String(value);
  return [`# computed: ${origin}`, columns.join(','), ...rows.map((row) => columns.map((column) => field(row[column])).join(','))].join('\n') + '\n';
}

/** The tables that need no database. */
export const pure = {
  'rules.csv': () => csv('every path, code/core', rules()),
  'losses.csv': () => csv('every path, code/core', losses()),
  'isolation.csv': () => csv('every interleaving, code/core', isolation()),
  'order.csv': () => csv('every path, two losses where a transfer is alone, none where another is under way', order()),
  'roles.csv': () => csv('all 72 questions that code/core/roles.js can be asked', roles()),
};

/** The tables that real processes and PostgreSQL fill. */
export const real = {
  'relay.csv': async () => csv('each schedule run on PostgreSQL, code/relays.ts', await (await import('./relays.ts')).compare()),
  'processes.csv': async () => csv('paths of the model with at most one loss, walked by real processes with kill -9', await (await import('./test/replay.ts')).walkAll(1)),
  'prepared.txt': async () => (await import('./prepared.ts')).transcript(),
};

if (import.meta.main) {
  const directory = process.argv[2];
  for (const [name, table] of Object.entries({ ...pure, ...real })) {
    await Bun.write(`${directory}/${name}`, await table());
    console.log(`wrote ${name}`);
  }
  const { walkAll } = await import('./test/replay.ts');
  const walked = await walkAll(2);
  const sum = (column: 'paths' | 'same') => walked.reduce((total, row) => total + row[column], 0);
  console.log(`with two kills: ${sum('same')} of ${sum('paths')} paths as the model says`);
  if (sum('same') !== sum('paths')) process.exit(1);
}
