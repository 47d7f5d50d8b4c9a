import assert from 'node:assert/strict';
import test from 'node:test';
import { startHomelab } from './homelab.ts';

const homelab = await startHomelab({ speed: 40 });
test.after(() => homelab.close());
const { demo, profile } = homelab;
const admin = await profile('admin', [{ id: 'home' }]);
const run = (...argv: readonly string[]) => homelab.run(admin, ['guest', ...argv]);
const file = (vmid = 101) => demo.world.firewalls.of(vmid);

test('rules are added, changed, moved, switched and removed by their place', async () => {
  const bad = await run('firewall-add-rule', '101', '--action', 'ACCEPT', '--dport', '80-90');
  assert.equal(bad.code, 64);
  assert.match(bad.err, /--dport .*: a protocol with ports is needed/);
  const added = await run(
    ...['firewall-add-rule', '101', '--action', 'ACCEPT', '--proto', 'tcp', '--dport', '8443'],
    ...['--place', '1', '--comment', 'Console'],
  );
  assert.equal(added.code, 0, added.err);
  assert.match(added.out, /Rule 1 \(in ACCEPT, proto tcp, dport 8443, comment Console\) added/);
  assert.deepEqual(file().rules[1], {
    type: 'in',
    action: 'ACCEPT',
    proto: 'tcp',
    dport: '8443',
    comment: 'Console',
    enable: 1,
  });
  const edited = await run('firewall-edit-rule', '101', '--pos', '1', '--source', 'dc/house');
  assert.equal(edited.code, 0, edited.err);
  assert.equal(file().rules[1]?.source, 'dc/house');
  assert.equal(file().rules[1]?.comment, 'Console');
  assert.equal((await run('firewall-rule-down', '101', '--pos', '1')).code, 0);
  assert.equal(file().rules[2]?.dport, '8443');
  assert.equal((await run('firewall-toggle-rule', '101', '--pos', '2')).code, 0);
  assert.equal(file().rules[2]?.enable, 0);
  const unsaid = await run('firewall-remove-rule', '101');
  assert.equal(unsaid.code, 64);
  assert.match(unsaid.err, /--pos .*: is needed/);
  assert.equal((await run('firewall-remove-rule', '101', '--pos', '2')).code, 0);
  assert.equal(file().rules.length, 5);
});

test('options over several guests leave what is not named', async () => {
  const before = { ...file().options };
  const done = await run('firewall-set-options', '101', '103', '--policy-out', 'REJECT');
  assert.equal(done.code, 0, done.err);
  assert.deepEqual(file().options, { ...before, policy_out: 'REJECT' });
  assert.equal(file(103).options.log_level_in, 'warning');
});

test('aliases and IP sets of a container', async () => {
  const alias = ['201', '--name', 'lab', '--cidr', '10.20.0.0/16'];
  assert.equal((await run('firewall-add-alias', ...alias)).code, 0);
  const twice = await run('firewall-add-alias', ...alias);
  assert.match(twice.err, /there is an alias of this name/);
  assert.equal((await run('firewall-add-set', '201', '--name', 'hosts')).code, 0);
  const entry = ['201', '--name', 'hosts', '--cidr', 'guest/lab'];
  assert.equal((await run('firewall-add-entry', ...entry)).code, 0);
  assert.deepEqual(file(201).sets.hosts?.entries, [{ cidr: 'guest/lab' }]);
  assert.equal((await run('firewall-remove-entry', ...entry)).code, 0);
  assert.equal((await run('firewall-remove-set', '201', '--name', 'hosts')).code, 0);
  assert.equal((await run('firewall-remove-alias', '201', '--name', 'lab')).code, 0);
  assert.deepEqual(file(201).aliases, {});
});
