import assert from 'node:assert/strict';
import test from 'node:test';
import type { FirewallRule } from '../../../source/domain/firewall.ts';
import { firewallLogWords } from '../../../source/domain/firewall-log.ts';
import { firewallActivity, letsSshIn } from '../../../source/domain/firewall-state.ts';
import {
  addressSpecProblem,
  aliasCidrProblem,
  entryProblem,
  firewallCommentProblem,
  firewallNameProblem,
  portsProblem,
  protocolProblem,
} from '../../../source/domain/firewall-values.ts';
import { ruleWords } from '../../../source/domain/firewall-words.ts';
import { sanitise, say } from '../../../source/domain/safe-text.ts';
import { decodeRules } from '../../../source/services/pve/decode-firewall.ts';

type Check = (text: string) => string | undefined;

function table(check: Check, good: readonly string[], bad: Readonly<Record<string, RegExp>>): void {
  for (const text of good) assert.equal(check(text), undefined, text);
  for (const [text, why] of Object.entries(bad)) assert.match(check(text) ?? 'taken', why, text);
}

test('source and destination of a rule', () => {
  table(
    addressSpecProblem,
    [
      ...['10.0.0.1', '10.0.0.0/8', '0.0.0.0/0', 'fd00::1', 'fd00::/8', '::ffff:10.0.0.1'],
      ...['10.0.0.1,192.168.0.0/16', '10.0.0.1-10.0.0.9', 'fd00::1-fd00::f', 'router'],
      ...['dc/router', 'guest/router', '+admins', '+dc/admins', '+sdn/net0-all'],
    ],
    {
      '10.0.0.5/8': /an address in a network/,
      'fd00::1/8': /an address in a network/,
      '10.0.0.0/33': /prefix/,
      '10.0.0.256': /no address/,
      '10.0.0.9-10.0.0.1': /backwards/,
      '10.0.0.1-fd00::1': /mixes/,
      '10.0.0.1-10.0.0.9,10.1.0.1': /stands alone/,
      '10.0.0.1,fd00::1': /do not mix/,
      '10.0.0.1,': /comma/,
      '+': /no IP set/,
      '+dc/': /no IP set/,
      'no spaces': /no address and no alias/,
      'x/router': /no address/,
    },
  );
});

test('ports, protocols, names, entries, comments', () => {
  table(portsProblem, ['80', '80,443', '8000:8010', 'ssh,http', '0:65535'], {
    '80-90': /a range is written 80:90/,
    '90:80': /backwards/,
    '70000': /up to 65535/,
    '80,': /comma/,
    '8 0': /no port/,
    '1,2,3,4,5,6,7,8,9,10,11,12,13,14:15,16': /at most 15/,
  });
  table(protocolProblem, ['tcp', 'ipv6-icmp', '47'], { '300': /255/, 'a b': /protocol/ });
  table(firewallNameProblem, ['ab', 'net-1_x'], { a: /2 char/, '1a': /letter/, 'a.b': /only/ });
  table(aliasCidrProblem, ['10.0.0.5/8', 'fd00::1'], {
    router: /no address/,
    '1.2.3.4/64': /pref/,
  });
  table(entryProblem, ['10.0.0.5/8', 'dc/router'], { '0.0.0.0/0': /no \/0/, '1.2.3': /address/ });
  table(firewallCommentProblem, ['what for'], { 'a\nb': /one line/ });
});

const options = (values: Record<string, string> = {}) => ({
  value: {
    values: Object.fromEntries(Object.entries(values).map(([k, v]) => [k, sanitise(v)])),
  },
});
const on = options({ enable: '1' });
const nics = (...flags: readonly boolean[]) => ({
  value: flags.map((firewall, index) => ({ key: say`net${index}`, firewall })),
});

test('rules are called active only when all three switches are known to be on', () => {
  const state = (given: Parameters<typeof firewallActivity>[0]) => {
    const { state: word, lines } = firewallActivity(given);
    return [word, lines.join(' ')];
  };
  assert.deepEqual(state({ cluster: on, guest: on, nics: nics(true) }), ['on', 'Active on net0.']);
  assert.deepEqual(state({ cluster: on, guest: on, nics: nics(true, false) }), [
    'part',
    'Active on net0. Not filtered: net1, without the flag.',
  ]);
  const [off, why] = state({ cluster: options(), guest: options(), nics: nics(false) });
  assert.equal(off, 'off');
  assert.match(why ?? '', /the cluster firewall is off; this guest's firewall is off; none of its/);
  assert.equal(state({ cluster: on, guest: on, nics: nics() })[0], 'off');
  const unknown = { unknown: say`Not permitted` };
  assert.deepEqual(state({ cluster: unknown, guest: on, nics: nics(true) }), [
    'unknown',
    "Whether the rules are active is unknown. Unknown is the cluster's firewall switch: Not permitted.",
  ]);
  assert.equal(state({ cluster: unknown, guest: options(), nics: nics(true) })[0], 'off');
  assert.equal(state({ cluster: on, guest: on, nics: unknown })[0], 'unknown');
});

const rules = (...list: readonly object[]): readonly FirewallRule[] =>
  decodeRules(list.map((each) => ({ type: 'in', action: 'ACCEPT', enable: 1, ...each }))).rules;

test('whether a rule lets SSH in', () => {
  assert.equal(letsSshIn(rules({ macro: 'SSH' })), 'yes');
  assert.equal(letsSshIn(rules({ proto: 'tcp', dport: '20:30' })), 'yes');
  assert.equal(letsSshIn(rules({})), 'yes');
  assert.equal(letsSshIn(rules({ macro: 'SSH', enable: 0 })), 'no');
  assert.equal(letsSshIn(rules({ macro: 'Web' }, { proto: 'udp', dport: '22' })), 'no');
  assert.equal(letsSshIn(rules({ macro: 'SSH', errors: { source: 'gone' } })), 'no');
  assert.equal(letsSshIn(rules({ type: 'group', action: 'admins' })), 'maybe');
});

test('a rule and a line of the log in words', () => {
  const [rule] = rules({ macro: 'SSH', source: '+guest/admins', iface: 'net0', enable: 0 });
  assert.equal(rule && ruleWords(rule), 'in ACCEPT SSH from +guest/admins at net0, off');
  const line =
    '101 6 tap101i0-IN 21/Nov/2026:18:38:19 +0000 policy DROP: IN=fwbr101i0 SRC=fd00::7 DST=fd00::1 LEN=60 PROTO=TCP SPT=40321 DPT=23 SYN';
  assert.equal(
    firewallLogWords(sanitise(line)),
    '21/Nov 18:38:19 IN policy DROP TCP [fd00::7]:40321 → [fd00::1]:23',
  );
  const odd = sanitise('something else: SRC without the rest');
  assert.equal(firewallLogWords(odd), odd);
});
