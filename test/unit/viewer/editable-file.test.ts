import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import test from 'node:test';
import { editorCommand, privateFile } from '../../../source/services/viewer/editable-file.ts';

async function made(text: string, env: Record<string, string> = {}) {
  const result = await privateFile('qemu-101.conf', text, env);
  assert.ok(result.ok);
  return result.value;
}

test('the file and its directory are private, and gone when it is discarded', async () => {
  const file = await made('memory: 2048\n');
  assert.equal(statSync(file.path).mode & 0o777, 0o600);
  assert.equal(statSync(dirname(file.path)).mode & 0o777, 0o700);
  assert.equal(readFileSync(file.path, 'utf8'), 'memory: 2048\n');
  await file.discard();
  assert.equal(existsSync(dirname(file.path)), false);
  const gone = await file.read();
  assert.equal(gone.ok, false);
});

test('the editor is the person’s own, with its arguments; VISUAL wins', async () => {
  assert.equal(editorCommand({ EDITOR: 'nano -w', VISUAL: 'vim' }, '/x')[2], 'vim "$1"');
  assert.equal(editorCommand({ EDITOR: 'nano -w', VISUAL: ' ' }, '/x')[2], 'nano -w "$1"');
  assert.equal(editorCommand({}, '/x', 'sensible-editor')[2], 'sensible-editor "$1"');
  const file = await made('memory: 2048\n', { EDITOR: "sed -i 's/2048/4096/'" });
  const [program = '', ...argv] = file.argv;
  execFileSync(program, argv);
  const read = await file.read();
  assert.deepEqual(read, { ok: true, value: 'memory: 4096\n' });
  await file.discard();
});
