import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { unsavedNotice } from '../../../source/cli/unsaved.ts';
import { whyNotWritable } from '../../../source/config/writable.ts';
import { tempDir } from '../../support/temp.ts';

test('a folder that can be written is made, stays private and empty', async (t) => {
  const folder = join(tempDir(t), 'a', 'b');
  assert.equal(await whyNotWritable(folder), undefined);
  assert.equal(statSync(folder).mode & 0o777, 0o700);
  assert.deepEqual(readdirSync(folder), []);
});

test('where nothing can be written the reason is told in words', async (t) => {
  const folder = tempDir(t);
  writeFileSync(join(folder, 'file'), '');
  assert.match(
    (await whyNotWritable(join(folder, 'file', 'x'))) ?? '',
    /not a directory \(ENOTDIR\)/,
  );
  assert.match((await whyNotWritable('/sys/kernel')) ?? '', /\(E(ACCES|PERM|ROFS)\)/);
});

test('one line names all that is lost, and the folder that comes first', async (t) => {
  const folder = tempDir(t);
  mkdirSync(join(folder, 'config'));
  writeFileSync(join(folder, 'file'), '');
  const at = (name: string) => join(folder, name);
  const paths = { configDir: at('config'), stateDir: at('state'), cacheDir: at('cache') };
  assert.equal(await unsavedNotice(paths), undefined);
  assert.ok(existsSync(paths.stateDir));
  const blocked = at('file/x');
  assert.equal(
    await unsavedNotice({ ...paths, stateDir: blocked, cacheDir: blocked }),
    `cannot be saved: the audit log, trusted certificates, the last known state · ${blocked}: a part of the path is not a directory (ENOTDIR)`,
  );
  assert.match(
    (await unsavedNotice({ ...paths, configDir: '/sys/kernel' })) ?? '',
    /^cannot be saved: choices · \/sys\/kernel: /,
  );
});
