import { segment, textLine } from '../../components/compose.ts';
import type { Line, Tone } from '../../components/line.ts';
import type { Cell, Column } from '../../components/table/columns.ts';
import { detailOf } from '../../domain/detail.ts';
import { type FirewallRule, ruleText } from '../../domain/firewall.ts';
import { ruleWords, serviceOf } from '../../domain/firewall-words.ts';
import { NOT_APPLICABLE } from '../../domain/format.ts';
import { type Guest, guestKey } from '../../domain/guest.ts';
import { joinSafe, type SafeText, say } from '../../domain/safe-text.ts';
import { detailEmpty } from '../freshness.ts';
import type { TabTable, ViewContext } from '../types.ts';

const verdicts: Readonly<Record<string, Tone>> = { ACCEPT: 'good', DROP: 'bad', REJECT: 'bad' };

/** What is not restricted. */
const any = (rule: FirewallRule): Cell => ({
  text: rule.type === 'group' ? NOT_APPLICABLE : say`any`,
  tone: 'dim',
});

const shown = (rule: FirewallRule, text: SafeText | undefined): Cell =>
  text === undefined ? any(rule) : { text, ...(rule.enable ? {} : { tone: 'dim' as const }) };

function stateCell(rule: FirewallRule): Cell {
  if (rule.errors) return { text: say`bad`, tone: 'bad' };
  return rule.enable ? { text: say`on`, tone: 'good' } : { text: say`off`, tone: 'dim' };
}

function actionCell(rule: FirewallRule): Cell {
  if (rule.type === 'group') return { text: NOT_APPLICABLE, tone: 'dim' };
  const tone = rule.enable ? (verdicts[rule.action] ?? 'plain') : 'dim';
  return [segment(rule.action, tone)];
}

/** Why Proxmox skips the rule stands before its comment. */
function commentCell(rule: FirewallRule): Cell {
  const comment = segment(rule.comment ?? (rule.errors ? say`` : NOT_APPLICABLE), 'dim');
  if (!rule.errors) return [comment];
  return [segment(say`skipped: ${joinSafe(rule.errors, '; ')} `, 'bad'), comment];
}

export const ruleColumns: readonly Column<FirewallRule>[] = [
  {
    id: 'pos',
    title: say`#`,
    min: 3,
    align: 'right',
    priority: 0,
    cell: (rule) => ({ text: say`${rule.pos}` }),
  },
  { id: 'on', title: say`On`, min: 3, priority: 0, cell: stateCell },
  {
    id: 'type',
    title: say`Type`,
    min: 5,
    max: 7,
    priority: 0,
    cell: (rule) => shown(rule, rule.type),
  },
  { id: 'action', title: say`Action`, min: 7, max: 8, priority: 0, cell: actionCell },
  {
    id: 'service',
    title: say`Service`,
    min: 14,
    max: 40,
    grow: 2,
    priority: 0,
    // The name of a group stands for what its rules are about.
    cell: (rule) => shown(rule, rule.type === 'group' ? rule.action : serviceOf(rule)),
  },
  {
    id: 'source',
    title: say`Source`,
    min: 15,
    max: 32,
    grow: 2,
    priority: 0,
    cell: (rule) => shown(rule, rule.source),
  },
  {
    id: 'dest',
    title: say`Destination`,
    min: 11,
    max: 32,
    grow: 1,
    priority: 1,
    cell: (rule) => shown(rule, rule.dest),
  },
  {
    id: 'iface',
    title: say`Device`,
    min: 6,
    max: 8,
    priority: 4,
    cell: (rule) => (rule.iface ? { text: rule.iface } : { text: say`all`, tone: 'dim' }),
  },
  {
    id: 'log',
    title: say`Log`,
    min: 7,
    priority: 3,
    cell: ({ log }) =>
      log && log !== 'nolog' ? { text: log } : { text: NOT_APPLICABLE, tone: 'dim' },
  },
  {
    id: 'comment',
    title: say`Comment`,
    min: 11,
    max: 80,
    grow: 6,
    priority: 2,
    cell: commentCell,
  },
];

/**
 * A name that stays with a rule when it is moved or switched on and off: its place is another one then. Rules that are the
 * same are told apart by their order.
 */
export function ruleKeys(rules: readonly FirewallRule[]): ReadonlyMap<FirewallRule, string> {
  const seen = new Map<string, number>();
  return new Map(
    rules.map((rule) => {
      const { enable: _on, ...raw } = rule.raw;
      const text = ruleText({ ...rule, raw });
      const count = seen.get(text) ?? 0;
      seen.set(text, count + 1);
      return [rule, `${text}#${count}`];
    }),
  );
}

export function ruleTable(
  guest: Guest,
  context: ViewContext,
  notes: readonly Line[],
): TabTable<FirewallRule> {
  const source = detailOf(context.details, 'firewall.rules', guestKey(guest));
  const rules = source.data?.rules ?? [];
  const keys = ruleKeys(rules);
  return {
    kind: 'table',
    columns: ruleColumns,
    rows: rules,
    rowKey: (rule) => keys.get(rule) ?? String(rule.pos),
    empty: source.data
      ? [
          textLine(say`no rules: the policies decide about everything`, 'dim'),
          textLine(say`F, then N adds one`, 'dim'),
        ]
      : detailEmpty(source, say`no rules`),
    notes,
    picked: (rule) => ({ kind: 'firewall-rule', key: String(rule.pos), shown: ruleText(rule) }),
    copies: (rule) => [{ label: say`rule`, text: ruleWords(rule) }],
  };
}
