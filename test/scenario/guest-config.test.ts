// The configuration of a guest: what changes is asked with old and new values, sent alone and never over somebody else's change.
import assert from 'node:assert/strict';
import { chmodSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test, { describe, type TestContext } from 'node:test';
import {
  answer,
  guestOf,
  openConsole,
  openTab,
  pressFor,
  type Scene,
  selectGuest,
  untilWorld,
  write,
} from '../support/scenario.ts';
import { tempDir } from '../support/temp.ts';

const put = 'PUT /nodes/pve1/qemu/101/config';
const last = ({ homelab }: Scene) =>
  homelab
    .requests()
    .filter(({ method }) => method !== 'GET')
    .at(-1);

/** Opens an action of the edit menu. */
async function edit(scene: Scene, key: string, wanted: string | RegExp): Promise<string> {
  await pressFor(scene.terminal, 'e', /┌─ Edit /);
  return pressFor(scene.terminal, key, wanted);
}

/** Clears the focused field and writes. */
async function rewrite({ terminal }: Scene, text: string): Promise<void> {
  await terminal.press('ctrl-u');
  await write(terminal, text);
}

/** An editor that does this to the file it is given. */
function editorOf(t: TestContext, script: string): { EDITOR: string; VISUAL: string } {
  const path = join(tempDir(t, 'editor'), 'editor');
  writeFileSync(path, `#!/bin/sh\n${script}\n`);
  chmodSync(path, 0o755);
  return { EDITOR: path, VISUAL: '' };
}

describe('the configuration of a guest', { concurrency: 2 }, () => {
  test('memory: old and new are asked, the change waits beside the running value, and is reverted', async (t) => {
    const scene = await openConsole(t);
    const { terminal, homelab } = scene;
    await selectGuest(terminal, 'web-server');
    await edit(scene, 'm', /Memory \(MiB\) +2048/);
    await rewrite(scene, '3072');
    await terminal.press('enter');
    const question = await terminal.waitFor('y/N');
    assert.match(question, /Change the memory of guest 101 web-server\?/);
    assert.match(question, /memory: 2048 → 3072/);
    assert.match(question, /At the next start: memory/);
    assert.deepEqual(homelab.writes(), [], 'nothing is sent before the answer');
    await answer(terminal, 'y');
    await terminal.waitFor(/changed; at the next start: memory/);
    assert.deepEqual(homelab.writes(), [put]);
    assert.deepEqual(Object.keys(last(scene)?.params ?? {}).sort(), ['digest', 'memory']);
    assert.equal(guestOf(scene, 101).pending.memory, '3072');

    await terminal.press('enter');
    await openTab(terminal, 'Config');
    await terminal.waitFor(/memory +2048 +3072/);
    await terminal.waitFor(/1 change waiting for the next start/);
    await pressFor(terminal, 'X', /┌─ Revert pending changes/);
    await terminal.press('enter');
    assert.match(await terminal.waitFor('y/N'), /Dropped: memory: 2048 → 3072/);
    await answer(terminal, 'y');
    await terminal.waitFor(/keeps its running memory/);
    await terminal.waitFor(/memory +2048 +same/);
    assert.deepEqual(guestOf(scene, 101).pending, {});
    // On a row of the configuration the edit key opens what edits it.
    await terminal.press('g');
    await pressFor(terminal, 'enter', /┌─ Guest agent/);
  });

  test('a NIC changes its VLAN at once and keeps everything else', async (t) => {
    const scene = await openConsole(t);
    const { terminal } = scene;
    await selectGuest(terminal, 'web-server');
    const before = String(guestOf(scene, 101).config.net0);
    await edit(scene, 'w', /Network device\* +‹ net0/);
    for (let step = 0; step < 3; step += 1) await terminal.press('tab');
    await terminal.waitFor(/> VLAN tag/);
    await rewrite(scene, '20');
    await terminal.press('enter');
    const question = await terminal.waitFor('y/N');
    assert.match(question, /net0 tag: .* → 20/);
    assert.match(question, /At once, while it runs: net0/);
    await answer(terminal, 'y');
    await terminal.waitFor(/net0 of guest 101 web-server changed/);
    const after = String(guestOf(scene, 101).config.net0);
    const parts = (text: string) =>
      text
        .split(',')
        .filter((part) => !part.startsWith('tag='))
        .sort();
    assert.deepEqual(parts(after), parts(before));
    assert.match(after, /tag=20/);
  });

  test('a disk is added, grown, detached and destroyed', async (t) => {
    const scene = await openConsole(t, { rows: 30 });
    const { terminal } = scene;
    await selectGuest(terminal, 'web-server');
    await edit(scene, 'd', /Storage\* +‹/);
    for (let step = 0; step < 2; step += 1) await terminal.press('tab');
    await terminal.waitFor(/> Size/);
    await rewrite(scene, '4G');
    await terminal.press('enter');
    assert.match(await terminal.waitFor('y/N'), /scsi1: \(not set\) → \S+:4/);
    await answer(terminal, 'y');
    await terminal.waitFor(/✓ Add disk guest 101 web-server: done/);
    assert.match(String(guestOf(scene, 101).config.scsi1), /size=4G/);

    await edit(scene, 'g', /Disk\* +‹ scsi0/);
    await pressFor(terminal, 'right', /‹ scsi1/);
    await terminal.press('tab');
    await rewrite(scene, '+2G');
    await terminal.press('enter');
    assert.match(await terminal.waitFor('y/N'), /4\.00 GiB → 6\.00 GiB/);
    await answer(terminal, 'y');
    await untilWorld(scene, 'a grown disk', () =>
      String(guestOf(scene, 101).config.scsi1).includes('size=6G'),
    );

    await edit(scene, 't', /┌─ Detach disk/);
    await terminal.press('s', 'c', 's', 'i', '1', 'enter');
    await pressFor(terminal, 'enter', /stays as an unused disk/);
    await answer(terminal, 'y');
    await untilWorld(scene, 'an unused disk', () => 'unused0' in guestOf(scene, 101).config);

    await edit(scene, 'A', /Disk\* +‹ unused0/);
    await pressFor(terminal, 'enter', /scsi1: \(not set\) → /);
    await answer(terminal, 'y');
    await untilWorld(scene, 'the disk back', () => {
      const { config } = guestOf(scene, 101);
      return 'scsi1' in config && !('unused0' in config);
    });
    await edit(scene, 't', /┌─ Detach disk/);
    await terminal.press('s', 'c', 's', 'i', '1', 'enter');
    await pressFor(terminal, 'enter', /stays as an unused disk/);
    await answer(terminal, 'y');
    await untilWorld(scene, 'an unused disk again', () => 'unused0' in guestOf(scene, 101).config);

    await edit(scene, 'X', /Disk\* +‹ unused0/);
    await pressFor(terminal, 'enter', /everything on it is lost for good/);
    await terminal.waitFor('Type web-server to confirm:');
    await write(terminal, 'web-server');
    await terminal.press('enter');
    await untilWorld(scene, 'no unused disk', () => !('unused0' in guestOf(scene, 101).config));
  });

  test('tags of the cluster are offered, new ones are made', async (t) => {
    const scene = await openConsole(t);
    const { terminal } = scene;
    await selectGuest(terminal, 'web-server');
    await pressFor(terminal, 'T', /┌─ Tags/);
    await pressFor(terminal, 'space', 'type to search');
    await write(terminal, 'brand-new');
    await pressFor(terminal, 'enter', /Tags .*brand-new/);
    await terminal.press('enter', 'enter');
    assert.match(await terminal.waitFor('y/N'), /tags: .*brand-new/);
    await answer(terminal, 'y');
    await terminal.waitFor(/Tags of guest 101 web-server: /);
    assert.match(String(guestOf(scene, 101).config.tags), /brand-new/);
  });

  test('notes keep their lines, 60 by 15', async (t) => {
    const scene = await openConsole(t, { cols: 60, rows: 15, ready: /Guests 22/ });
    const { terminal } = scene;
    await selectGuest(terminal, 'web-server');
    await pressFor(terminal, 'n', /┌─ Notes/);
    await terminal.press('ctrl-u', 'ctrl-k');
    await write(terminal, 'one');
    await terminal.press('enter');
    await write(terminal, 'two');
    await terminal.press('ctrl-s');
    await answer(terminal, 'y');
    await terminal.waitFor(/Notes of guest 101/);
    assert.match(String(guestOf(scene, 101).config.description), /^one\ntwo/);
  });

  test('what the server refuses stands at its field, with everything that was typed', async (t) => {
    const scene = await openConsole(t);
    const { terminal } = scene;
    await selectGuest(terminal, 'web-server');
    await edit(scene, 'o', /OS type/);
    await terminal.press('tab');
    await rewrite(scene, '7');
    for (let step = 0; step < 4; step += 1) await terminal.press('tab');
    await terminal.waitFor(/> OS type/);
    await terminal.press('l', '9', '9');
    await pressFor(terminal, 'enter', /OS type +‹ l99/);
    await terminal.press('enter');
    await answer(terminal, 'y');
    const back = await terminal.waitFor(/✗ .*enumeration/);
    assert.match(back, /The server refused a value/);
    assert.match(back, /> OS type +‹ l99/);
    assert.match(back, /Start order +7/);
    assert.equal(guestOf(scene, 101).config.ostype, 'l26');
    // Taken back, the rest goes through.
    await terminal.press('l', '2', '6', 'enter', 'enter');
    await answer(terminal, 'y');
    await terminal.waitFor(/Options of guest 101 web-server changed/);
    assert.match(String(guestOf(scene, 101).config.startup), /order=7/);
  });

  test('a change by somebody else is told and not overwritten', async (t) => {
    const scene = await openConsole(t);
    const { terminal } = scene;
    await selectGuest(terminal, 'web-server');
    await edit(scene, 'm', /Memory \(MiB\) +2048/);
    await terminal.press('tab');
    await write(terminal, '1024');
    await terminal.press('enter');
    await terminal.waitFor('y/N');
    guestOf(scene, 101).config.memory = '8192';
    await answer(terminal, 'y');
    const back = await terminal.waitFor(/Changed by somebody else meanwhile; nothing was written/);
    assert.match(back, /Memory \(MiB\) +8192/);
    assert.match(back, /Balloon minimum \(MiB\) +1024/);
    assert.equal(guestOf(scene, 101).config.balloon, undefined);
    await terminal.press('enter');
    const question = await terminal.waitFor('y/N');
    assert.match(question, /balloon: \(not set\) → 1024/);
    assert.ok(!question.includes('memory: '), 'their change is no change of ours');
    await answer(terminal, 'y');
    await terminal.waitFor(/Memory of guest 101 web-server changed/);
    assert.equal(guestOf(scene, 101).config.memory, '8192');
  });
});

describe('the configuration as text', { concurrency: 2 }, () => {
  test('the difference is shown, y writes it, and the screen comes back', async (t) => {
    const seen = join(tempDir(t, 'seen'), 'seen');
    const script = `cp "$1" ${seen}; sed -i 's/^memory: .*/memory: 1024/; /^onboot/d' "$1"; echo 'protection: 1' >> "$1"`;
    const scene = await openConsole(t, { env: editorOf(t, script) });
    const { terminal, homelab } = scene;
    await selectGuest(terminal, 'web-server');
    const shown = await edit(scene, 'e', /\[y\/e\/N\]/);
    assert.match(shown, /Target: 101 web-server · qemu on pve1 · site home/);
    assert.match(shown, /- memory: 2048/);
    assert.match(shown, /\+ memory: 1024/);
    assert.match(shown, /- onboot: 1/);
    assert.match(shown, /\+ protection: 1/);
    assert.deepEqual(homelab.writes(), []);
    assert.match(readFileSync(seen, 'utf8'), /^name: web-server$/m);
    await terminal.waitIdle(400);
    await terminal.press('y');
    await terminal.waitFor(/Configuration of guest 101 web-server written/);
    await terminal.waitFor(/101 web-server +● running/);
    const sent = last(scene)?.params ?? {};
    assert.deepEqual(Object.keys(sent).sort(), ['delete', 'digest', 'memory', 'protection']);
    assert.equal(guestOf(scene, 101).pending.memory, '1024');
  });

  test('somebody else changes another key meanwhile: both changes are shown, and ours follows', async (t) => {
    const scene = await openConsole(t, {
      cols: 160,
      env: editorOf(t, `sed -i 's/^memory: .*/memory: 1024/' "$1"`),
    });
    const { terminal } = scene;
    await selectGuest(terminal, 'web-server');
    await edit(scene, 'e', /\[y\/e\/N\]/);
    const guest = guestOf(scene, 101);
    guest.config = { ...guest.config, cores: 7 };
    await terminal.waitIdle(400);
    await terminal.press('y');
    const told = await terminal.waitFor(/so yours can follow:[\s\S]*\[y\/e\/N\]/);
    assert.match(told, /Changed by somebody else meanwhile; nothing was written/);
    assert.match(told, /\+ cores: 7[\s\S]*so yours can follow:[\s\S]*\+ memory: 1024/);
    assert.deepEqual(guest.pending, {});
    await terminal.waitIdle(400);
    await terminal.press('y');
    await terminal.waitFor(/Configuration of guest 101 web-server written: memory/);
    assert.equal(guestOf(scene, 101).pending.memory, '1024');
    assert.equal(guestOf(scene, 101).config.cores, 7, 'theirs is still there');
  });

  test('somebody else changes the same key: the text with both values is kept, nothing is written', async (t) => {
    const scene = await openConsole(t, {
      cols: 160,
      env: editorOf(t, `sed -i 's/^memory: .*/memory: 1024/' "$1"`),
    });
    const { terminal } = scene;
    await selectGuest(terminal, 'web-server');
    await edit(scene, 'e', /\[y\/e\/N\]/);
    const guest = guestOf(scene, 101);
    guest.config = { ...guest.config, memory: '8192' };
    await terminal.waitIdle(400);
    await terminal.press('y');
    await terminal.waitFor(/You changed the same: memory[\s\S]*\[e\/N\]/);
    await terminal.waitIdle(400);
    await terminal.press('n');
    const left = await terminal.waitFor(/kept in/);
    const [, path = ''] = /kept in (\S+\/qemu-101\.conf)/.exec(left.replace(/\n/g, '')) ?? [];
    assert.ok(existsSync(path), left);
    assert.match(readFileSync(path, 'utf8'), /theirs: memory: 8192[\s\S]*^memory: 1024$/m);
    assert.deepEqual(guest.pending, {});
  });

  test('an editor that fails changes nothing and leaves the text', async (t) => {
    const scene = await openConsole(t, { cols: 160, env: editorOf(t, 'exit 3') });
    const { terminal, homelab } = scene;
    await selectGuest(terminal, 'web-server');
    const told = await edit(scene, 'e', /The editor ended with exit code 3; nothing was written/);
    assert.match(told, /kept in/);
    assert.deepEqual(homelab.writes(), []);
  });
});
