import assert from 'node:assert/strict';
import test from 'node:test';
import { execute } from '../../../source/actions/execute.ts';
import { guestSpice, spiceProxyOf } from '../../../source/actions/guest-spice.ts';
import type { Platform } from '../../../source/actions/types.ts';
import type { GuestStatus } from '../../../source/domain/guest-detail.ts';
import { fail, ok } from '../../../source/domain/result.ts';
import { Secret } from '../../../source/domain/secret.ts';
import type { SpiceSettings } from '../../../source/services/types.ts';
import {
  environment,
  facts,
  fakeSite,
  guest,
  options,
  platform,
  prepared,
  type SiteParts,
  safe,
  upid,
} from './fakes.ts';

const settings: SpiceSettings = {
  values: {
    type: 'spice',
    host: 'pvespiceproxy:1:101:pve1',
    'tls-port': '61000',
    proxy: 'http://pve1.lan:3128',
  },
  password: new Secret('one-time'),
};

/** A desktop; `diary` tells what was asked of Proxmox and of this machine, in order. */
function desktop(diary: string[], statuses: GuestStatus[], parts: SiteParts = {}) {
  return fakeSite({
    ...parts,
    guests: {
      power: async (_guest, verb) => {
        diary.push(`power ${verb}`);
        return ok({ upid: upid('qmstart') });
      },
      status: async () =>
        ok(statuses.length > 1 ? (statuses.shift() as GuestStatus) : (statuses[0] as GuestStatus)),
      spiceproxy: async (_guest, proxy) => {
        diary.push(`spiceproxy ${proxy}`);
        return ok(settings);
      },
      ...parts.guests,
    },
    tasks: {
      status: async () => ok({ running: false, outcome: 'ok' as const }),
      log: async () => ok({ lines: [], next: 0 }),
    },
  });
}

function machine(diary: string[], change: Partial<Platform> = {}) {
  const shown: string[] = [];
  const made = platform({
    probeTcp: async (host, port) => {
      diary.push(`probe ${host}:${port}`);
      return ok(4);
    },
    openViewer: async (text) => {
      diary.push('viewer');
      shown.push(text);
      return ok({ pid: 1 });
    },
    ...change,
  });
  return { platform: made, shown };
}

const running: GuestStatus = { status: safe('running'), spice: true };

async function open(
  statuses: GuestStatus[],
  target = guest(),
  change: Partial<Platform> = {},
  parts: SiteParts = {},
) {
  const diary: string[] = [];
  const here = machine(diary, change);
  const world = environment(desktop(diary, statuses, parts), { platform: here.platform });
  const result = await execute(
    prepared(guestSpice, target),
    {},
    { yes: true },
    world.environment,
    options().options,
  );
  return { result, diary, shown: here.shown };
}

test('a running VM: port first, then the settings, then the viewer', async () => {
  const { result, diary, shown } = await open([running]);
  assert.ok(result.ok);
  assert.deepEqual(diary, ['probe 192.168.1.10:3128', 'spiceproxy 192.168.1.10', 'viewer']);
  assert.match(shown[0] ?? '', /^\[virt-viewer\]\n/);
  assert.match(shown[0] ?? '', /^proxy=http:\/\/192\.168\.1\.10:3128$/m, 'our own proxy wins');
  assert.match(shown[0] ?? '', /^password=one-time$/m);
});

test('a stopped VM is started and awaited before its display is looked at', async () => {
  const { result, diary } = await open(
    [{ status: safe('stopped') }, running],
    guest({ status: safe('stopped') }),
  );
  assert.ok(result.ok);
  assert.deepEqual(diary, [
    'power start',
    'probe 192.168.1.10:3128',
    'spiceproxy 192.168.1.10',
    'viewer',
  ]);
});

test('a container: its text console through spiceterm, whatever is said of a display', async () => {
  const container = guest({ type: 'lxc', vmid: 201, name: safe('dns') });
  const { result, diary, shown } = await open([{ status: safe('running') }], container);
  assert.ok(result.ok);
  assert.equal(result.value.message, 'SPICE text console of guest 201 dns opened');
  assert.deepEqual(diary, ['probe 192.168.1.10:3128', 'spiceproxy 192.168.1.10', 'viewer']);
  assert.match(shown[0] ?? '', /^password=one-time$/m);
});

test('a stopped container is started and awaited first', async () => {
  const container = guest({ type: 'lxc', vmid: 201, status: safe('stopped') });
  const { question, level } = guestSpice.confirm(container, {}, facts());
  assert.equal(level, 1);
  assert.match(question, /is stopped. Start and open\?/);
  const { result, diary } = await open([{ status: safe('stopped') }, running], container);
  assert.ok(result.ok);
  assert.deepEqual(diary.slice(0, 2), ['power start', 'probe 192.168.1.10:3128']);
});

test('a VM without a SPICE display is refused before any password is made', async () => {
  const { result, diary } = await open([{ status: safe('running'), spice: false }]);
  assert.equal(result.ok, false);
  assert.match(result.ok ? '' : result.failure.what, /SPICE is not available/);
  assert.deepEqual(diary, []);
});

test('no viewer here: nothing is started, nothing is asked', async () => {
  const missing = { kind: 'local', what: safe('remote-viewer is not installed') } as const;
  const { result, diary } = await open([running], guest({ status: safe('stopped') }), {
    viewerProblem: () => missing,
  });
  assert.equal(result.ok ? undefined : result.failure, missing);
  assert.deepEqual(diary, []);
});

test('a closed port ends it before the 30 s begin to run', async () => {
  const closed = { kind: 'unreachable', what: safe('port 3128 does not answer') } as const;
  const { result, diary } = await open([running], guest(), { probeTcp: async () => fail(closed) });
  assert.equal(result.ok ? undefined : result.failure, closed);
  assert.deepEqual(diary, []);
});

test('a settings call without an answer is not passed off as an opened desktop', async () => {
  const lost = { kind: 'unanswered', what: safe('no answer came') } as const;
  const { result } = await open(
    [running],
    guest(),
    {},
    {
      guests: { spiceproxy: async () => fail(lost) },
    },
  );
  assert.equal(result.ok ? undefined : result.failure, lost);
});

test('the proxy is the configured one, else the endpoint; IPv6 in brackets', () => {
  assert.deepEqual(spiceProxyOf(fakeSite()), {
    host: '192.168.1.10',
    port: 3128,
    url: 'http://192.168.1.10:3128',
  });
  const tunnel = spiceProxyOf(fakeSite({ spiceProxy: 'http://127.0.0.1:13128' }));
  assert.deepEqual(tunnel, { host: '127.0.0.1', port: 13128, url: 'http://127.0.0.1:13128' });
  assert.equal(spiceProxyOf(fakeSite({ currentHost: 'fd00::1' })).url, 'http://[fd00::1]:3128');
  const six = spiceProxyOf(fakeSite({ spiceProxy: 'http://[fd00::1]:3128' }));
  assert.equal(six.host, 'fd00::1');
});
