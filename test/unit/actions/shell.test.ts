import assert from 'node:assert/strict';
import test from 'node:test';
import { reachableAddress } from '../../../source/actions/guest-address.ts';
import { guestShell } from '../../../source/actions/guest-shell.ts';
import { nodeShell } from '../../../source/actions/node-shell.ts';
import type {
  Platform,
  RunContext,
  Terminal,
  TerminalHost,
} from '../../../source/actions/types.ts';
import type { Failure } from '../../../source/domain/failure.ts';
import { fail, ok } from '../../../source/domain/result.ts';
import { type SafeText, sanitise } from '../../../source/domain/safe-text.ts';
import type {
  ShellExit,
  SshConsole,
  SshDoor,
  SshTarget,
  SystemSsh,
} from '../../../source/services/ssh/types.ts';
import type { PveSite } from '../../../source/services/types.ts';
import { facts, fakeSite, guest, inventory, node, platform, safe } from './fakes.ts';

const nic = (name: string, ...addresses: string[]) => ({
  name: sanitise(name),
  addresses: addresses.map((each): SafeText => sanitise(each)),
});

test('the address of a guest: its own NIC before inner ones, IPv4 before IPv6, nothing local', () => {
  assert.equal(
    reachableAddress([
      nic('lo', '127.0.0.1/8', '::1/128'),
      nic('docker0', '172.17.0.1/16'),
      nic('eth0', 'fe80::1/64', '2001:db8::5/64', '192.168.1.101/24'),
    ]),
    '192.168.1.101',
  );
  assert.equal(
    reachableAddress([nic('lo', '127.0.0.1'), nic('ens18', 'fe80::2', '2001:db8::5/64')]),
    '2001:db8::5',
  );
  assert.equal(reachableAddress([nic('lo', '127.0.0.1'), nic('wg0', '10.8.0.2/24')]), '10.8.0.2');
  assert.equal(
    reachableAddress([nic('Ethernet 2', '169.254.3.4'), nic('Loopback', '127.0.0.1')]),
    undefined,
  );
  assert.equal(reachableAddress([]), undefined);
});

const lxc = guest({ type: 'lxc' });
const withAddresses = facts({
  site: inventory({
    cluster: {
      data: {
        members: [{ node: safe('pve1'), online: true, local: true, ip: safe('192.168.1.10') }],
      },
      fetching: false,
    },
  }),
});

interface Scripted {
  /** What the door answers; a shell that ends with `exit` when absent. */
  readonly system?: SystemSsh;
  readonly exit?: ShellExit;
  readonly code?: number;
  readonly cut?: boolean;
}

/** A door, a terminal and a diary of what was asked of them. */
function machine({ system, exit = { code: 0 }, code = 0, cut = false }: Scripted = {}) {
  const diary: string[] = [];
  let end: ((failure: Failure | undefined) => void) | undefined;
  const console: SshConsole = {
    onData: () => undefined,
    onClose: (listener) => {
      end = listener;
      const failure: Failure = { kind: 'unreachable', what: safe('The connection was lost') };
      setImmediate(() => end?.(cut ? failure : undefined));
    },
    write: () => undefined,
    resize: (columns, rows) => void diary.push(`resize ${columns}x${rows}`),
    close: () => undefined,
    exit: () => exit,
  };
  const place = (target: SshTarget) => JSON.stringify(target);
  const ssh: SshDoor = {
    open: async (target, given) => {
      diary.push(`open ${place(target)} ${given?.command?.join(' ') ?? ''}`.trim());
      if (system) return ok({ system });
      return ok({
        host: {
          notes: [],
          shell: async () => ok(console),
          release: () => void diary.push('release'),
        },
      });
    },
    shell: async (target, _request, given) => {
      diary.push(`again ${place(target)} silent ${given?.silent}`);
      return fail({ kind: 'unauthenticated', what: safe('It would ask') });
    },
    close: async () => undefined,
  };
  let typed: ((bytes: Uint8Array) => void) | undefined;
  const screen: Terminal = {
    size: () => ({ columns: 100, rows: 30 }),
    onInput: (listener) => {
      typed = listener;
      return () => undefined;
    },
    onResize: () => () => undefined,
    write: (bytes) => {
      const text = String(bytes);
      if (text.includes('any key goes back')) setImmediate(() => typed?.(Buffer.from('x')));
      if (text.includes('q leaves')) {
        const key = diary.some((line) => line.startsWith('again')) ? 'q' : 'r';
        setImmediate(() => typed?.(Buffer.from(key)));
      }
      return true;
    },
    drained: async () => undefined,
    runProgram: async (argv) => {
      diary.push(`run ${argv.join(' ')}`);
      return ok(code);
    },
  };
  const terminal: TerminalHost = { handOver: (job) => job(screen) };
  return { diary, platform: platform({ ssh, terminal }) };
}

function context(site: PveSite, made: Platform, known = withAddresses): RunContext {
  return {
    site,
    signal: new AbortController().signal,
    now: () => 0,
    facts: known,
    progress: () => undefined,
    platform: made,
    followTask: async () => ok('ok'),
  };
}

const told = (result: Awaited<ReturnType<typeof guestShell.run>>) => {
  if (!result.ok) return result.failure.what;
  return result.value.kind === 'done' ? result.value.message : result.value.upid;
};

test('a container: pct enter on its node, at the address the cluster tells', async () => {
  const { diary, platform: made } = machine({ exit: { code: 3 } });
  const result = await guestShell.run(lxc, { via: 'auto' }, context(fakeSite(), made));
  assert.equal(told(result), 'The shell of guest 101 web-server has ended (exit code 3)');
  assert.deepEqual(diary, [
    'open {"site":"home","node":"pve1","address":"192.168.1.10"} pct enter 101',
    'resize 100x30',
    'release',
  ]);
});

test('a VM: its reported address, the configured one before it, its serial port only when asked for', async () => {
  const interfaces = async () => ok([nic('ens18', '192.168.1.77/24')]);
  const config = async () => ok({ entries: { serial0: safe('socket') } });
  const site = fakeSite({ guests: { interfaces, config } });
  const lines: string[] = [];
  for (const via of ['auto', 'address', 'node']) {
    const { diary, platform: made } = machine();
    assert.ok((await guestShell.run(guest(), { via }, context(site, made))).ok);
    lines.push(diary[0] ?? '');
  }
  const configured: PveSite = Object.create(site, {
    config: { value: { ...site.config, ssh: { guests: { 101: 'deploy@web' } } } },
  });
  for (const each of [guest(), lxc]) {
    const { diary, platform: made } = machine();
    assert.ok((await guestShell.run(each, { via: 'auto' }, context(configured, made))).ok);
    lines.push(diary[0] ?? '');
  }
  assert.deepEqual(lines, [
    'open {"site":"home","host":"192.168.1.77"}',
    'open {"site":"home","host":"192.168.1.77"}',
    'open {"site":"home","node":"pve1","address":"192.168.1.10"} qm terminal 101 --iface serial0',
    'open {"site":"home","host":"deploy@web"}',
    'open {"site":"home","host":"deploy@web"}',
  ]);
});

test('a VM without a known address says what to write and which other way there is', async () => {
  const interfaces = async () =>
    fail({
      kind: 'rejected',
      what: safe('Refused'),
      detail: safe('QEMU guest agent is not running'),
    });
  const config = async () => ok({ entries: {} });
  const site = fakeSite({ guests: { interfaces, config } });
  const { diary, platform: made } = machine();
  const result = await guestShell.run(guest(), { via: 'auto' }, context(site, made));
  assert.ok(!result.ok);
  assert.match(result.failure.next ?? '', /ssh: \{guests: \{101: user@host\}\}; .*qm terminal/);
  assert.equal(result.failure.detail, 'QEMU guest agent is not running');
  const serial = await guestShell.run(guest(), { via: 'node' }, context(site, made));
  assert.ok(!serial.ok);
  assert.match(serial.failure.what, /no serial port/);
  assert.deepEqual(diary, []);
});

test("what needs the system's ssh gets the terminal; its failure stays readable", async () => {
  const system = { reason: safe('its key is a certificate'), argv: ['ssh', '-t', '--', 'pve1'] };
  const good = machine({ system, code: 2 });
  const ended = await nodeShell.run(node(), {}, context(fakeSite(), good.platform));
  assert.equal(told(ended), 'The shell of node pve1 has ended (exit code 2)');
  assert.equal(good.diary[1], 'run ssh -t -- pve1');
  const bad = machine({ system, code: 255 });
  const failed = await nodeShell.run(node(), {}, context(fakeSite(), bad.platform));
  assert.ok(!failed.ok);
  assert.match(failed.failure.next ?? '', /by hand: ssh -t -- pve1/);
});

test('after a cut it connects again without asking anything', async () => {
  const { diary, platform: made } = machine({ cut: true });
  const result = await nodeShell.run(node(), {}, context(fakeSite(), made));
  assert.equal(told(result), 'It would ask');
  assert.ok(
    diary.some((line) => /^again .* silent true$/.test(line)),
    diary.join('\n'),
  );
  assert.equal(diary.at(-1), 'release');
});

test('shells are for running guests, and never in read-only mode', () => {
  assert.equal(guestShell.available(lxc, facts()).state, 'yes');
  assert.equal(guestShell.available(guest({ status: safe('stopped') }), facts()).state, 'disabled');
  assert.equal(guestShell.available(guest({ template: true }), facts()).state, 'hidden');
  assert.equal(guestShell.available(guest({ stale: true }), facts()).state, 'disabled');
  assert.equal(
    nodeShell.available(node({ status: safe('offline'), seenAt: 1 }), facts()).state,
    'yes',
  );
  for (const action of [guestShell, nodeShell]) {
    assert.notEqual(action.effect, 'read');
    assert.equal(action.key, '!');
  }
});
