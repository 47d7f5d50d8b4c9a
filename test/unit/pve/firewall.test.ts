import assert from 'node:assert/strict';
import test from 'node:test';
import { firewallFlag, firewallOption } from '../../../source/domain/firewall.ts';
import {
  decodeAliases,
  decodeEntries,
  decodeFirewallOptions,
  decodeMacros,
  decodeRefs,
  decodeRules,
} from '../../../source/services/pve/decode-firewall.ts';
import { guest, safe } from '../actions/fakes.ts';
import { rig } from '../http/fake-environment.ts';
import { certificate, json, startServer } from '../http/fake-server.ts';

test('a rule that does not say so is off; the digest is that of the list', () => {
  const { rules, digest } = decodeRules([
    { pos: 0, type: 'in', action: 'ACCEPT', macro: 'SSH', enable: 1, digest: 'aa' },
    { pos: 1, type: 'out', action: 'DROP', dest: '', 'icmp-type': 'any', proto: 'icmp' },
    { pos: 2, type: 'group', action: 'web', enable: '1', errors: { dest: 'no such alias' } },
  ]);
  assert.equal(digest, 'aa');
  assert.deepEqual(
    rules.map(({ enable }) => enable),
    [true, false, true],
  );
  assert.equal(rules[1]?.icmpType, 'any');
  assert.equal(rules[1]?.dest, undefined);
  assert.deepEqual(rules[2]?.errors, ['dest: no such alias']);
  assert.deepEqual(rules[0]?.raw, { type: 'in', action: 'ACCEPT', macro: 'SSH', enable: '1' });
  assert.deepEqual(decodeRules([]), { rules: [] });
});

test('hostile comments are shown harmless and kept as they are for writing back', () => {
  const comment = 'a\u001b[2Jb\u202E';
  const [rule] = decodeRules([{ pos: 0, type: 'in', action: 'DROP', comment }]).rules;
  assert.ok(rule?.comment && !/[\u001b\u202e]/.test(rule.comment));
  assert.equal(rule.raw.comment, comment);
});

test('options that are not set work by their default; the datacenter is on since a time', () => {
  const options = decodeFirewallOptions({ policy_in: 'REJECT', dhcp: 0, digest: 'bb' });
  assert.equal(options.digest, 'bb');
  assert.equal(firewallOption(options, 'policy_in'), 'REJECT');
  assert.equal(firewallOption(options, 'policy_out'), 'ACCEPT');
  assert.equal(firewallFlag(options, 'dhcp'), false);
  assert.equal(firewallFlag(options, 'ndp'), true);
  assert.equal(firewallFlag(options, 'enable'), false);
  assert.equal(firewallFlag(decodeFirewallOptions({ enable: 1_790_000_000 }), 'enable'), true);
  assert.equal(firewallFlag(decodeFirewallOptions({ enable: true }), 'enable'), true);
});

test('names of addresses, and how a rule writes them', () => {
  assert.deepEqual(decodeAliases([{ name: 'router', cidr: '10.0.0.1', digest: 'c' }, {}]), {
    aliases: [{ name: 'router', cidr: '10.0.0.1' }],
    digest: 'c',
  });
  assert.deepEqual(
    decodeEntries([{ cidr: '10.0.0.0/8', nomatch: 1 }, { cidr: 'router' }]).entries,
    [
      { cidr: '10.0.0.0/8', nomatch: true },
      { cidr: 'router', nomatch: false },
    ],
  );
  const refs = decodeRefs([
    { type: 'ipset', name: 'admins', ref: '+admins', scope: 'guest' },
    { type: 'alias', name: 'router', ref: 'router', scope: 'dc' },
    { type: 'alias', name: 'old', ref: 'old' },
  ]);
  assert.deepEqual(
    refs.map(({ ref }) => ref),
    ['+guest/admins', 'dc/router', 'old'],
  );
  const macros = decodeMacros([{ macro: 'SSH', descr: 'x' }, { macro: 'dns' }, { descr: 'y' }]);
  assert.deepEqual(
    macros.map(({ macro }) => macro),
    ['dns', 'SSH'],
  );
});

test('what is sent: where a moved rule goes, an entry in its path, digests', async (t) => {
  const shown = await certificate();
  const server = await startServer(shown, (_seen, response) => json(response, { data: null }));
  t.after(() => server.close());
  const tls = { kind: 'fingerprint', fingerprint: shown.fingerprint } as const;
  const { site } = rig(t, { endpoints: [server.url], tls });
  const place = { kind: 'guest', guest: guest({ type: 'lxc', node: safe('pve2') }) } as const;
  const { firewall } = site;
  await firewall.moveRule(place, 1, 3, 'd');
  await firewall.moveRule(place, 3, 1, 'd');
  await firewall.removeEntry(place, 'admins', '10.0.0.0/8', 'd');
  await firewall.setRule(place, 2, { set: { enable: 0 }, delete: ['source', 'dest'], digest: 'd' });
  const root = '/nodes/pve2/lxc/101/firewall';
  const told = server.seen.map(({ method, path, query, form }) => [
    `${method} ${path.replace('/api2/json', '')}`,
    `${query}${form}`,
  ]);
  assert.deepEqual(told, [
    // It is put before the rule that stands there until then.
    [`PUT ${root}/rules/1`, 'moveto=4&digest=d'],
    [`PUT ${root}/rules/3`, 'moveto=1&digest=d'],
    [`DELETE ${root}/ipset/admins/10.0.0.0%2F8`, 'digest=d'],
    [`PUT ${root}/rules/2`, 'enable=0&delete=source%2Cdest&digest=d'],
  ]);
});
