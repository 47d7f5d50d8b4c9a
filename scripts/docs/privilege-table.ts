import type { AnyAction } from '../../source/actions/registry.ts';
import { describeAction } from '../../source/cli/registry-json.ts';
import { table } from './markdown.ts';

const createNote =
  'on the pool it joins is enough; also `Datastore.AllocateSpace` on its storages and `SDN.Use` on its bridge';

/** What the declared need alone does not tell. */
const notes: Readonly<Record<string, string>> = {
  'guest.clone': '`VM.Allocate` on the pool the copy joins is enough',
  'guest.hibernate': 'also `Datastore.AllocateSpace` on the storage that takes the memory',
  'guest.spice': '`VM.PowerMgmt` only where a stopped guest has to be started first',
  'node.create-container': createNote,
  'node.create-vm': createNote,
  'task.stop': 'none for your own tasks; `Sys.Modify` on `/nodes/{node}` for those of others',
};

/** The table of docs/privileges.md: one row for each action. */
export function privilegeTable(actions: readonly AnyAction[]): string {
  const unknown = Object.keys(notes).find((id) => !actions.some((action) => action.id === id));
  if (unknown !== undefined) throw new Error(`There is no action ${unknown}`);
  return table(
    ['action', 'privilege', 'on path', 'note'],
    actions.map((action) => {
      const { privileges } = describeAction(action);
      const names = privileges.map((need) => need.anyOf.map((name) => `\`${name}\``).join(' or '));
      const paths = [...new Set(privileges.map((need) => `\`${need.path}\``))];
      return [
        `\`${action.id}\``,
        names.join(' and ') || '–',
        paths.join(', ') || '–',
        notes[action.id] ?? '',
      ];
    }),
  );
}
