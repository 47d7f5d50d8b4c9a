import assert from 'node:assert/strict';
import test, { type TestContext } from 'node:test';
import type { Failure } from '../../../source/domain/failure.ts';
import type { TlsTrust } from '../../../source/domain/homelab.ts';
import type { GuestAt } from '../../../source/services/types.ts';
import { until } from '../../support/until.ts';
import { rig, type Setup, tokenSecret } from '../http/fake-environment.ts';
import { certificate } from '../http/fake-server.ts';
import { type ScriptedServer, scriptedServer } from './scripted-server.ts';

const shown = await certificate();
const other = await certificate();
const tls: TlsTrust = { kind: 'fingerprint', fingerprint: shown.fingerprint };
const container = { site: 'home', type: 'lxc', vmid: 200, node: 'pve1', name: 'minio' } as never;
const machine = { site: 'home', type: 'qemu', vmid: 101, node: 'pve1' } as never;
const ticket = 'PVEVNC:6550A1B2::si+g/n==';
const task =
  '/nodes/pve1/tasks/UPID%3Apve1%3A00001234%3A00ABCDEF%3A6550A1B2%3Avncproxy%3A200%3Aroot%40pam!tui%3A/status';

async function serve(
  t: TestContext,
  change: (server: ScriptedServer) => void = () => {},
  setup: Partial<Setup> = {},
) {
  const server = await scriptedServer(shown);
  t.after(() => server.close());
  change(server);
  return { server, ...rig(t, { endpoints: [server.url], tls, ...setup }) };
}

/** A console that is open, with what arrived and how it ended. */
async function open(site: Awaited<ReturnType<typeof serve>>['site'], guest: GuestAt = container) {
  const opened = await site.consoles.text({ guest });
  assert.ok(opened.ok, JSON.stringify(opened));
  const seen = { text: '', ended: false, failure: undefined as Failure | undefined };
  opened.value.onData((bytes) => {
    seen.text += Buffer.from(bytes).toString('latin1');
  });
  opened.value.onClose((failure) => {
    seen.ended = true;
    seen.failure = failure;
  });
  return { console: opened.value, seen };
}

const failureOf = async (site: Awaited<ReturnType<typeof serve>>['site']) => {
  const opened = await site.consoles.text({ guest: container });
  assert.ok(!opened.ok);
  return opened.failure;
};

test('the upgrade as pveproxy wants it: path, ticket, subprotocol, no compression, our token', async (t) => {
  const { server, site, records } = await serve(t);
  const { console } = await open(site);
  const [upgrade] = server.upgrades;
  assert.ok(upgrade);
  const url = new URL(upgrade.url, 'https://x');
  assert.equal(url.pathname, '/api2/json/nodes/pve1/lxc/200/vncwebsocket');
  assert.equal(url.searchParams.get('port'), '5901');
  assert.equal(url.searchParams.get('vncticket'), ticket);
  assert.equal(upgrade.headers['sec-websocket-protocol'], 'binary');
  assert.equal(upgrade.headers['sec-websocket-extensions'], undefined);
  assert.equal(upgrade.headers.authorization, `PVEAPIToken=root@pam!tui=${tokenSecret}`);
  assert.equal(server.messages[0], `root@pam!tui:${ticket}\n`);
  const row = records.find(
    ({ path, outcome }) => path.endsWith('vncwebsocket') && outcome === 'ok',
  );
  assert.ok(row);
  assert.equal(row.status, 101);
  assert.equal(row.params, 'port=5901 vncticket=‹hidden›');
  assert.ok(!JSON.stringify(records).includes('si+g'), 'the ticket is in no record');
  console.close();
});

test('what is typed is framed by its length in bytes; sizes; nothing is larger than a frame may be', async (t) => {
  const { server, site } = await serve(t);
  const { console } = await open(site);
  console.resize(132, 43);
  console.write('ls\r');
  console.write('\u00e9✓');
  console.write(new Uint8Array(200_000).fill(0x78));
  await until('all of it', () => server.sizes.reduce((sum, size) => sum + size, 0) > 200_000);
  const [, size, ls, foreign, ...large] = server.messages;
  assert.equal(size, '1:132:43:');
  assert.equal(ls, '0:3:ls\r');
  assert.equal(foreign, `0:5:${Buffer.from('\u00e9✓').toString('latin1')}`);
  assert.ok(Math.max(...server.sizes) <= 128 * 1024, `${Math.max(...server.sizes)}`);
  const typed = large.map((message) => message.replace(/^0:\d+:/, '')).join('');
  assert.equal(typed, 'x'.repeat(200_000));
  console.close();
});

test('OK with data behind it, OK in pieces, and data that comes before anybody listens', async (t) => {
  const { server, site } = await serve(t, (each) => {
    each.script = (socket) => {
      socket.once('message', () => {
        socket.send(Buffer.from('O'));
        socket.send(Buffer.from('Kfirst '));
        socket.send(Buffer.from('second '));
      });
    };
  });
  const opened = await site.consoles.text({ guest: container });
  assert.ok(opened.ok);
  await new Promise((resolve) => setTimeout(resolve, 50));
  let text = '';
  opened.value.onData((bytes) => {
    text += Buffer.from(bytes).toString();
  });
  await until('all of it', () => text === 'first second ');
  assert.equal(server.messages.length, 1);
  opened.value.close();
});

test('a console that pauses gets nothing, and all of it afterwards', async (t) => {
  const { server, site } = await serve(t);
  let send: (text: string) => void = () => {};
  server.script = (socket) => {
    send = (text) => socket.send(Buffer.from(text));
    socket.once('message', () => send('OK'));
  };
  const { console, seen } = await open(site);
  send('one ');
  await until('the first piece', () => seen.text === 'one ');
  console.pause?.();
  send('two ');
  await new Promise((resolve) => setTimeout(resolve, 80));
  assert.equal(seen.text, 'one ');
  console.resume?.();
  await until('the rest', () => seen.text === 'one two ');
  console.close();
});

const closes = (text?: string) => (each: ScriptedServer) => {
  each.script = (socket, raw) => {
    socket.once('message', () => {
      if (text !== undefined) socket.send(Buffer.from(text));
      raw.end();
    });
  };
};

test('closed without OK: with a token it is the version, and the one installed is named when it may be read', async (t) => {
  const versions = (version: string) => [{ Package: 'pve-container', OldVersion: version }];
  const old = await serve(t, (each) => {
    closes()(each);
    each.answers.set('/nodes/pve1/apt/versions', versions('6.0.18'));
  });
  const failure = await failureOf(old.site);
  assert.equal(failure.kind, 'unsupported');
  assert.match(
    failure.what,
    /API token need pve-container 6\.1\.3 or newer; this node has 6\.0\.18/,
  );
  assert.match(failure.next ?? '', /log in as a user/);
  const unread = await serve(t, closes());
  assert.match((await failureOf(unread.site)).what, /need pve-container 6\.1\.3 or newer$/);
  const recent = await serve(t, (each) => {
    closes()(each);
    each.answers.set('/nodes/pve1/apt/versions', versions('6.1.10'));
  });
  const unknown = await failureOf(recent.site);
  assert.equal(unknown.kind, 'rejected');
  assert.match(unknown.what, /did not let us into the console/);
});

test('an answer that is not OK, a refused upgrade, another subprotocol, a proxy that knows no websockets', async (t) => {
  const odd = await serve(t, (each) => {
    each.script = (socket) => socket.send(Buffer.from('SSH-2.0-OpenSSH\u001b[2J'));
  });
  const wrong = await failureOf(odd.site);
  assert.equal(wrong.kind, 'bad-answer');
  assert.equal(wrong.detail, 'SSH-2.0-OpenSSH');
  const refusing = async (head: string) => {
    const { site } = await serve(t, (each) => {
      each.refuse = `HTTP/1.1 ${head}\r\ncontent-length: 0\r\nconnection: close\r\n\r\n`;
    });
    return failureOf(site);
  };
  const expired = await refusing('401 permission denied - invalid PVEVNC ticket');
  assert.equal(expired.kind, 'rejected');
  assert.match(expired.what, /valid for 40 s/);
  assert.equal(expired.next, 'try again');
  assert.match(expired.detail ?? '', /invalid PVEVNC ticket/);
  assert.equal(
    (await refusing('403 Permission check failed (/vms/200, VM.Console)')).kind,
    'denied',
  );
  assert.equal((await refusing('502 Bad Gateway')).kind, 'unreachable');
  assert.match(
    (await refusing('200 OK')).what,
    /not what the Proxmox VE API promises|did not open/,
  );
  const strange = await serve(t, (each) => {
    each.subprotocol = false;
  });
  assert.equal((await failureOf(strange.site)).kind, 'unreachable');
});

test('a refused ticket leaves the login alone: it was a console that was refused', async (t) => {
  const { site } = await serve(t, (each) => {
    each.refuse = 'HTTP/1.1 401 no\r\ncontent-length: 0\r\nconnection: close\r\n\r\n';
  });
  await failureOf(site);
  assert.ok((await site.consoles.vnc(machine)).ok === false);
  const read = await site.guests.feature(container, 'snapshot');
  assert.ok(read.ok || read.failure.kind !== 'unauthenticated');
});

test('the end: a close frame is an end in order', async (t) => {
  const { site } = await serve(t, (each) => {
    each.script = (socket) => {
      socket.once('message', () => {
        socket.send(Buffer.from('OKbye'));
        socket.close(1000);
      });
    };
  });
  const { seen } = await open(site);
  await until('its end', () => seen.ended);
  assert.deepEqual([seen.text, seen.failure], ['bye', undefined]);
});

test('the end without a word: the task behind tells whether it was one', async (t) => {
  const ended = async (status: unknown, text = 'OKbye') => {
    const { server, site } = await serve(t, closes(text));
    if (status) server.answers.set(task, status);
    const { seen } = await open(site);
    await until('its end', () => seen.ended);
    return seen.failure;
  };
  assert.equal(await ended({ status: 'stopped', exitstatus: 'OK' }), undefined);
  const failed = await ended({ status: 'stopped', exitstatus: 'command failed: exit code 1' });
  assert.equal(failed?.kind, 'task-failed');
  assert.equal(failed?.detail, 'command failed: exit code 1');
  const running = await ended({ status: 'running' });
  assert.equal(running?.kind, 'unreachable');
  assert.match(running?.what ?? '', /was cut/);
  assert.match((await ended(undefined))?.what ?? '', /was cut/);
  const serial = await ended({ status: 'running' }, 'OKunable to find a serial interface\r\n');
  assert.match(serial?.what ?? '', /no serial port/);
});

test('a broken connection says how, and our own close is the end of it', async (t) => {
  const { site } = await serve(t, (each) => {
    each.script = (socket, raw) => {
      socket.once('message', () => {
        socket.send(Buffer.from('OK'));
        setTimeout(() => raw.destroy(new Error('gone')), 20);
      });
    };
  });
  const { seen } = await open(site);
  await until('its end', () => seen.ended);
  assert.match(seen.failure?.what ?? '', /was cut/);
  const own = await serve(t);
  const mine = await open(own.site);
  mine.console.close();
  await until('its end', () => mine.seen.ended);
  assert.equal(mine.seen.failure, undefined);
});

test('a certificate that changed between the call and the websocket: not one byte of it is written', async (t) => {
  const { server, site } = await serve(t);
  const before = server.proxy;
  // The certificate changes while the answer with the ticket is on its way.
  server.proxy = new Proxy(before, {
    ownKeys: (target) => {
      server.use(other);
      return Reflect.ownKeys(target);
    },
  });
  const failure = await failureOf(site);
  assert.equal(failure.kind, 'tls-changed');
  assert.equal(server.upgrades.length, 0);
  assert.equal(server.connections(), 2);
  assert.equal(server.newestBytes(), 0);
});

test('the websocket goes to the endpoint that gave the ticket, not to the first one', async (t) => {
  const second = await scriptedServer(shown);
  t.after(() => second.close());
  const { site } = rig(t, { endpoints: ['https://127.0.0.1:1', second.url], tls });
  const { console } = await open(site);
  assert.equal(second.upgrades.length, 1);
  console.close();
});

test('read-only mode: nothing leaves, not even the call for a ticket', async (t) => {
  const { server, site } = await serve(t, undefined, { readOnly: true });
  const failure = await failureOf(site);
  assert.equal(failure.kind, 'read-only');
  assert.equal(server.connections(), 0);
  const plans: string[] = [];
  const dry = site.dryRun((call) => plans.push(`${call.method} ${call.path}`));
  await dry.consoles.text({ guest: machine, serial: 'serial1' });
  assert.deepEqual(plans, ['POST /nodes/pve1/qemu/101/termproxy']);
  assert.equal(server.connections(), 0);
});

test('giving up and closing the services end what is on its way', async (t) => {
  const silent = await serve(t, (each) => {
    each.script = () => {};
  });
  const stop = new AbortController();
  const waiting = silent.site.consoles.text({ guest: container }, { signal: stop.signal });
  await until('the login', () => silent.server.messages.length === 1);
  stop.abort();
  const given = await waiting;
  assert.ok(!given.ok);
  assert.equal(given.failure.kind, 'cancelled');
  const running = await serve(t);
  const { seen } = await open(running.site);
  await running.services.close();
  await until('its end', () => seen.ended);
});

test('a screen: the password of the answer, or the ticket of older versions; bytes as they are', async (t) => {
  const { server, site } = await serve(t, (each) => {
    each.proxy = { ...each.proxy, password: 'Abc!123~' };
    each.script = (socket) => {
      socket.send(Buffer.from('RFB 003.008\n'));
    };
  });
  const opened = await site.consoles.vnc(machine);
  assert.ok(opened.ok, JSON.stringify(opened));
  assert.equal(opened.value.password.reveal(), 'Abc!123~');
  assert.equal(String(opened.value.password), '‹hidden›');
  assert.deepEqual(
    server.requests.filter((each) => each.startsWith('POST')),
    ['POST /nodes/pve1/qemu/101/vncproxy'],
  );
  let text = '';
  opened.value.onData((bytes) => {
    text += Buffer.from(bytes).toString();
  });
  await until('the greeting', () => text === 'RFB 003.008\n');
  opened.value.write('RFB 003.008\n');
  await until('our answer', () => server.messages[0] === 'RFB 003.008\n');
  opened.value.close();
  const older = await serve(t);
  const screen = await older.site.consoles.vnc(container);
  assert.ok(screen.ok);
  assert.equal(screen.value.password.reveal(), ticket);
  screen.value.close();
});

test('a peer that says nothing any more is noticed, without an end of the connection', async (t) => {
  const frozen: (() => void)[] = [];
  const { site } = await serve(
    t,
    (each) => {
      each.script = (socket, raw) => {
        socket.once('message', () => socket.send(Buffer.from('OKhello')));
        // The machine is there, its network is not: nothing is read, nothing is answered, nothing is closed.
        frozen.push(() => raw.pause());
      };
    },
    { timings: { silence: 400 } },
  );
  const { seen, console } = await open(site);
  await until('the prompt', () => seen.text === 'hello');
  // Idle for longer than that, and still there: pings are answered.
  await new Promise((resolve) => setTimeout(resolve, 900));
  assert.equal(seen.ended, false);
  for (const freeze of frozen) freeze();
  console.write('ls\r');
  await until('the end', () => seen.ended);
  assert.equal(seen.failure?.kind, 'unreachable');
  assert.match(seen.failure?.what ?? '', /was cut/);
  assert.match(seen.failure?.detail ?? '', /no answer for/);
});

test('silence is not taken for a cut while we read nothing ourselves', async (t) => {
  const { site } = await serve(
    t,
    (each) => {
      each.script = (socket) => {
        socket.once('message', () => socket.send(Buffer.from('OKhello')));
      };
    },
    { timings: { silence: 100 } },
  );
  const { seen, console } = await open(site);
  await until('the prompt', () => seen.text === 'hello');
  console.pause?.();
  await new Promise((resolve) => setTimeout(resolve, 500));
  assert.equal(seen.ended, false);
  console.resume?.();
  await new Promise((resolve) => setTimeout(resolve, 300));
  assert.equal(seen.ended, false);
});
