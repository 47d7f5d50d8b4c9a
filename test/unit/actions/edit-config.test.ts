import assert from 'node:assert/strict';
import test from 'node:test';
import { guestEditConfig } from '../../../source/actions/guest-edit-config.ts';
import type { EditableFile, Platform, Terminal } from '../../../source/actions/types.ts';
import { ok, type Result } from '../../../source/domain/result.ts';
import type { Started } from '../../../source/services/types.ts';
import { digest, refused, runOn, vm } from './config-world.ts';
import { safe } from './fakes.ts';

interface Desk {
  /** What the editor does to the text, round by round; a number is its exit code. */
  readonly edits: readonly (((text: string) => string) | number)[];
  /** Keys typed at the questions. */
  readonly keys: readonly string[];
}

/** A terminal with an editor and somebody who answers. */
function desk({ edits, keys }: Desk) {
  let text = '';
  let round = 0;
  let discarded = false;
  const shown: string[] = [];
  const answers = [...keys];
  const file: EditableFile = {
    path: safe('/tmp/homelab-tui-x/qemu-101.conf'),
    argv: ['sh', '-c', 'editor "$1"', 'sh', '/tmp/homelab-tui-x/qemu-101.conf'],
    read: async () => ok(text),
    discard: async () => {
      discarded = true;
    },
  };
  const terminal: Terminal = {
    size: () => ({ columns: 80, rows: 24 }),
    onInput: (listener) => {
      let open = true;
      const type = () => {
        if (!open) return;
        const key = answers.shift();
        if (key === undefined) return;
        listener(new TextEncoder().encode(key));
        setImmediate(type);
      };
      // Before the question is armed nothing counts.
      listener(new TextEncoder().encode('y'));
      setImmediate(() => setImmediate(type));
      return () => {
        open = false;
      };
    },
    onResize: () => () => undefined,
    write: (bytes) => {
      shown.push(String(bytes));
      return true;
    },
    drained: async () => undefined,
    runProgram: async (argv) => {
      assert.deepEqual(argv, file.argv);
      const edit = edits[round] ?? 0;
      round += 1;
      if (typeof edit === 'number') return ok(edit);
      text = edit(text);
      return ok(0);
    },
  };
  const platform: Partial<Platform> = {
    terminal: { handOver: (job) => job(terminal) },
    editableFile: async (_name, written) => {
      text = written;
      return ok(file);
    },
  };
  return {
    platform,
    screen: () => shown.join(''),
    discarded: () => discarded,
    rounds: () => round,
    text: () => text,
  };
}

async function edited(given: Desk, answer?: Result<Started>) {
  const at = desk(given);
  const ran = await runOn(
    guestEditConfig,
    vm,
    {},
    {
      platform: at.platform,
      ...(answer ? { answer } : {}),
    },
  );
  return { ...at, ...ran };
}

const grow = (text: string) => text.replace('memory: 2048', 'memory: 4096');

test('the difference is shown and asked about, then only it is sent', async () => {
  const edit = (text: string) => `${grow(text).replace(/ostype.*\n/, '')}protection: 1\n`;
  const { calls, screen, discarded } = await edited({ edits: [edit], keys: ['y'] });
  assert.deepEqual(calls, [
    {
      call: 'config',
      sent: { set: { memory: '4096', protection: '1' }, delete: ['ostype'], digest },
    },
  ]);
  const text = screen();
  assert.match(text, /Target: 101 web-server · qemu on pve1 · site home/);
  assert.match(text, /- memory: 2048\r\n\+ memory: 4096\r\n/);
  assert.match(text, /- ostype: l26/);
  assert.match(text, /At the next start: memory, ostype/);
  assert.match(text, /\[y\/e\/N\]/);
  assert.equal(discarded(), true);
});

test('enter, n and esc write nothing and keep the text', async () => {
  for (const key of ['\r', 'n', '\u001b', '\u0003']) {
    const { calls, result, discarded } = await edited({ edits: [grow], keys: [key] });
    assert.deepEqual(calls, []);
    assert.ok(result.ok && result.value.kind === 'done');
    assert.match(result.value.message, /left as it was.*kept in \/tmp\/homelab-tui-x/);
    assert.equal(discarded(), false);
  }
});

test('a paste is no answer', async () => {
  const { calls } = await edited({ edits: [grow], keys: ['yes please\ny', 'n'] });
  assert.deepEqual(calls, []);
});

test('an unchanged text asks nothing and leaves nothing behind', async () => {
  const { calls, result, discarded, screen } = await edited({ edits: [(text) => text], keys: [] });
  assert.deepEqual(calls, []);
  assert.ok(result.ok);
  assert.equal(screen(), '');
  assert.equal(discarded(), true);
});

test('a text that is no configuration is edited again', async () => {
  const wrong = (text: string) => `${text}this is wrong\n`;
  const right = (text: string) => grow(text.replace('this is wrong\n', ''));
  const { calls, screen, rounds } = await edited({ edits: [wrong, right], keys: ['y', 'e', 'y'] });
  assert.match(screen(), /not like "key: value": this is wrong/);
  assert.equal(rounds(), 2, 'y means nothing where nothing can be written');
  assert.equal(calls.length, 1);
});

test('an editor that fails leaves the text where it is', async () => {
  const { calls, result, discarded } = await edited({ edits: [127], keys: [] });
  assert.deepEqual(calls, []);
  assert.ok(!result.ok);
  assert.match(result.failure.what, /exit code 127; nothing was written/);
  assert.match(result.failure.next ?? '', /kept in .*; set EDITOR/);
  assert.equal(discarded(), false);
});

test('a refusal is shown and can be edited away', async () => {
  const answer = refused({ detail: safe('cores: value must be at least 1') });
  const { calls, result, screen, discarded, rounds } = await edited(
    { edits: [grow, (text) => text], keys: ['y', 'e', 'y', 'n'] },
    answer,
  );
  assert.equal(calls.length, 2, 'sent, edited again, sent again');
  assert.equal(rounds(), 2);
  assert.match(screen(), /cores: value must be at least 1/);
  assert.ok(!result.ok);
  assert.match(result.failure.next ?? '', /kept in/);
  assert.equal(discarded(), false);
});

test('a change by somebody else is never written over, and the text is kept', async () => {
  const answer = refused({ detail: safe('detected modified configuration - file changed') });
  const { result, discarded, rounds } = await edited({ edits: [grow], keys: ['y', 'e'] }, answer);
  assert.ok(!result.ok);
  assert.match(result.failure.what, /Changed by somebody else meanwhile/);
  assert.match(result.failure.next ?? '', /kept in/);
  assert.equal(rounds(), 1);
  assert.equal(discarded(), false);
});

test('without a terminal it says so and sends nothing', async () => {
  const problem = { kind: 'local' as const, what: safe('This needs a terminal') };
  const { calls, result } = await runOn(
    guestEditConfig,
    vm,
    {},
    {
      platform: { terminalProblem: () => problem },
    },
  );
  assert.deepEqual(calls, []);
  assert.deepEqual(result, { ok: false, failure: problem });
});
