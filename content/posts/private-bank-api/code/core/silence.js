// @ts-nocheck: this code is without types, and what runs it in the figure has them.
// What a coordinator that gives up on silence writes into its log. The sound rule writes nothing: the command is sent again.

/** What silence adds to the log where the rule gives up; undefined where the command is sent again. */
export function entryForSilence({ op, undoes, pivot }, { silence }) {
  if (undoes || silence === 'repeat' || (pivot && silence === 'undo before pivot')) return undefined;
  return silence === 'refusal' ? 'abort' : `doubt ${op}`;
}
