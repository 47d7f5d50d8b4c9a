import assert from 'node:assert/strict';
import {
  chmod,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rm,
  stat,
  symlink,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'node:test';
import { openAuditLog } from '../../../source/config/audit-log.ts';
import {
  type LastState,
  loadLastState,
  saveLastState,
  stateKey,
} from '../../../source/config/last-state.ts';
import { openPreferences } from '../../../source/config/preferences.ts';
import { readHomelabText } from '../../../source/config/read-homelab.ts';
import { openTrustStore } from '../../../source/config/trust-store.ts';
import { sanitise } from '../../../source/domain/safe-text.ts';
import { Secret } from '../../../source/domain/secret.ts';
import type { SiteId } from '../../../source/domain/site.ts';

const root = await mkdtemp(join(tmpdir(), 'homelab-stores-'));
test.after(() => rm(root, { recursive: true, force: true }));
const now = () => Date.UTC(2026, 10, 21, 12, 0, 0);
const mode = async (path: string) => ((await stat(path)).mode & 0o777).toString(8);
const print = (byte: string) => Array.from({ length: 32 }, () => byte).join(':');

test('trust: remembers by host and port, in a private file, and sees what another console added', async () => {
  const path = join(root, 'trust', 'trust.json');
  const one = openTrustStore(path, now);
  const two = openTrustStore(path, now);
  await one.set('PVE1.lan:8006', print('aa'));
  await two.set('pve2.lan:8006', print('BB'));
  assert.equal(await mode(path), '600');
  assert.equal(await mode(join(root, 'trust')), '700');
  const again = openTrustStore(path, now);
  assert.equal(again.problem, undefined);
  assert.equal(again.get('pve1.lan:8006'), print('AA'));
  assert.equal(again.get('pve2.LAN:8006'), print('BB'));
  assert.deepEqual(
    again.list().map((entry) => entry.at),
    [now(), now()],
  );
  assert.equal(again.get('constructor'), undefined);
});

test('trust: a damaged file trusts nothing, is said, and is kept', async () => {
  const path = join(root, 'damaged', 'trust.json');
  await mkdir(join(root, 'damaged'));
  await writeFile(path, '{"endpoints": {"a:8006": {"fingerprint": "zz"}}}');
  const store = openTrustStore(path, now);
  assert.equal(store.get('a:8006'), undefined);
  assert.match(store.problem?.what ?? '', /cannot be read: it is damaged/);
  await store.set('b:8006', print('CC'));
  assert.equal(openTrustStore(path, now).get('b:8006'), print('CC'));
  assert.match(await readFile(`${path}.damaged`, 'utf8'), /"zz"/);
});

test('trust: where nothing can be written, set rejects and the fingerprint is not remembered', async () => {
  await writeFile(join(root, 'a-file'), '');
  const store = openTrustStore(join(root, 'a-file', 'trust.json'), now);
  await assert.rejects(store.set('a:8006', print('AA')));
  assert.equal(store.get('a:8006'), undefined);
});

test('preferences: kept in a private file and read back; odd values are dropped', async () => {
  const directory = join(root, 'preferences');
  const first = openPreferences(directory, now);
  assert.deepEqual(first.values(), {});
  assert.equal(first.set({ theme: 'light', keys: { 'guest.start': 'G' } }), undefined);
  assert.equal(
    first.set({ sorts: { guests: { column: 'cpu', descending: true } }, mouse: false }),
    undefined,
  );
  assert.equal(await mode(first.path), '600');
  assert.deepEqual(openPreferences(directory, now).values(), {
    theme: 'light',
    mouse: false,
    keys: { 'guest.start': 'G' },
    sorts: { guests: { column: 'cpu', descending: true } },
  });
  await writeFile(
    first.path,
    JSON.stringify({
      theme: 7,
      timeframe: 'eon',
      lastView: 'guests',
      keys: [],
      sorts: { guests: 1 },
    }),
  );
  assert.deepEqual(openPreferences(directory, now).values(), { lastView: 'guests', sorts: {} });
});

test('preferences: a damaged file is kept aside and said, and a new one begins', async () => {
  const directory = join(root, 'preferences-damaged');
  await mkdir(directory);
  await writeFile(join(directory, 'preferences.json'), '{"theme": ');
  const preferences = openPreferences(directory, now);
  assert.match(preferences.problem?.what ?? '', /were damaged and start afresh/);
  assert.equal(preferences.set({ theme: 'dark' }), undefined);
  const files = await readdir(directory);
  assert.ok(
    files.some((name) => name.startsWith('preferences.json.damaged-2026-11-21')),
    files.join(' '),
  );
  assert.equal(openPreferences(directory, now).values().theme, 'dark');
});

test('preferences: where nothing can be written they hold for this run and it is said', async () => {
  const preferences = openPreferences(join(root, 'a-file', 'below'), now);
  const problem = preferences.set({ theme: 'dark' });
  assert.match(problem?.what ?? '', /cannot be used/);
  assert.equal(preferences.values().theme, 'dark');
});

const author = { user: 'ann', host: 'laptop', ssh: '10.0.0.9 5022 10.0.0.1 22', pid: 7, now };
const entry = {
  site: 'home',
  action: 'guest.stop',
  target: 'guest 101 web',
  parameters: { timeout: 5 },
};

test('audit: an intent and a result, one JSON line each, in a private file', async () => {
  const path = join(root, 'audit', 'audit.jsonl');
  const audit = openAuditLog(path, author);
  const secret = new Secret('geheim') as unknown as string;
  const id = await audit.intent({
    ...entry,
    parameters: { timeout: 5, password: 'geheim', other: secret, none: undefined },
  });
  assert.ok(id.ok);
  await audit.result(id.value, { outcome: 'ok', upid: 'UPID:x', message: 'done' });
  const text = await readFile(path, 'utf8');
  assert.doesNotMatch(text, /geheim/);
  const [intent, result] = text
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
  assert.deepEqual(intent, {
    id: id.value,
    event: 'intent',
    at: '2026-11-21T12:00:00.000Z',
    user: 'ann',
    host: 'laptop',
    ssh: '10.0.0.9 5022 10.0.0.1 22',
    site: 'home',
    action: 'guest.stop',
    target: 'guest 101 web',
    parameters: { timeout: 5, password: '‹hidden›', other: '‹hidden›' },
  });
  assert.equal(result.id, id.value);
  assert.equal(result.event, 'result');
  assert.equal(result.upid, 'UPID:x');
  assert.equal(await mode(path), '600');
});

test('audit: a secret within a command for a monitor is not written down', async () => {
  const path = join(root, 'audit-command', 'audit.jsonl');
  const audit = openAuditLog(path, author);
  for (const command of ['change vnc password geheim', 'object_add secret,id=s0,data=geheim']) {
    assert.ok((await audit.intent({ ...entry, parameters: { command } })).ok);
  }
  assert.ok((await audit.intent({ ...entry, parameters: { command: 'device_del net0' } })).ok);
  const text = await readFile(path, 'utf8');
  assert.doesNotMatch(text, /geheim/);
  assert.match(text, /"command":"change ‹hidden›"[\s\S]*"command":"device_del net0"/);
});

test('audit: a line torn by a full disk does not swallow the next, and a file open to others is closed', async () => {
  const path = join(root, 'torn.jsonl');
  await writeFile(path, '{"id":"torn');
  await chmod(path, 0o644);
  const audit = openAuditLog(path, author);
  const first = await audit.intent(entry);
  const second = await audit.intent(entry);
  assert.ok(first.ok && second.ok && first.value !== second.value);
  const lines = (await readFile(path, 'utf8')).trim().split('\n');
  assert.equal(lines.length, 3);
  assert.equal(JSON.parse(lines[1] ?? '').id, first.value);
  assert.equal(await mode(path), '600');
});

test('audit: where it cannot be written the intent fails and nothing throws', async () => {
  const audit = openAuditLog(join(root, 'a-file', 'audit.jsonl'), author);
  const refused = await audit.intent(entry);
  assert.ok(!refused.ok);
  assert.equal(refused.failure.kind, 'local');
  assert.match(refused.failure.what, /nothing was changed: the audit log cannot be written/);
  await audit.result('x', { outcome: 'ok', message: '' });
  await mkdir(join(root, 'audit-folder.jsonl'));
  const folder = await openAuditLog(join(root, 'audit-folder.jsonl'), author).intent(entry);
  assert.ok(!folder.ok);
});

test('audit: a full disk blocks the action', {
  skip: process.platform !== 'linux' && 'needs /dev/full',
}, async () => {
  const path = join(root, 'full.jsonl');
  await symlink('/dev/full', path);
  const refused = await openAuditLog(path, author).intent(entry);
  assert.ok(!refused.ok);
  assert.match(refused.failure.what, /the disk is full/);
});

const state: LastState = {
  savedAt: now(),
  view: 'guests',
  sites: [
    {
      site: 'home' as SiteId,
      fetchedAt: now(),
      resources: {
        nodes: [{ site: 'home' as SiteId, node: sanitise('pve1'), status: sanitise('online') }],
        guests: [
          {
            site: 'home' as SiteId,
            type: 'qemu',
            vmid: 101,
            node: sanitise('pve1'),
            status: sanitise('running'),
            name: sanitise('back\\new "quoted"'),
          },
        ],
        storages: [],
        pools: [sanitise('lab')],
      },
    },
  ],
};

test('last state: comes back as it was, private, and only for the same configuration', async () => {
  const path = join(root, 'cache', 'last-state.json');
  await saveLastState(path, stateKey('version: 1'), state);
  assert.deepEqual(loadLastState(path, stateKey('version: 1')), state);
  assert.equal(loadLastState(path, stateKey('version: 1 ')), undefined);
  assert.equal(await mode(path), '600');
});

test('last state: anything odd means there is none', async () => {
  const path = join(root, 'odd.json');
  const key = stateKey('x');
  assert.equal(loadLastState(path, key), undefined);
  const write = (value: unknown) =>
    writeFile(path, typeof value === 'string' ? value : JSON.stringify(value));
  const whole = { format: 1, key, state };
  await write(whole);
  assert.ok(loadLastState(path, key));
  const text = JSON.stringify(whole);
  for (const odd of [
    '',
    text.slice(0, -20),
    'null',
    '[]',
    { ...whole, format: 2 },
    { ...whole, state: { ...state, sites: [{ site: 'home', resources: { nodes: [] } }] } },
    {
      ...whole,
      state: {
        ...state,
        sites: [
          { site: 'home', resources: { ...state.sites[0]?.resources, guests: [{ vmid: '1' }] } },
        ],
      },
    },
    text.replace('quoted', '\\u001b[2J'),
    text.replace('quoted', '\\n'),
    text.replace('quoted', '\u202egnp'),
  ]) {
    await write(odd);
    assert.equal(loadLastState(path, key), undefined, JSON.stringify(odd).slice(0, 200));
  }
});

test('homelab.yaml: absent is no failure; writable by everybody is', async () => {
  const path = join(root, 'homelab.yaml');
  assert.deepEqual(await readHomelabText(path), { ok: true, value: undefined });
  await writeFile(path, 'version: 1\n');
  await chmod(path, 0o644);
  assert.deepEqual(await readHomelabText(path), { ok: true, value: 'version: 1\n' });
  await chmod(path, 0o666);
  const refused = await readHomelabText(path);
  assert.ok(!refused.ok);
  assert.ok(refused.failure.next?.includes(`chmod o-w '${path}'`));
  const folder = await readHomelabText(root);
  assert.ok(!folder.ok);
});
