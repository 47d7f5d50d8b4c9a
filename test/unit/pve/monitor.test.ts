import assert from 'node:assert/strict';
import test, { type TestContext } from 'node:test';
import { sanitise } from '../../../source/domain/safe-text.ts';
import type { GuestAt } from '../../../source/services/types.ts';
import { rig } from '../http/fake-environment.ts';
import { certificate, type Handler, json, startServer } from '../http/fake-server.ts';

const shown = await certificate();
const vm = { site: 'home', type: 'qemu', vmid: 100, node: sanitise('pve1') } as never as GuestAt;

async function serve(t: TestContext, handler: Handler, readOnly = false) {
  const server = await startServer(shown, handler);
  t.after(() => server.close());
  const tls = { kind: 'fingerprint', fingerprint: shown.fingerprint } as const;
  return { server, ...rig(t, { endpoints: [server.url], tls, readOnly }) };
}

const saying =
  (data: unknown): Handler =>
  (_seen, response) =>
    json(response, { data });

test('the answer comes line by line and can do nothing to the terminal', async (t) => {
  const { server, site } = await serve(t, saying('VM status: \u001b[2Jrunning\r\n\tsecond\r\n'));
  const answer = await site.guests.monitor(vm, 'info status');
  assert.deepEqual(answer, { ok: true, value: ['VM status: running', ' second'] });
  const [seen] = server.seen;
  assert.equal(`${seen?.method} ${seen?.path}`, 'POST /nodes/pve1/qemu/100/monitor');
  assert.equal(seen?.form.get('command'), 'info status');
  const none = await serve(t, saying(''));
  assert.deepEqual(await none.site.guests.monitor(vm, 'cont'), { ok: true, value: [] });
});

test('a secret within a command is not in the call log', async (t) => {
  const { site, records } = await serve(t, saying(''));
  for (const command of ['change vnc password hunter2', 'set_password/x vnc hunter2', 'cont']) {
    await site.guests.monitor(vm, command);
  }
  const told = records.map(({ params }) => params ?? '').join('\n');
  assert.doesNotMatch(JSON.stringify(records), /hunter2/);
  assert.match(told, /command=change ‹hidden›/);
  assert.match(told, /command=set_password ‹hidden›/);
  assert.match(told, /command=cont/);
});

test('what Proxmox answers as text with status 200 is a failure all the same', async (t) => {
  const { site } = await serve(t, saying('ERROR: VM 100 not running\n'));
  const answer = await site.guests.monitor(vm, 'info status');
  assert.ok(!answer.ok);
  assert.equal(answer.failure.kind, 'rejected');
  assert.equal(answer.failure.detail, 'VM 100 not running');
  const odd = await serve(t, saying(null));
  const nothing = await odd.site.guests.monitor(vm, 'info status');
  assert.ok(!nothing.ok && nothing.failure.kind === 'bad-answer');
});

test('what only root@pam may send is said to be so', async (t) => {
  const { site } = await serve(t, (_seen, response) => {
    response.writeHead(403, 'Permission check failed (user != root@pam)');
    response.end();
  });
  const refused = await site.guests.monitor(vm, 'device_del net0');
  assert.ok(!refused.ok);
  assert.match(refused.failure.next ?? '', /no API token is root@pam/);
  const other = await site.guests.monitor(vm, 'quit');
  assert.ok(!other.ok);
  assert.doesNotMatch(other.failure.next ?? '', /API token/);
});

test('read-only: nothing leaves', async (t) => {
  const { server, site } = await serve(t, saying('QEMU\n'), true);
  for (const command of ['info version', 'help', 'quit']) {
    const refused = await site.guests.monitor(vm, command);
    assert.ok(!refused.ok && refused.failure.kind === 'read-only', command);
  }
  assert.equal(server.seen.length, 0);
});

test('a change without an answer stays in doubt, and a container has no monitor', async (t) => {
  const { site } = await serve(t, (seen, response) => {
    if (seen.method === 'POST') return void response.destroy();
    json(response, { data: null });
    return undefined;
  });
  const change = await site.guests.monitor(vm, 'quit');
  assert.ok(!change.ok && change.failure.kind === 'unanswered');
  const lxc = await site.guests.monitor({ ...vm, type: 'lxc' }, 'info status');
  assert.ok(!lxc.ok && lxc.failure.kind === 'invalid');
});
