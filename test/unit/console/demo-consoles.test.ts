// The demo's consoles as PVE has them, asked with a client of the test's own.
import assert from 'node:assert/strict';
import { PassThrough } from 'node:stream';
import test, { type TestContext } from 'node:test';
import { WebSocket } from 'ws';
import type { ConsoleBackends, TextTarget } from '../../../source/demo/console-backend.ts';
import { type Demo, startDemo } from '../../../source/demo/index.ts';
import { until } from '../../support/until.ts';

interface Proxy {
  readonly port: number;
  readonly ticket: string;
  readonly user: string;
  readonly upid: string;
  readonly password?: string;
}

async function start(t: TestContext, consoles: ConsoleBackends = {}) {
  const demo = await startDemo({ consoles });
  demo.world.settings.unauthorizedDelay = 10;
  t.after(() => demo.close());
  return demo;
}

const tokenOf = ({ info }: Demo, role: 'admin' | 'auditor' | 'desktop' = 'admin') =>
  `PVEAPIToken=${info.tokens[role].id}=${info.tokens[role].secret}`;

function ask(demo: Demo, path: string, authorization = tokenOf(demo), index = 0) {
  return import('node:https').then(
    ({ request }) =>
      new Promise<{ status: number; reason: string; data: Proxy }>((resolve, reject) => {
        const outgoing = request(
          `${demo.info.pve[index]}/api2/json${path}`,
          {
            method: 'POST',
            rejectUnauthorized: false,
            headers: { authorization, 'content-length': '0' },
          },
          (answer) => {
            let body = '';
            answer.on('data', (chunk) => {
              body += chunk;
            });
            answer.on('end', () =>
              resolve({
                status: answer.statusCode ?? 0,
                reason: answer.statusMessage ?? '',
                data: body === '' ? undefined : JSON.parse(body).data,
              }),
            );
          },
        );
        outgoing.on('error', reject);
        outgoing.end();
      }),
  );
}

/** A websocket on a console, with everything it said and how it ended. */
function dial(
  demo: Demo,
  path: string,
  { port, ticket }: Pick<Proxy, 'port' | 'ticket'>,
  { index = 0, authorization = tokenOf(demo) } = {},
) {
  const seen = { text: '', open: false, closed: 0, status: 0 };
  const query = `port=${port}&vncticket=${encodeURIComponent(ticket)}`;
  const url = `${demo.info.pve[index]?.replace('https', 'wss')}/api2/json${path}/vncwebsocket?${query}`;
  const socket = new WebSocket(url, 'binary', {
    rejectUnauthorized: false,
    headers: { authorization },
  });
  socket.on('open', () => {
    seen.open = true;
  });
  socket.on('message', (data) => {
    seen.text += String(data);
  });
  socket.on('unexpected-response', (_request, response) => {
    seen.status = response.statusCode ?? 0;
    socket.terminate();
  });
  socket.on('error', () => undefined);
  socket.on('close', (code) => {
    seen.closed = code;
  });
  return { socket, seen };
}

const taskOf = (demo: Demo, upid: string) => {
  demo.world.settle();
  return demo.world.tasks.get(upid);
};

test('login line, OK, input and sizes; the end of the program is the end without a close frame', async (t) => {
  const typed: string[] = [];
  const targets: TextTarget[] = [];
  const stream = new PassThrough();
  const demo = await start(t, {
    text: (target) => {
      targets.push(target);
      const duplex = Object.assign(stream, {
        write: (chunk: Buffer) => {
          typed.push(String(chunk));
          return true;
        },
      });
      return { stream: duplex, resize: (columns, rows) => typed.push(`${columns}x${rows}`) };
    },
  });
  const place = '/nodes/pve2/lxc/203';
  const { data } = await ask(demo, `${place}/termproxy`);
  assert.ok(data.port >= 5900 && data.port <= 5999);
  assert.match(data.ticket, /^PVEVNC:[0-9A-F]{8}::/);
  assert.equal(data.user, 'root@pam!demo');
  // The task runs on the node that was asked, not on the guest's.
  assert.match(data.upid, /^UPID:pve1:.*:vncproxy:203:root@pam!demo:$/);
  assert.equal(taskOf(demo, data.upid)?.status, undefined);
  const { socket, seen } = dial(demo, place, data);
  await until('the websocket', () => seen.open);
  socket.send(`${data.user}:${data.ticket}\n`);
  await until('OK', () => seen.text === 'OK');
  socket.send('1:100:30:0:3:a:b');
  socket.send('20:2:xy');
  await until('the input', () => typed.length === 3);
  assert.deepEqual(typed, ['100x30', 'a:b', 'xy']);
  assert.deepEqual(targets, [{ kind: 'lxc', vmid: 203, node: 'pve2', name: 'traefik' }]);
  stream.push('out');
  await until('the output', () => seen.text === 'OKout');
  stream.push(null);
  await until('the end', () => seen.closed === 1006);
  await until('the end of the task', () => taskOf(demo, data.upid)?.status === 'OK');
  assert.deepEqual(demo.world.failures, []);
});

test('a ticket is for one user, one guest, one node, one client and 40 seconds', async (t) => {
  const demo = await start(t);
  const place = '/nodes/pve1/lxc/200';
  const fresh = async () => (await ask(demo, `${place}/termproxy`)).data;
  const first = await fresh();
  const elsewhere = dial(demo, place, first, { index: 1 });
  await until('no port there', () => elsewhere.seen.closed === 1006);
  assert.equal(elsewhere.seen.open, false);
  const auditor = dial(demo, place, first, { authorization: tokenOf(demo, 'auditor') });
  await until('the refusal', () => auditor.seen.status === 403);
  const other = dial(demo, '/nodes/pve2/lxc/203', first);
  await until('the refusal', () => other.seen.status === 401);
  const forged = dial(demo, place, { ...first, ticket: `${first.ticket.slice(0, -2)}AA` });
  await until('the refusal', () => forged.seen.status === 401);
  const { seen } = dial(demo, place, first);
  await until('the websocket', () => seen.open);
  const second = dial(demo, place, first);
  await until('nobody there', () => second.seen.closed === 1006);
  assert.equal(second.seen.open, false);
  const late = await fresh();
  demo.world.faults.advance(41);
  const stale = dial(demo, place, late);
  await until('the refusal', () => stale.seen.status === 401);
  assert.ok(!JSON.stringify(demo.requests()).includes('PVEVNC'), 'the request log has no ticket');
});

test('tokens by version: closed without OK where the package is too old', async (t) => {
  const demo = await start(t);
  const cases = [
    ['/nodes/pve1/lxc/200', 'pve-container', '6.1.2'],
    ['/nodes/pve1/qemu/100', 'qemu-server', '9.1.6'],
    ['/nodes/pve1', 'pve-manager', '9.0.12'],
  ] as const;
  for (const [place, name, version] of cases) {
    const tried = async () => {
      const { data } = await ask(demo, `${place}/termproxy`);
      const { socket, seen } = dial(demo, place, data);
      await until('the websocket', () => seen.open);
      socket.send(`${data.user}:${data.ticket}\n`);
      await until('an answer', () => seen.text.startsWith('OK') || seen.closed !== 0);
      socket.terminate();
      return seen.text.startsWith('OK');
    };
    assert.equal(await tried(), true, place);
    demo.world.settings.versions[name] = version;
    assert.equal(await tried(), false, place);
  }
});

test('no serial port, a stopped guest: the text, the end, a failed task', async (t) => {
  const demo = await start(t);
  for (const [place, text] of [
    ['/nodes/pve1/qemu/101', 'unable to find a serial interface'],
    ['/nodes/pve1/qemu/111', 'VM 111 not running'],
    ['/nodes/pve3/lxc/205', 'CT 205 not running'],
  ] as const) {
    const { data } = await ask(demo, `${place}/termproxy`);
    const { socket, seen } = dial(demo, place, data);
    await until('the websocket', () => seen.open);
    socket.send(`${data.user}:${data.ticket}\n`);
    await until('the end', () => seen.closed === 1006);
    assert.equal(seen.text, `OK${text}\r\n`);
    await until('the failed task', () => /exit code/.test(taskOf(demo, data.upid)?.status ?? ''));
  }
});

test('who may: VM.Console, Sys.Console, upgrades for root with a ticket only', async (t) => {
  const demo = await start(t);
  const auditor = tokenOf(demo, 'auditor');
  assert.equal((await ask(demo, '/nodes/pve1/lxc/200/termproxy', auditor)).status, 403);
  assert.equal((await ask(demo, '/nodes/pve1/termproxy', auditor)).status, 403);
  assert.equal((await ask(demo, '/nodes/pve1/termproxy?cmd=upgrade')).status, 403);
  assert.equal((await ask(demo, '/nodes/pve1/termproxy?cmd=shell')).status, 400);
});

test('a guest that stops, and a task that is stopped, end the console', async (t) => {
  const demo = await start(t);
  const opened = async () => {
    const { data } = await ask(demo, '/nodes/pve1/lxc/200/termproxy');
    const { socket, seen } = dial(demo, '/nodes/pve1/lxc/200', data);
    await until('the websocket', () => seen.open);
    socket.send(`${data.user}:${data.ticket}\n`);
    await until('the prompt', () => seen.text.includes('login:'));
    return { data, seen };
  };
  const first = await opened();
  demo.world.tasks.kill(first.data.upid, 'interrupt');
  await until('the end', () => first.seen.closed === 1006);
  const second = await opened();
  const guest = demo.world.guests.get(200);
  assert.ok(guest);
  guest.status = 'stopped';
  await until('the end', () => {
    demo.world.settle();
    return second.seen.closed === 1006;
  });
});

test('a screen: the backend gets the guest and the password of the answer, and its bytes go both ways', async (t) => {
  const got: string[] = [];
  const stream = new PassThrough();
  const demo = await start(t, {
    vnc: (guest, password) => {
      got.push(`${guest.type} ${guest.vmid} ${guest.name}`, password);
      return stream;
    },
  });
  const { data } = await ask(demo, '/nodes/pve1/qemu/101/vncproxy?websocket=1');
  assert.equal(data.password?.length, 8);
  const { socket, seen } = dial(demo, '/nodes/pve1/qemu/101', data);
  await until('the websocket', () => seen.open);
  await until('the backend', () => got.length === 2);
  assert.deepEqual(got, ['qemu 101 web-server', data.password]);
  socket.send(Buffer.from('echo'));
  await until('its bytes back', () => seen.text === 'echo');
  socket.terminate();
  await until('the end of the task', () => taskOf(demo, data.upid)?.status === 'OK');
});

test('nobody connects: the task gives up', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  const demo = await start(t);
  const asked = ask(demo, '/nodes/pve1/lxc/200/termproxy');
  const { data } = await asked;
  t.mock.timers.tick(10_001);
  demo.world.faults.advance(2);
  assert.match(taskOf(demo, data.upid)?.status ?? '', /exit code 1/);
  t.mock.timers.reset();
});
