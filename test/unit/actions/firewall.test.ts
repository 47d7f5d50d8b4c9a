import assert from 'node:assert/strict';
import test from 'node:test';
import { availabilityOf } from '../../../source/actions/availability.ts';
import { execute } from '../../../source/actions/execute.ts';
import { fieldProblems, initialValues, shownFields } from '../../../source/actions/fields.ts';
import { newRule, ruleChange } from '../../../source/actions/firewall-rule-plan.ts';
import { guestFirewallAddEntry } from '../../../source/actions/guest-firewall-add-entry.ts';
import { guestFirewallAddRule } from '../../../source/actions/guest-firewall-add-rule.ts';
import { guestFirewallEditAlias } from '../../../source/actions/guest-firewall-edit-alias.ts';
import { guestFirewallEditRule } from '../../../source/actions/guest-firewall-edit-rule.ts';
import { guestFirewallRemoveEntry } from '../../../source/actions/guest-firewall-remove-entry.ts';
import { guestFirewallRemoveSet } from '../../../source/actions/guest-firewall-remove-set.ts';
import { guestFirewallRuleUp } from '../../../source/actions/guest-firewall-rule-up.ts';
import { guestFirewallSetOptions } from '../../../source/actions/guest-firewall-set-options.ts';
import { guestFirewallToggleRule } from '../../../source/actions/guest-firewall-toggle-rule.ts';
import type { Action, Facts, FieldValues, FirewallFacts } from '../../../source/actions/types.ts';
import { ruleText } from '../../../source/domain/firewall.ts';
import { fail, ok } from '../../../source/domain/result.ts';
import { say } from '../../../source/domain/safe-text.ts';
import {
  decodeFirewallOptions,
  decodeRules,
} from '../../../source/services/pve/decode-firewall.ts';
import type { FirewallApi } from '../../../source/services/types.ts';
import { environment, facts, fakeSite, free, guest, options, prepared } from './fakes.ts';

const ssh = { type: 'in', action: 'ACCEPT', macro: 'SSH', source: '+guest/admins', enable: 1 };
const web = { type: 'in', action: 'ACCEPT', proto: 'tcp', dport: '80', sport: '1024:65535' };
const rules = (...list: readonly object[]) =>
  decodeRules(list.map((each, pos) => ({ ...each, pos, digest: 'rules' })));

const firewall: FirewallFacts = {
  rules: rules(ssh, web),
  options: decodeFirewallOptions({ enable: 0, digest: 'options' }),
  names: {
    aliases: [{ name: say`router`, cidr: say`10.0.0.1`, comment: say`way out` }],
    aliasDigest: 'aliases',
    sets: [
      {
        name: say`admins`,
        entries: [{ cidr: say`10.0.0.0/8`, nomatch: false }],
        digest: 'entries',
      },
      { name: say`empty`, entries: [] },
    ],
  },
  cluster: decodeFirewallOptions({ enable: 1 }),
};
const config = { entries: { net0: say`virtio=BC:24:11:00:00:01,bridge=vmbr0,firewall=1` } };
const known = (change: Partial<Facts> = {}): Facts => facts({ firewall, config, ...change });
const onRule = (pos: number, shown?: string) =>
  known({
    picked: { kind: 'firewall-rule', key: String(pos), ...(shown === undefined ? {} : { shown }) },
  });

/** Runs a confirmed action and notes the calls it made. */
async function run(
  action: Action<'guest'>,
  values: FieldValues,
  api: Partial<FirewallApi>,
  about: Facts = known(),
) {
  const { environment: around } = environment(fakeSite({ firewall: api }));
  const ready = prepared(action, guest(), about);
  return execute(ready, values, { yes: true }, around, options().options);
}

test('a new rule says that it is on, and has only what belongs to its kind', () => {
  assert.deepEqual(newRule({ action: 'DROP' }), { type: 'in', action: 'DROP', enable: 1 });
  assert.deepEqual(
    newRule({ type: 'out', action: 'ACCEPT', macro: 'DNS', dport: '53', log: 'nolog' }),
    {
      type: 'out',
      action: 'ACCEPT',
      macro: 'DNS',
      enable: 1,
    },
  );
  const group = { type: 'group', action: 'web', source: '10.0.0.1', iface: 'net0', enable: false };
  assert.deepEqual(newRule(group), { type: 'group', action: 'web', iface: 'net0', enable: 0 });
});

test('only differences are sent, and what a new kind cannot have goes', () => {
  const [first, second] = firewall.rules.rules;
  assert.ok(first && second);
  assert.deepEqual(ruleChange(first, { ...first.raw, enable: true }), {});
  assert.deepEqual(ruleChange(first, { source: undefined, comment: 'x', enable: false }), {
    set: { comment: 'x', enable: 0 },
    delete: ['source'],
  });
  assert.deepEqual(ruleChange(second, { macro: 'Web' }), {
    set: { macro: 'Web' },
    delete: ['proto', 'dport', 'sport'],
  });
  assert.deepEqual(ruleChange(second, { type: 'group', action: 'monitoring' }), {
    set: { type: 'group', action: 'monitoring' },
    delete: ['proto', 'dport', 'sport'],
  });
  assert.deepEqual(ruleChange(second, { enable: false }), {}, 'not said is off already');
});

test('the form of a row begins as that rule is, and asks for no place', () => {
  const about = onRule(1);
  const values = initialValues(guestFirewallEditRule, guest(), about);
  assert.equal(values.dport, '80');
  assert.equal(values.enable, false);
  const names = shownFields(guestFirewallEditRule, guest(), about, values).map(({ name }) => name);
  assert.ok(!names.includes('pos') && names.includes('dport'), names.join());
  const added = initialValues(guestFirewallAddRule, guest(), about);
  assert.equal(added.dport, undefined, 'a new rule starts from nothing');
  assert.equal(added.enable, true);
});

test('bad values are found before the call', () => {
  const problems = (values: FieldValues) =>
    fieldProblems(guestFirewallAddRule, { action: 'ACCEPT', ...values }, guest(), known());
  assert.deepEqual(problems({}), {});
  assert.match(problems({ dport: '80' }).dport ?? '', /a protocol with ports/);
  assert.match(problems({ macro: 'SSH', dport: '22' }).dport ?? '', /does not apply/);
  assert.match(problems({ proto: 'tcp', dport: '80-90' }).dport ?? '', /80:90/);
  assert.match(problems({ source: '10.0.0.1/8' }).source ?? '', /in a network/);
  assert.match(problems({ iface: 'eth0' }).iface ?? '', /net0/);
  assert.match(problems({ comment: 'a\nb' }).comment ?? '', /one line/);
  assert.match(problems({ place: 3 }).place ?? '', /at most 2/);
  assert.match(problems({ type: 'group' }).action ?? '', /security group is needed/);
  assert.match(problems({ action: undefined }).action ?? '', /needed/);
});

test('a row that shows another rule than there is now offers nothing', () => {
  const [first, second] = firewall.rules.rules;
  assert.ok(first && second);
  const offered = (about: Facts) => availabilityOf(guestFirewallToggleRule, guest(), about, free);
  assert.equal(offered(onRule(0, ruleText(first))).state, 'yes');
  const other = offered(onRule(0, ruleText(second)));
  assert.match(other.state === 'disabled' ? other.reason : '', /at 0 is now in ACCEPT SSH/);
  const gone = offered(onRule(7, ruleText(second)));
  assert.match(gone.state === 'disabled' ? gone.reason : '', /there is no rule 7 now/);
  const top = availabilityOf(guestFirewallRuleUp, guest(), onRule(0, ruleText(first)), free);
  assert.match(top.state === 'disabled' ? top.reason : '', /first rule already/);
});

test('a switch is written with the digest; a conflict is told as what it is', async () => {
  const sent: unknown[] = [];
  const done = await run(
    guestFirewallToggleRule,
    {},
    {
      setRule: async (...call) => {
        sent.push(call.slice(1, 3));
        return ok({});
      },
    },
    onRule(1),
  );
  assert.ok(done.ok, JSON.stringify(done));
  assert.deepEqual(sent, [[1, { set: { enable: 1 }, digest: 'rules' }]]);
  const detail = say`detected modified configuration - file changed by other user? Try again.`;
  const late = await run(
    guestFirewallToggleRule,
    {},
    {
      setRule: async () => fail({ kind: 'rejected', what: say`x`, detail }),
    },
    onRule(1),
  );
  assert.match(!late.ok ? late.failure.what : '', /Changed by somebody else meanwhile; nothing/);
});

test('a rule for another place is added off, moved, and only then switched on', async () => {
  const calls: string[] = [];
  let now = rules(ssh, web);
  const sent = { type: 'in', action: 'DROP', macro: 'Ping' };
  const api: Partial<FirewallApi> = {
    addRule: async (_place, rule) => {
      calls.push(`add enable=${rule.enable}`);
      now = rules({ ...sent, enable: 0 }, ssh, web);
      return ok({});
    },
    rules: async () => ok(now),
    moveRule: async (_place, pos, to, digest) => {
      calls.push(`move ${pos} ${to} ${digest}`);
      now = rules(ssh, { ...sent, enable: 0 }, web);
      return ok({});
    },
    setRule: async (_place, pos, change) => {
      calls.push(`set ${pos} ${JSON.stringify(change)}`);
      return ok({});
    },
  };
  const values = { action: 'DROP', macro: 'ping', place: 1 };
  const added = await run(guestFirewallAddRule, values, api);
  assert.ok(added.ok, JSON.stringify(added));
  assert.deepEqual(calls, [
    'add enable=0',
    'move 0 1 rules',
    'set 1 {"set":{"enable":1},"digest":"rules"}',
  ]);
  // Somebody else adds one right behind ours.
  calls.length = 0;
  now = rules(ssh, web);
  const other: Partial<FirewallApi> = {
    ...api,
    rules: async () => ok(rules({ ...ssh, macro: 'Web' }, { ...sent, enable: 0 }, ssh, web)),
  };
  const stopped = await run(guestFirewallAddRule, values, other);
  assert.match(!stopped.ok ? stopped.failure.what : '', /Somebody else changed the rules/);
  assert.deepEqual(calls, ['add enable=0'], 'it stays off and nothing is moved');
});

test('switching it on warns of what is shut out and of switches that are off', () => {
  const lines = (values: FieldValues, change: Partial<FirewallFacts> = {}) =>
    guestFirewallSetOptions
      .confirm(guest(), values, known({ firewall: { ...firewall, ...change } }))
      .lines.join('\n');
  assert.match(lines({ enable: true }), /enable: 0 → 1/);
  assert.doesNotMatch(lines({ enable: true }), /SSH/);
  const closed = lines({ enable: true }, { rules: rules(web) });
  assert.match(closed, /Nobody gets in by SSH: what comes in meets DROP, and no rule lets it pass/);
  assert.doesNotMatch(lines({ enable: true, 'policy-in': 'ACCEPT' }, { rules: rules(web) }), /SSH/);
  assert.match(
    lines({ enable: true }, { cluster: decodeFirewallOptions({}) }),
    /The rules do nothing: the cluster firewall is off/,
  );
  const { cluster: _unread, ...rest } = firewall;
  const unknown = guestFirewallSetOptions.confirm(
    guest(),
    { enable: true },
    known({ firewall: rest }),
  );
  assert.match(unknown.lines.join('\n'), /active is unknown/);
});

test('aliases are replaced whole; sets that are not empty are forced, entries have a digest', async () => {
  const sent: unknown[] = [];
  const note =
    (name: string) =>
    async (...call: readonly unknown[]) => {
      sent.push([name, ...call.slice(1, -1)]);
      return ok({});
    };
  const api = {
    setAlias: note('alias'),
    removeSet: note('set'),
    removeEntry: note('entry'),
  } as Partial<FirewallApi>;
  const on = (kind: 'firewall-alias' | 'firewall-set' | 'firewall-entry', key: string) =>
    known({ picked: { kind, key } });
  await run(guestFirewallEditAlias, { cidr: '10.0.0.2' }, api, on('firewall-alias', 'router'));
  await run(guestFirewallRemoveSet, {}, api, on('firewall-set', 'admins'));
  await run(guestFirewallRemoveSet, {}, api, on('firewall-set', 'empty'));
  await run(guestFirewallRemoveEntry, {}, api, on('firewall-entry', 'admins 10.0.0.0/8'));
  assert.deepEqual(sent, [
    ['alias', 'router', { cidr: '10.0.0.2', comment: 'way out', digest: 'aliases' }],
    ['set', 'admins', { force: true }],
    ['set', 'empty', {}],
    ['entry', 'admins', '10.0.0.0/8', 'entries'],
  ]);
});

test('the set that the form shows is the set that is changed, wherever the cursor is', async () => {
  const twin = { cidr: say`10.0.0.0/8`, nomatch: false };
  const sets = [
    { name: say`admins`, entries: [twin], digest: 'of admins' },
    { name: say`blocked`, entries: [twin], digest: 'of blocked' },
  ];
  const on = (kind: 'firewall-set' | 'firewall-entry', key: string) =>
    known({
      firewall: { ...firewall, names: { ...firewall.names, sets } },
      picked: { kind, key },
    });
  const calls: unknown[] = [];
  const api: Partial<FirewallApi> = {
    removeEntry: async (_place, set, cidr, digest) => {
      calls.push(`remove ${set} ${cidr} ${digest}`);
      return ok({});
    },
    addEntry: async (_place, set, { cidr }) => {
      calls.push(`add ${set} ${cidr}`);
      return ok({});
    },
  };
  const onSet = on('firewall-set', 'blocked');
  const begun = initialValues(guestFirewallRemoveEntry, guest(), onSet);
  assert.deepEqual(begun, { name: 'blocked', cidr: '10.0.0.0/8' }, 'begins with the row');
  const chosen = { ...begun, name: 'admins' };
  const { question } = guestFirewallRemoveEntry.confirm(guest(), chosen, onSet);
  assert.match(question, /10\.0\.0\.0\/8 out of admins/);
  assert.ok((await run(guestFirewallRemoveEntry, begun, api, onSet)).ok);
  assert.ok((await run(guestFirewallRemoveEntry, chosen, api, onSet)).ok);
  const onEntry = on('firewall-entry', 'blocked 10.0.0.0/8');
  assert.deepEqual(initialValues(guestFirewallRemoveEntry, guest(), onEntry), {});
  assert.ok((await run(guestFirewallRemoveEntry, {}, api, onEntry)).ok);
  const added = initialValues(guestFirewallAddEntry, guest(), onEntry);
  assert.equal(added.name, 'blocked');
  const other = { ...added, name: 'admins', cidr: '10.1.0.0/16' };
  assert.ok((await run(guestFirewallAddEntry, other, api, onEntry)).ok);
  assert.ok((await run(guestFirewallAddEntry, { cidr: '10.2.0.0/16' }, api, onSet)).ok);
  assert.deepEqual(calls, [
    'remove blocked 10.0.0.0/8 of blocked',
    'remove admins 10.0.0.0/8 of admins',
    'remove blocked 10.0.0.0/8 of blocked',
    'add admins 10.1.0.0/16',
    'add blocked 10.2.0.0/16',
  ]);
});
