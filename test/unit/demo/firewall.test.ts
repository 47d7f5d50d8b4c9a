import assert from 'node:assert/strict';
import test from 'node:test';
import type { Demo } from '../../../source/demo/index.ts';
import { ask, data, demoFor, runTask } from './client.ts';

const web = '/nodes/pve1/qemu/101/firewall';
type Row = Readonly<Record<string, unknown>>;

const rules = (demo: Demo, path = web) => data<readonly Row[]>(demo, 'GET', `${path}/rules`);
const rule = { type: 'in', action: 'ACCEPT' };

async function refused(demo: Demo, form: Record<string, string>) {
  const { status, body } = await ask(demo, 'POST', `${web}/rules`, { form: { ...rule, ...form } });
  assert.equal(status, 400, JSON.stringify(body));
  return body.errors;
}

test('bad rules are refused in the words of pve-firewall', async (t) => {
  const demo = await demoFor(t);
  const cases: readonly (readonly [Record<string, string>, string, string])[] = [
    [{ type: 'forward' }, 'type', "invalid rule type 'forward' for rule_env 'vm'"],
    [{ action: 'ALLOW' }, 'action', "unknown action 'ALLOW'"],
    [{ dport: '80' }, 'proto', "missing property - 'dport' requires this property"],
    [{ proto: 'gre', dport: '80' }, 'dport', "protocol 'gre' does not support ports"],
    [{ proto: 'nope' }, 'proto', "invalid format - unknown protocol 'nope'"],
    [{ proto: 'tcp', dport: '99999' }, 'dport', "invalid format - invalid port '99999'"],
    [{ iface: 'eth0' }, 'iface', "value does not match the regex pattern 'net\\d+'"],
    [{ macro: 'Nope' }, 'macro', "unknown macro 'Nope'"],
    [
      { macro: 'SSH', proto: 'udp' },
      'proto',
      "parameter 'proto' already define in macro (value = 'tcp')",
    ],
    [{ source: '+nobody' }, 'source', "no such ipset 'nobody'"],
    [{ source: 'nobody' }, 'source', "no such alias 'nobody'"],
    [
      { source: '10.0.0.1,fd00::1' },
      'source',
      "invalid format - detected mixed ipv4/ipv6 addresses in address list '10.0.0.1,fd00::1'",
    ],
    [{ 'icmp-type': 'any' }, 'proto', "missing property - 'icmp-type' requires this property"],
  ];
  for (const [form, parameter, words] of cases) {
    assert.deepEqual(await refused(demo, form), { [parameter]: words });
  }
  assert.equal((await rules(demo)).length, 5);
});

test('a new rule is the first and off, whatever position is named', async (t) => {
  const demo = await demoFor(t);
  await data(demo, 'POST', `${web}/rules`, { form: { ...rule, macro: 'ssh', pos: '3' } });
  const [first] = await rules(demo);
  assert.equal(first?.pos, 0);
  assert.equal(first?.macro, 'SSH', 'in its own case');
  assert.equal(first?.enable, 0);
});

test('moveto names the rule it is put before, as they are numbered until then', async (t) => {
  const demo = await demoFor(t);
  const order = async () => (await rules(demo)).map((each) => each.macro ?? each.action);
  const before = ['SSH', 'Web', 'monitoring', 'ACCEPT', 'DROP'];
  assert.deepEqual(await order(), before);
  const move = (pos: number, moveto: number) =>
    data(demo, 'PUT', `${web}/rules/${pos}`, { form: { moveto: String(moveto) } });
  await move(0, 1);
  assert.deepEqual(await order(), before, 'before the next one is where it is');
  await move(0, 2);
  assert.deepEqual(await order(), ['Web', 'SSH', 'monitoring', 'ACCEPT', 'DROP']);
  await move(4, 0);
  assert.deepEqual(await order(), ['DROP', 'Web', 'SSH', 'monitoring', 'ACCEPT']);
  await move(0, 5);
  assert.deepEqual(await order(), ['Web', 'SSH', 'monitoring', 'ACCEPT', 'DROP']);
  const gone = await ask(demo, 'PUT', `${web}/rules/9`, { form: { moveto: '0' } });
  assert.match(gone.statusText, /no rule at position 9/);
});

test('a digest of something older is refused, each list with its own', async (t) => {
  const demo = await demoFor(t);
  const digest = String((await rules(demo))[0]?.digest);
  const put = (path: string, form: Record<string, string>) =>
    ask(demo, 'PUT', `${web}${path}`, { form });
  assert.equal((await put('/rules/0', { enable: '0', digest })).status, 200);
  const late = await put('/rules/0', { enable: '1', digest });
  assert.equal(late.status, 500);
  assert.match(late.statusText, /detected modified configuration - file changed by other user\?/);
  assert.equal((await rules(demo))[0]?.enable, 0);
  const options = await data<Row>(demo, 'GET', `${web}/options`);
  assert.equal((await put('/options', { dhcp: '0', digest: String(options.digest) })).status, 200);
  assert.match(
    (await put('/options', { dhcp: '1', digest: String(options.digest) })).text,
    /modified/,
  );
});

test('a rule whose IP set is gone is skipped and says why', async (t) => {
  const demo = await demoFor(t);
  const full = await ask(demo, 'DELETE', `${web}/ipset/admins`);
  assert.match(full.statusText, /IPSet 'admins' is not empty/);
  assert.equal((await ask(demo, 'DELETE', `${web}/ipset/admins?force=1`)).status, 200);
  assert.deepEqual((await rules(demo))[0]?.errors, { source: "no such ipset 'admins'" });
  const twice = await ask(demo, 'POST', `${web}/aliases`, {
    form: { name: 'Staging', cidr: '10.0.0.1' },
  });
  assert.deepEqual(twice.body.errors, { name: "alias 'Staging' already exists" });
});

test('entries lose their host bits and are there once', async (t) => {
  const demo = await demoFor(t);
  const add = (cidr: string) => ask(demo, 'POST', `${web}/ipset/admins`, { form: { cidr } });
  assert.equal((await add('10.9.8.7/16')).status, 200);
  const entries = await data<readonly Row[]>(demo, 'GET', `${web}/ipset/admins`);
  assert.equal(entries[0]?.cidr, '10.9.0.0/16');
  assert.deepEqual((await add('10.9.0.0/16')).body.errors, {
    cidr: "address '10.9.0.0/16' already exists",
  });
  assert.match(JSON.stringify((await add('0.0.0.0/0')).body.errors), /zero prefix is not allowed/);
  const removed = await ask(demo, 'DELETE', `${web}/ipset/admins/10.9.0.0%2F16`);
  assert.equal(removed.status, 200);
});

test('privileges: reading, changing, the log, and the switch of the cluster', async (t) => {
  const demo = await demoFor(t);
  const denied = async (method: string, path: string, as: 'auditor' | 'desktop') => {
    const form = method === 'POST' ? { form: rule } : {};
    const { status, statusText } = await ask(demo, method, path, { as, ...form });
    return status === 403 ? statusText : status;
  };
  assert.equal(await denied('GET', `${web}/rules`, 'auditor'), 200);
  assert.match(String(await denied('POST', `${web}/rules`, 'auditor')), /VM\.Config\.Network/);
  assert.match(String(await denied('GET', `${web}/log`, 'auditor')), /\/vms\/101, VM\.Console/);
  assert.match(String(await denied('GET', '/cluster/firewall/options', 'desktop')), /Sys\.Audit/);
  assert.equal(await denied('GET', '/cluster/firewall/macros', 'desktop'), 200);
});

test('the log has the lines of its guest in pages; a clone takes the rules along', async (t) => {
  const demo = await demoFor(t);
  const page = await ask(demo, 'GET', `${web}/log?start=50&limit=5`);
  const lines = page.body.data as readonly { n: number; t: string }[];
  assert.equal(page.body.total, 60);
  assert.deepEqual(
    lines.map(({ n }) => n),
    [51, 52, 53, 54, 55],
  );
  assert.match(lines[0]?.t ?? '', /^101 6 tap101i0-IN /);
  const empty = await ask(demo, 'GET', '/nodes/pve1/qemu/100/firewall/log');
  assert.deepEqual(empty.body.data, [{ n: 1, t: 'no content' }]);
  const clone = await runTask(demo, '/nodes/pve1/qemu/101/clone', { newid: '950' });
  assert.equal(clone.status, 'OK', clone.log.join('\n'));
  assert.equal((await rules(demo, '/nodes/pve1/qemu/950/firewall')).length, 5);
});
