// @ts-nocheck: this code is without types, and what runs it in the figure has them.
// Whether a path ended well.

const AMOUNT = 100;

/**
 * 'right', or how it went wrong, the gravest that applies: a saga is 'stuck'; an account is 'overdrawn'; every saga says that it ended, but the balances
 * differ from that ('quiet'); a saga was undone although the business refused none of its steps ('causeless', where `causeNeeded`).
 */
export function verdict(scenario, { ends, balances, refused }) {
  if (ends.includes('stuck')) return 'stuck';
  if (scenario.twins && new Set(ends).size > 1) return 'quiet';
  const expected = { ...scenario.accounts };
  const own = scenario.twins ? ends.slice(0, 1) : ends;
  own.forEach((end, index) => end === 'done' && settle(scenario.plans[index], expected));
  if (Object.values(balances).some((balance) => balance < 0)) return 'overdrawn';
  if (Object.keys(expected).some((account) => expected[account] !== balances[account])) return 'quiet';
  const causeless = (end, index) => end === 'undone' && !refused.some((key) => key.startsWith(`t${index + 1}/`));
  return scenario.causeNeeded && own.some(causeless) ? 'causeless' : 'right';
}

function settle(plan, balances) {
  for (const { move, then } of plan) {
    for (const [from, to] of [move, then].filter(Boolean)) {
      balances[from] -= AMOUNT;
      balances[to] += AMOUNT;
    }
  }
}
