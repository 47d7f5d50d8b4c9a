import type { AnyAction } from '../../source/actions/registry.ts';
import {
  actionMenuKey,
  everywhereKeys,
  type FixedKey,
  listKeys,
  menuLetters,
  movingKeys,
  pageKeys,
} from '../../source/app/model/fixed-keys.ts';
import { views } from '../../source/views/index.ts';
import { asks } from './asks.ts';
import { keys, table } from './markdown.ts';

const scopes = ['guest', 'node', 'service', 'task', 'snapshot'] as const;

/** `p s` for what is in a menu, the key itself otherwise; empty = menus and palette only. */
export function keyOf(action: AnyAction): string {
  if (!action.menu) return action.key;
  const letter = menuLetters(action.menu.id)[action.id.slice(action.id.indexOf('.') + 1)];
  return letter === undefined ? action.menu.key : `${action.menu.key} ${letter}`;
}

const fixed = (list: readonly FixedKey[]) => list.map((each) => [keys(each.keys), each.words]);

function scopeTable(actions: readonly AnyAction[]): string {
  return table(
    ['key', 'action', 'what it does', 'asks', 'id'],
    actions.map((action) => [
      keyOf(action) === '' ? '`a` `:`' : keys(keyOf(action)),
      action.batch ? `${action.title} ×` : action.title,
      action.summary,
      asks(action),
      `\`${action.id}\``,
    ]),
  );
}

/** docs/keys.md */
export function keysPage(actions: readonly AnyAction[]): string {
  const lines = [
    '# Keys',
    '',
    'The same list, for the row under the cursor, is behind `?`. Upper case means shift.',
    '',
    '## Views',
    '',
    table(
      ['key', 'view'],
      views.map((view) => [keys(view.key), view.title]),
    ),
    '',
    '## Everywhere',
    '',
    table(['key', 'what it does'], [...fixed(movingKeys), ...fixed(everywhereKeys)]),
    '',
    '## In lists',
    '',
    table(['key', 'what it does'], fixed(listKeys)),
    '',
    '## On detail pages',
    '',
    table(['key', 'what it does'], fixed(pageKeys)),
    '',
    '## Actions',
    '',
    `${keys(actionMenuKey.keys)} opens the ${actionMenuKey.words}. ` +
      'Actions without a key of their own are there and in the command palette. ' +
      'Two keys stand for a menu and a letter in it. × marks what runs over marked rows too.',
    '',
  ];
  for (const scope of scopes) {
    const all = actions.filter((action) => action.scope === scope);
    lines.push(`### ${scope[0]?.toUpperCase()}${scope.slice(1)}`, '');
    lines.push(scopeTable(all.filter((action) => action.row === undefined)), '');
    const rows = all.filter((action) => action.row === 'snapshot');
    if (rows.length > 0) {
      lines.push('On the row of a snapshot these keys win over those of the guest:', '');
      lines.push(scopeTable(rows), '');
    }
  }
  lines.push(...answers);
  return lines.join('\n');
}

const answers = [
  '## Answering a question',
  '',
  '- `y` agrees, `n` and `esc` do not. The default is No: enter alone never agrees, a paste is ignored, and keys pressed in the first 300 ms after the question appeared are dropped.',
  '- Where the name has to be typed, enter sends it. The VMID stands for a name that is empty, not unique, or not plain ASCII.',
  '- Over six or more marked rows, whatever disturbs a guest wants their number typed.',
  '',
  'Why it is so: [confirmation](decisions/0006-confirmation.md).',
];

/** The table in the README: the keys one needs on the first day. */
export function readmeKeys(actions: readonly AnyAction[]): string {
  const rows: string[][] = [
    [views.map((view) => `\`${view.key}\``).join(' '), views.map((view) => view.title).join(', ')],
    ...fixed(movingKeys.slice(0, 5)),
    ...fixed([...pageKeys, ...listKeys, actionMenuKey, ...everywhereKeys]),
  ];
  for (const scope of scopes) {
    const menus = new Set<string>();
    for (const action of actions.filter((each) => each.scope === scope)) {
      const { menu } = action;
      if (menu && !menus.has(menu.id)) {
        menus.add(menu.id);
        const all = actions.filter((each) => each.scope === scope && each.menu?.id === menu.id);
        const titles = all.map((each) => each.title.toLowerCase()).join(', ');
        rows.push([keys(menu.key), `${scope}: ${menu.title.toLowerCase()} menu (${titles})`]);
      } else if (!menu && action.key !== '') {
        const title = action.title.toLowerCase().replace('spice', 'SPICE');
        const where = action.row === 'snapshot' ? 'snapshot row' : scope;
        rows.push([keys(action.key), `${where}: ${title}`]);
      }
    }
  }
  return table(['key', 'what it does'], rows);
}
