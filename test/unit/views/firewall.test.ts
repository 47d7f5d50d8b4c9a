import assert from 'node:assert/strict';
import test from 'node:test';
import type { DetailMap } from '../../../source/domain/detail.ts';
import { guestKey } from '../../../source/domain/guest.ts';
import { sanitise, say } from '../../../source/domain/safe-text.ts';
import {
  decodeFirewallOptions,
  decodeRules,
} from '../../../source/services/pve/decode-firewall.ts';
import { firewallTabs } from '../../../source/views/guests/firewall.ts';
import { ruleKeys } from '../../../source/views/guests/firewall-rules.ts';
import type { TabTable } from '../../../source/views/types.ts';
import {
  allOf,
  contextOf,
  detail,
  drawn,
  guest,
  home,
  now,
  unreachable,
  withResources,
} from './fixtures.ts';

const vm = guest(101);
const key = guestKey(vm);
const ssh = { type: 'in', action: 'ACCEPT', macro: 'SSH', source: '+guest/admins', enable: 1 };
const read = decodeRules([
  { ...ssh, comment: 'Shell' },
  { type: 'group', action: 'monitoring', enable: 1 },
  {
    type: 'in',
    action: 'DROP',
    proto: 'tcp',
    dport: '8080',
    source: 'gone',
    log: 'info',
    errors: { source: "no such alias 'gone'" },
  },
]);
const rules = detail('firewall.rules', key, { data: read });
const pending = detail('guest.pending', key, {
  data: [{ key: say`net0`, value: sanitise('virtio=BC:24:11:00:00:01,bridge=vmbr0,firewall=1') }],
});
const options = (values: object) =>
  detail('firewall.options', key, { data: decodeFirewallOptions({ ...values }) });
const cluster = detail('firewall.cluster', home, { data: decodeFirewallOptions({ enable: 1 }) });
const cells = { now, ascii: false, manySites: false };

function open(tab: string, details: DetailMap, width = 118) {
  const found = firewallTabs.find(({ id }) => id === tab);
  assert.ok(found);
  const body = found.body(vm, contextOf([withResources({})], details, { width, height: 30 }));
  assert.notEqual(body.kind, 'lines');
  return body as TabTable<object>;
}

test('rules fit into 80 and 120 columns, and a skipped one says why', () => {
  const table = open('firewall', { ...rules, ...pending, ...options({ enable: 1 }), ...cluster });
  const narrow = drawn(table.columns, table.rows, 80, cells);
  assert.ok(narrow.every((row) => row.length <= 80));
  assert.match(narrow[0] ?? '', /0 on +in +ACCEPT +SSH +\+guest\/admins +any +Shell/);
  assert.match(narrow[1] ?? '', /1 on +group +– +monitoring/);
  assert.match(narrow[2] ?? '', /2 bad +in +DROP +tcp 8080 +gone/);
  const wide = drawn(table.columns, table.rows, 160, cells).join('\n');
  assert.match(wide, /info +skipped: source: no such alias 'gone'/);
});

test('a rule keeps its name when it is moved or switched; twins are told apart', () => {
  const again = decodeRules([
    { type: 'group', action: 'monitoring', enable: 1 },
    { ...ssh, comment: 'Shell', enable: 0 },
    { type: 'group', action: 'monitoring', enable: 1 },
  ]).rules;
  const before = [...ruleKeys(read.rules).values()];
  const after = [...ruleKeys(again).values()];
  assert.equal(after[1], before[0]);
  assert.equal(after[0], before[1]);
  assert.equal(new Set(after).size, 3);
  const { picked } = open('firewall', rules);
  assert.equal(picked?.(again[2] as object)?.key, '2');
});

test('above the rules stands whether they do anything', () => {
  const notes = (details: DetailMap) => allOf(open('firewall', details).notes ?? []);
  const all = { ...rules, ...pending, ...options({ enable: 1 }), ...cluster };
  assert.match(notes(all), /✓ Active on net0\.\nOtherwise in DROP · out ACCEPT · DHCP on/);
  assert.match(notes({ ...all, ...options({}) }), /⚠ The rules do nothing: this guest's firewall/);
  const denied = { ...unreachable, what: say`Not permitted: Sys.Audit on / is missing` };
  const dark = detail('firewall.cluster', home, { failure: denied });
  assert.match(notes({ ...all, ...dark }), /\? Whether .* unknown\.\n +Unknown is the cluster's/);
  assert.match(notes(rules), /unknown/, 'nothing but the rules was read yet');
});

test('no rules, rules not read and rules that cannot be read are three things', () => {
  const empty = (details: DetailMap) => allOf(open('firewall', details).empty);
  assert.match(
    empty(detail('firewall.rules', key, { data: decodeRules([]) })),
    /no rules: the pol/,
  );
  assert.match(empty({}), /loading/);
  assert.match(empty(detail('firewall.rules', key, { failure: unreachable })), /unknown/);
});

test('aliases and IP sets with their entries; a set that could not be read says so', () => {
  const names = detail('firewall.names', key, {
    data: {
      aliases: [{ name: say`router`, cidr: say`10.0.0.1` }],
      sets: [
        { name: say`admins`, entries: [{ cidr: say`10.0.0.0/8`, nomatch: true }] },
        { name: say`dark` },
      ],
    },
  });
  const table = open('firewall-names', names, 78);
  const text = drawn(table.columns, table.rows, 80, cells).join('\n');
  assert.match(text, /alias +router +10\.0\.0\.1/);
  assert.match(text, /IP set +admins +1 entry/);
  assert.match(text, /not +10\.0\.0\.0\/8 excluded/);
  assert.match(text, /dark +\? could not be read/);
  assert.deepEqual(
    table.rows.map((row) => table.picked?.(row as never)?.key),
    ['router', 'admins', 'admins 10.0.0.0/8', 'dark'],
  );
});
