import type {
  FirewallAlias,
  FirewallEntry,
  FirewallGroup,
  FirewallMacro,
  FirewallOptions,
  FirewallRef,
  FirewallRule,
  FirewallRules,
  FirewallSet,
} from '../../domain/firewall.ts';
import { type SafeText, sanitise, say } from '../../domain/safe-text.ts';
import { asRow, flag, integer, number, type Row, rowsOf, text, told } from '../decode.ts';

/** The parameters that make a rule what it is. */
const ruleKeys = [
  ...['type', 'action', 'enable', 'macro', 'iface', 'source', 'dest', 'proto', 'sport', 'dport'],
  ...['icmp-type', 'log', 'comment'],
] as const;

function digestOf(rows: readonly Row[]): string | undefined {
  const found = rows.find(({ digest }) => typeof digest === 'string')?.digest;
  return typeof found === 'string' ? found : undefined;
}

function rawOf(row: Row): Record<string, string> {
  const raw: Record<string, string> = {};
  for (const key of ruleKeys) {
    const value = row[key];
    if (value === undefined || value === null || value === '' || typeof value === 'object')
      continue;
    raw[key] = String(value);
  }
  return raw;
}

/** `{"dest": "no such ipset 'x'"}` */
function errorsOf(value: unknown): SafeText[] | undefined {
  const errors = Object.entries(asRow(value) ?? {});
  if (errors.length === 0) return undefined;
  return errors.map(([name, words]) => say`${sanitise(name)}: ${sanitise(words)}`);
}

function decodeRule(row: Row, index: number): FirewallRule {
  return told<FirewallRule>({
    pos: integer(row.pos) ?? index,
    type: text(row.type) ?? ('?' as SafeText),
    action: text(row.action) ?? ('?' as SafeText),
    // Not told is off.
    enable: (number(row.enable) ?? 0) > 0,
    macro: text(row.macro),
    iface: text(row.iface),
    source: text(row.source),
    dest: text(row.dest),
    proto: text(row.proto),
    sport: text(row.sport),
    dport: text(row.dport),
    icmpType: text(row['icmp-type']),
    log: text(row.log),
    comment: text(row.comment),
    errors: errorsOf(row.errors),
    raw: rawOf(row),
  });
}

/** GET …/rules: in the order in which they are asked; every row has the digest of the whole list. */
export function decodeRules(data: readonly unknown[]): FirewallRules {
  const rows = rowsOf(data);
  return told<FirewallRules>({ rules: rows.map(decodeRule), digest: digestOf(rows) });
}

/** GET …/options: what is not set is absent. */
export function decodeFirewallOptions(row: Row): FirewallOptions {
  const values: Record<string, SafeText> = {};
  for (const [name, value] of Object.entries(row)) {
    const words = typeof value === 'boolean' ? sanitise(value ? '1' : '0') : text(value);
    if (name !== 'digest' && words !== undefined) values[sanitise(name)] = words;
  }
  return told<FirewallOptions>({
    values,
    digest: typeof row.digest === 'string' ? row.digest : undefined,
  });
}

export function decodeAliases(data: readonly unknown[]): {
  readonly aliases: readonly FirewallAlias[];
  readonly digest?: string;
} {
  const rows = rowsOf(data);
  const aliases = rows.flatMap((row) => {
    const name = text(row.name);
    const cidr = text(row.cidr);
    if (name === undefined || cidr === undefined) return [];
    return [told<FirewallAlias>({ name, cidr, comment: text(row.comment) })];
  });
  return told({ aliases, digest: digestOf(rows) });
}

/** GET …/ipset: names alone. */
export function decodeSets(data: readonly unknown[]): FirewallSet[] {
  return rowsOf(data).flatMap((row) => {
    const name = text(row.name);
    return name === undefined ? [] : [told<FirewallSet>({ name, comment: text(row.comment) })];
  });
}

/** GET …/ipset/{name} */
export function decodeEntries(data: readonly unknown[]): {
  readonly entries: readonly FirewallEntry[];
  readonly digest?: string;
} {
  const rows = rowsOf(data);
  const entries = rows.flatMap((row) => {
    const cidr = text(row.cidr);
    if (cidr === undefined) return [];
    const nomatch = flag(row.nomatch) === true;
    return [told<FirewallEntry>({ cidr, nomatch, comment: text(row.comment) })];
  });
  return told({ entries, digest: digestOf(rows) });
}

/** GET …/refs. The scope stands before the name when a rule uses it. */
export function decodeRefs(data: readonly unknown[]): FirewallRef[] {
  return rowsOf(data).flatMap((row) => {
    const type = text(row.type);
    const name = text(row.name);
    if (type === undefined || name === undefined) return [];
    const scope = text(row.scope);
    const scoped = scope === undefined ? name : say`${scope}/${name}`;
    const ref = type === 'ipset' ? say`+${scoped}` : scoped;
    return [told<FirewallRef>({ type, name, scope, ref, comment: text(row.comment) })];
  });
}

/** GET /cluster/firewall/macros, by name: PVE tells them in no order. */
export function decodeMacros(data: readonly unknown[]): FirewallMacro[] {
  return rowsOf(data)
    .flatMap((row) => {
      const macro = text(row.macro);
      return macro === undefined ? [] : [told({ macro, description: text(row.descr) })];
    })
    .sort((a, b) => (a.macro.toLowerCase() < b.macro.toLowerCase() ? -1 : 1));
}

/** GET /cluster/firewall/groups */
export function decodeGroups(data: readonly unknown[]): FirewallGroup[] {
  return rowsOf(data).flatMap((row) => {
    const group = text(row.group);
    return group === undefined ? [] : [told({ group, comment: text(row.comment) })];
  });
}
