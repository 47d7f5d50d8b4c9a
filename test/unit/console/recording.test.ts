import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test, { type TestContext } from 'node:test';
import { say } from '../../../source/domain/safe-text.ts';
import { startRecording } from '../../../source/services/viewer/recording.ts';
import { tempDir } from '../../support/temp.ts';

const about = { title: say`guest 101 web01`, now: 1_763_740_800_999 };

async function begin(t: TestContext) {
  const file = join(tempDir(t), 'x.cast');
  const clock = { now: 5_000 };
  const started = await startRecording(file, about, () => clock.now);
  assert.ok(started.ok, JSON.stringify(started));
  return { file, clock, recording: started.value };
}

const linesOf = (file: string) =>
  readFileSync(file, 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));

test('head, output with its times, new sizes; only the owner can read it', async (t) => {
  const { file, clock, recording } = await begin(t);
  recording.resize(80, 24);
  clock.now += 1_500;
  recording.output(Buffer.from('hello\u001b[0m\r\n'));
  clock.now += 250;
  recording.resize(100, 30);
  const closed = await recording.close();
  assert.deepEqual(closed, { ok: true, value: file });
  assert.equal(statSync(file).mode & 0o777, 0o600);
  assert.deepEqual(linesOf(file), [
    {
      version: 2,
      width: 80,
      height: 24,
      timestamp: 1_763_740_800,
      title: 'guest 101 web01',
      env: { TERM: 'xterm-256color' },
    },
    [1.5, 'o', 'hello\u001b[0m\r\n'],
    [1.75, 'r', '100x30'],
  ]);
});

test('a character cut in two is whole again; bytes that are no text do no harm', async (t) => {
  const { file, recording } = await begin(t);
  recording.resize(80, 24);
  const sign = Buffer.from('✓');
  recording.output(sign.subarray(0, 1));
  recording.output(sign.subarray(1));
  recording.output(Uint8Array.of(0xff, 0x41));
  recording.output(sign.subarray(0, 2));
  await recording.close();
  const shown = linesOf(file)
    .slice(1)
    .map((event) => event[2])
    .join('');
  assert.equal(shown, '✓\ufffdA\ufffd');
});

test('much output is written as it comes, in order', async (t) => {
  const { file, clock, recording } = await begin(t);
  recording.resize(80, 24);
  for (let line = 0; line < 20_000; line += 1) {
    recording.output(Buffer.from(`line ${line}\r\n`));
    clock.now += 1;
  }
  await recording.close();
  const shown = linesOf(file).slice(1);
  assert.equal(shown.length, 20_000);
  assert.equal(shown[19_999][2], 'line 19999\r\n');
  assert.equal(shown[19_999][0], 19.999);
});

test('a file that is there, a folder that is not: refused in words, and nothing is touched', async (t) => {
  const folder = tempDir(t);
  const there = join(folder, 'there');
  writeFileSync(there, 'mine');
  const again = await startRecording(there, about, () => 0);
  assert.ok(!again.ok);
  assert.match(again.failure.what, /the file is there already/);
  assert.equal(readFileSync(there, 'utf8'), 'mine');
  const nowhere = await startRecording(join(folder, 'no', 'x'), about, () => 0);
  assert.match(nowhere.ok ? '' : nowhere.failure.what, /its folder does not exist/);
  mkdirSync(join(folder, 'dir'));
  const dir = await startRecording(join(folder, 'dir'), about, () => 0);
  assert.ok(!dir.ok);
});

test('discarded, nothing is left of it', async (t) => {
  const { file, recording } = await begin(t);
  await recording.discard();
  assert.equal(existsSync(file), false);
});
