import assert from 'node:assert/strict';
import test from 'node:test';
import { paintLine } from '../../../source/components/paint.ts';
import { createTheme, themeNames } from '../../../source/components/theme.ts';
import { displayWidth } from '../../../source/components/width.ts';
import type { DetailMap } from '../../../source/domain/detail.ts';
import type { Guest } from '../../../source/domain/guest.ts';
import { guestKey } from '../../../source/domain/guest.ts';
import type { ConfigEntry, GuestStatus } from '../../../source/domain/guest-detail.ts';
import { sanitise, say } from '../../../source/domain/safe-text.ts';
import { agentSources } from '../../../source/views/guests/agent.ts';
import { guestsView } from '../../../source/views/guests/index.ts';
import { summaryLines } from '../../../source/views/guests/summary.ts';
import { tagLine } from '../../../source/views/tags.ts';
import {
  allOf,
  contextOf,
  detail,
  GiB,
  guest,
  home,
  now,
  site,
  textOf,
  unreachable,
  withResources,
} from './fixtures.ts';

const vm = guest(101, { tags: [say`prod`, say`web`] });
const ct = guest(201, { type: 'lxc' });
const key = guestKey(vm);
const running: GuestStatus = { status: say`running`, agent: true };
const sizes = [
  { width: 78, height: 18 },
  { width: 118, height: 34 },
];
const shown = (row: Guest, details: DetailMap, size = sizes[1], sites = [withResources({})]) =>
  allOf(summaryLines(row, contextOf(sites, details, size)));
const status = (data: GuestStatus, row = vm) => detail('guest.status', guestKey(row), { data });
const config = (...entries: readonly (readonly [string, string])[]) =>
  detail('guest.pending', key, {
    data: entries.map(
      ([name, value]): ConfigEntry => ({ key: sanitise(name), value: sanitise(value) }),
    ),
  });
const inside = detail('guest.agent', key, {
  data: {
    hostname: say`web-1`,
    os: say`Debian GNU/Linux 13`,
    kernel: say`6.12.48`,
    users: [{ user: say`admin`, since: now / 1000 - 7200 }],
    fileSystems: [
      { mountpoint: say`/`, name: say`sda1`, type: say`ext4`, used: 9 * GiB, total: 10 * GiB },
      { mountpoint: say`/data`, name: say`sdb1` },
    ],
  },
});

test('what the agent tells stands in the summary, with a bar for each file system', () => {
  for (const size of sizes) {
    const text = shown(vm, { ...status(running), ...inside }, size);
    assert.match(text, /Host name +web-1/);
    assert.match(text, /System +Debian GNU\/Linux 13/);
    assert.match(text, /Kernel +6\.12\.48/);
    assert.match(text, /Users +admin for 2 h/);
    assert.match(text, /\/ +\[#+\.+\] +90% +9\.00\/10\.0 GiB ext4/);
    assert.match(text, /\/data +unknown +\?/);
  }
});

test('read out there are figures and no bars', () => {
  const context = { ...contextOf([], { ...status(running), ...inside }), plain: true };
  const text = allOf(summaryLines(vm, context));
  assert.match(text, /\/ +90% +9\.00\/10\.0 GiB/);
  assert.doesNotMatch(text, /\[#/);
});

test('the agent is asked only where one is configured and the VM runs', () => {
  const asks = (row: Guest, data?: GuestStatus) =>
    agentSources(row, contextOf([], data ? status(data, row) : {})).length;
  assert.equal(asks(vm, running), 1);
  assert.equal(asks(vm), 0, 'before the status is known');
  assert.equal(asks(vm, { status: say`running`, agent: false }), 0);
  assert.equal(asks(guest(101, { status: say`stopped` }), running), 0);
  assert.equal(asks(guest(101, { status: say`unknown`, stale: true }), running), 0);
  assert.equal(asks(ct, running), 0);
});

test('why the inside is not known is said: no agent, no answer, off, node down', () => {
  const none = shown(vm, status({ status: say`running`, agent: false }));
  assert.match(none, /unknown: no guest agent is configured/);
  const failure = { ...unreachable, what: say`The guest agent does not answer` };
  const silent = shown(vm, { ...status(running), ...detail('guest.agent', key, { failure }) });
  assert.match(silent, /unknown\n✗ The guest agent does not answer/);
  assert.match(shown(guest(101, { status: say`stopped` }), {}), /– it does not run/);
  const lost = guest(101, { status: say`unknown`, stale: true, seenAt: now });
  assert.match(shown(lost, {}), /unknown while the node is down/);
  assert.doesNotMatch(shown(ct, status({ status: say`running` }, ct)), /guest agent/);
});

test('pressure and the memory on the node, or why an older server does not tell them', () => {
  const told = shown(
    vm,
    status({
      ...running,
      memhost: 2 * GiB,
      pressure: { cpuSome: 12.34, cpuFull: 0, ioSome: 0.5, memorySome: 0, memoryFull: 0 },
    }),
  );
  assert.match(told, /Pressure +cpu 12%\/0\.0% · io 0\.5%\/\? · memory 0\.0%\/0\.0%/);
  assert.match(told, /On the node +2\.00 GiB/);
  const eight = [
    site({ version: { data: { version: say`8.4.1` }, fetching: false, fetchedAt: now } }),
  ];
  const old = shown(vm, status(running), sizes[1], eight);
  assert.match(old, /Pressure +unknown: Proxmox VE 8 does not tell it, 9 does/);
  assert.match(shown(vm, status(running)), /Pressure +unknown: the node did not tell it/);
});

test('start at boot, protection and devices with their mapping', () => {
  const text = shown(vm, {
    ...status(running),
    ...config(
      ['onboot', '1'],
      ['startup', 'order=2,up=30'],
      ['protection', '1'],
      ['hostpci0', 'mapping=gpu,pcie=1'],
      ['usb0', 'host=1-2'],
    ),
  });
  assert.match(text, /Start at boot +yes, order 2, next guest 30 s later/);
  assert.match(text, /Protection +on: Proxmox refuses to remove it/);
  assert.match(text, /Devices +hostpci0 +mapping gpu/);
  assert.match(text, /usb0 +1-2, bound to this node/);
  const plain = shown(vm, { ...status(running), ...config(['memory', '512']) });
  assert.match(plain, /Start at boot no/);
  assert.match(plain, /Protection +off/);
});

test('HA is told with its state, and that a guest is not managed', () => {
  const managed = status({ ...running, haManaged: true, haState: say`started` });
  assert.match(shown(vm, managed), /HA +started/);
  assert.match(shown(vm, status({ ...running, haManaged: false })), /HA +not managed/);
  assert.match(shown(vm, {}), /HA +–/);
});

test('notes are text, whatever stands in them', () => {
  const text = shown(vm, {
    ...status(running),
    ...config(['description', '# Title\n\u001b[2J<b>bold</b>\n[link](http://x)']),
  });
  assert.match(text, /Notes\n# Title/);
  assert.match(text, /<b>bold<\/b>/);
  assert.doesNotMatch(text, /\u001b/);
});

test('graphs of pressure are there when they are recorded', () => {
  const tab = guestsView.tabs.find(({ id }) => id === 'graphs');
  const graphsOf = (point: Record<string, number>) => {
    const points = [1, 2, 3].map((time) => ({ time: now / 1000 - time * 60, cpu: 0.1, ...point }));
    const details = detail('guest.rrd', key, { data: points }, 'hour');
    const body = tab?.body(vm, contextOf([], details, sizes[1]));
    return body?.kind === 'lines' ? allOf(body.lines) : '';
  };
  assert.doesNotMatch(graphsOf({}), /pressure|on the node/);
  const modern = graphsOf({ pressurecpusome: 1.5, pressureiosome: 0, memhost: GiB });
  assert.match(modern, /CPU pressure, some +last 1\.50%/);
  assert.match(modern, /Memory on the node/);
  assert.doesNotMatch(modern, /Memory pressure/);
});

test('tags carry the colours of the cluster; every theme shows them as the same text', () => {
  const colours = { prod: { background: say`#ffff00`, text: say`#ffffee` } };
  const line = tagLine([say`prod`, say`web`], colours);
  assert.equal(textOf(line), 'prod web');
  for (const name of themeNames) {
    for (const level of [0, 1, 2, 3] as const) {
      const painted = paintLine(line, 20, createTheme(name, { level }));
      const bare = painted.replace(/\u001b\[[0-9;]*m/g, '');
      assert.equal(bare.trimEnd(), 'prod web', `${name} ${level}`);
      assert.equal(displayWidth(bare), 20);
      const coloured = painted.includes('\u001b[48;');
      assert.equal(coloured, level >= 2 && name !== 'none', `${name} ${level}`);
    }
  }
  const full = paintLine(line, 20, createTheme('dark', { level: 3 }));
  assert.match(full, /38;2;0;0;0m/, 'white on yellow cannot be read: black instead');
  const details = detail('cluster.options', home, {
    data: { tagColours: colours, registeredTags: [] },
  });
  const chip = summaryLines(vm, contextOf([withResources({})], details))
    .flat()
    .find(({ text }) => text === 'prod')?.chip;
  assert.deepEqual(chip, { background: '#ffff00', text: '#ffffee' });
});

test('a tag called like a property of every object has no colour', () => {
  const [segment] = tagLine([say`constructor`], {});
  assert.equal(segment?.chip, undefined);
});
