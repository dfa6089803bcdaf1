// @ts-nocheck: this code is without types, and what runs it in the figure has them.
// What a coordinator does next, decided from its log alone. The log is the coordinator's whole memory: a list of the answers that it has received.
// No IO: the enumerator and the real coordinator both call `next` and `entry`.

export const transfer = [
  { op: 'reserve', at: 'ledger', move: ['ana', 'hold'] },
  { op: 'clear', at: 'ledger', move: ['hold', 'clearing'] },
  { op: 'screen', at: 'screening' },
  { op: 'credit', at: 'ledger', move: ['clearing', 'ben'], pivot: true },
];

/** Every rule kept. A row of the tables removes one. */
export const sound = {
  keys: 'derived', // or 'none'
  refusals: 'stored', // or 'forgotten': a repeated request is judged anew
  order: 'reverse', // or 'forward'
  silence: 'repeat', // or 'refusal'; or give up, but undo the step in doubt too: 'undo', 'undo before pivot'
  tombstones: 'kept', // or 'none': an undo of a step that never arrived leaves no trace
  compensation: 'accepted', // or 'refusable', or 'postponable': "not yet", which is not stored
  identity: 'own', // or 'bearer': commands carry the customer's token, which expires
  update: 'guarded', // or 'unguarded', 'checked before', 'written back'
  locks: 'held', // or 'none'
};

/** What the log asks for: a command to send, or the end. */
// #region next
export function next({ id, plan, rules }, log) {
  if (log.includes('stuck')) return { end: 'stuck' };
  if (!log.some(gaveUp)) {
    const step = plan.find(({ op }) => !log.includes(op));
    return step ? { ...step, saga: id, key: `${id}/${step.op}` } : { end: 'done' };
  }
  const order = rules.order === 'forward' ? plan : plan.toReversed();
  const step = order.find(({ op, move }) => move && inEffect(op, log));
  return step ? compensation(id, step) : { end: 'undone' };
}
// #endregion

/** What an answer adds to the log. Silence adds nothing: the command is sent again. */
export function entry(command, answer) {
  if (command.undoes) return answer === 'ok' ? command.op : 'stuck';
  return answer === 'ok' ? command.op : 'abort';
}

function gaveUp(line) {
  return line === 'abort' || line.startsWith('doubt ');
}

function inEffect(op, log) {
  return (log.includes(op) || log.includes(`doubt ${op}`)) && !log.includes(`undo ${op}`);
}

function compensation(id, { op, at, move, holds }) {
  return { op: `undo ${op}`, at, saga: id, key: `${id}/undo ${op}`, undoes: `${id}/${op}`, move: move.toReversed(), frees: holds };
}
