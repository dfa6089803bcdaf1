// @ts-nocheck: this code is without types, and what runs it in the figure has them.
// The services as the enumerator sees them: balances, stored answers, locks. Each `handle` is one local transaction.
// `refuses(command)` is the business: a frozen account, a blocked payee. It answers 'ok', 'refused' or 'later'.

const AMOUNT = 100;

export function bank({ accounts, rules, refuses }) {
  const balances = { ...accounts };
  const answers = new Map();
  const closed = new Set();
  const holders = new Set(); // which saga has a hold on which account

  function handle(command, seen) {
    if (rules.keys === 'none') return perform(command, seen);
    if (answers.has(command.key)) return answers.get(command.key);
    const answer = command.undoes ? undo(command) : perform(command, seen);
    if (answer === 'ok' || (answer === 'refused' && rules.refusals === 'stored')) answers.set(command.key, answer);
    return answer;
  }

  /** An undo names its step. A step that never arrived is answered in advance, so that it is refused when it does: a tombstone. */
  function undo(command) {
    const step = answers.get(command.undoes);
    if (step === 'ok') return perform(command);
    if (step === undefined && rules.tombstones === 'kept') answers.set(command.undoes, 'refused');
    return 'ok';
  }

  function perform(command, seen) {
    const verdict = refuses(command);
    if (verdict !== 'ok') return verdict;
    if (command.closes) return close(command.closes);
    if (command.needs && balances[command.needs] < AMOUNT) return 'refused';
    if (command.move && !shift(command, seen)) return 'refused';
    if (command.then) shift({ move: command.then });
    if (command.holds) holders.add(`${command.saga} ${command.holds}`);
    if (command.frees) holders.delete(`${command.saga} ${command.frees}`);
    return 'ok';
  }

  function shift({ move: [from, to], unguarded }, seen = balances[from]) {
    const guarded = rules.update !== 'unguarded' && !unguarded;
    if (closed.has(to) || (guarded && seen < AMOUNT)) return false;
    balances[from] = (rules.update === 'written back' ? seen : balances[from]) - AMOUNT;
    balances[to] += AMOUNT;
    return true;
  }

  function close(account) {
    const held = rules.locks === 'held' && [...holders].some((holder) => holder.endsWith(` ${account}`));
    if (held || balances[account] !== 0) return 'refused';
    closed.add(account);
    return 'ok';
  }

  return { balances, handle, read: (account) => balances[account] };
}
