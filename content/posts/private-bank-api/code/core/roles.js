// Who may do what. A service asks this about its own data; nothing else grants anything.

const grants = new Map([
  ['customer', ['account:read:own', 'transfer:create:own']],
  ['teller', ['account:read:any', 'transfer:create:any']],
  ['auditor', ['account:read:any', 'ledger:read:any']],
  ['coordinator', ['account:move:any']],
]);

export function permit({ role, subject }, action, owner) {
  const held = grants.get(role) ?? [];
  if (held.includes(`${action}:any`)) return true;
  return held.includes(`${action}:own`) && Boolean(subject) && subject === owner;
}

const ROLES = [...grants.keys(), undefined, 'constructor'];
export const ACTIONS = ['account:read', 'transfer:create', 'ledger:read', 'account:move'];
const OWNERSHIPS = {
  own: { subject: 'ana', owner: 'ana' },
  other: { subject: 'ana', owner: 'ben' },
  nobody: { subject: undefined, owner: undefined },
};

/** Every question that can be asked, with its answer. */
export function questions() {
  return ROLES.flatMap((role) => ACTIONS.flatMap((action) => Object.entries(OWNERSHIPS).map(([ownership, { subject, owner }]) => ({
    role: role ?? '(none)', action, ownership, yes: permit({ role, subject }, action, owner),
  }))));
}
