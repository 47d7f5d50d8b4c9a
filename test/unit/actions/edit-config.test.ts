import assert from 'node:assert/strict';
import test from 'node:test';
import { guestEditConfig } from '../../../source/actions/guest-edit-config.ts';
import type { EditableFile, Platform, Terminal } from '../../../source/actions/types.ts';
import { markOverlaps, mergeConfig, withoutRemarks } from '../../../source/domain/config-merge.ts';
import { parseConfig } from '../../../source/domain/config-text.ts';
import { ok, type Result } from '../../../source/domain/result.ts';
import type { Started } from '../../../source/services/types.ts';
import { config, digest, refused, runOn, vm } from './config-world.ts';
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
    write: async (next) => {
      text = next;
      return ok(undefined);
    },
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

/** The first write meets a change by somebody else, who left the configuration like this. */
async function meeting(given: Desk, theirs: Readonly<Record<string, string>>) {
  const at = desk(given);
  const sent: unknown[] = [];
  const told: unknown[] = [
    refused({ detail: safe('checksum mismatch (file change by other user?)') }),
  ];
  const ran = await runOn(
    guestEditConfig,
    vm,
    {},
    {
      platform: at.platform,
      guests: {
        setConfig: async (_guest, change) => {
          sent.push(change);
          return (told.shift() as Result<Started> | undefined) ?? ok({});
        },
        config: async () => ok({ ...config(theirs), digest: 'second' }),
      },
    },
  );
  return { ...at, result: ran.result, sent };
}

test('a change by somebody else at other keys: both are shown, asked about again, and written on top', async () => {
  const theirs = { ...vm, cores: '4', tags: 'prod' };
  const { sent, result, screen, rounds, discarded } = await meeting(
    { edits: [grow], keys: ['y', 'y'] },
    theirs,
  );
  assert.deepEqual(sent, [
    { set: { memory: '4096' }, digest },
    { set: { memory: '4096' }, digest: 'second' },
  ]);
  assert.ok(result.ok);
  assert.equal(rounds(), 1, 'nothing had to be typed again');
  assert.equal(discarded(), true);
  const [, after = ''] = screen().split('Changed by somebody else meanwhile; nothing was written');
  assert.match(after, /- cores: 2\r\n\+ cores: 4/);
  assert.match(after, /You changed other keys, so yours can follow:[\s\S]*\+ memory: 4096/);
  assert.doesNotMatch(after.split('so yours can follow')[1] ?? '', /cores/);
});

test('at the same key: nothing is written over; the editor opens with both values', async () => {
  const theirs = { ...vm, memory: '8192', cores: '4' };
  const keep = (text: string) => {
    assert.match(text, /^#~~ memory: you and somebody else changed it/m);
    assert.match(text, /^#~~ {3}theirs: memory: 8192\n#~~ {3}before: memory: 2048\nmemory: 4096$/m);
    assert.match(text, /^cores: 4$/m);
    assert.match(text, /^#Web server$/m);
    return text.replace('\nmemory: 4096', '\nmemory: 6144');
  };
  const { sent, result, screen, rounds } = await meeting(
    { edits: [grow, keep], keys: ['y', 'y', 'e', 'y'] },
    theirs,
  );
  assert.ok(result.ok);
  assert.equal(rounds(), 2);
  assert.deepEqual(sent[1], { set: { memory: '6144' }, digest: 'second' }, 'no remark is a note');
  assert.equal(sent.length, 2);
  assert.match(screen(), /You changed the same: memory/);
  assert.match(screen(), /- memory: 8192\r\n\+ memory: 6144/);
});

test('left in the middle of an overlap, the text with both values is kept', async () => {
  const { sent, result, discarded, text } = await meeting(
    { edits: [grow], keys: ['y', 'n'] },
    { ...vm, memory: '8192' },
  );
  assert.equal(sent.length, 1);
  assert.ok(!result.ok);
  assert.match(result.failure.what, /Changed by somebody else meanwhile/);
  assert.match(result.failure.next ?? '', /kept in/);
  assert.equal(discarded(), false);
  assert.match(text(), /theirs: memory: 8192[\s\S]*^memory: 4096$/m);
});

test('somebody else made the same change: nothing is left to do', async () => {
  const { sent, result, discarded } = await meeting(
    { edits: [grow], keys: ['y'] },
    { ...vm, memory: '4096', cores: '4' },
  );
  assert.equal(sent.length, 1);
  assert.ok(result.ok && result.value.kind === 'done');
  assert.match(result.value.message, /already as you want it/);
  assert.equal(discarded(), true);
});

test('notes and removed keys that overlap are told too, and remarks never become notes', () => {
  const base = { description: 'old\n', cores: '2', tags: 'a', bios: 'ovmf' };
  const mine = { description: 'mine', cores: '2', bios: 'seabios' };
  const theirs = { description: 'theirs', cores: '4', tags: 'a;b' };
  const merge = mergeConfig(base, mine, theirs);
  assert.deepEqual(merge.merged, { description: 'mine', cores: '4', bios: 'seabios' });
  assert.deepEqual(
    merge.overlaps.map(({ key }) => key),
    ['description', 'tags', 'bios'].sort(
      (a, b) => Object.keys(base).indexOf(a) - Object.keys(base).indexOf(b),
    ),
  );
  const { text, remarks } = markOverlaps(merge);
  assert.match(text, /^#~~ description: you and somebody[\s\S]*theirs: #theirs[\s\S]*\n#mine\n/);
  assert.match(text, /#~~ tags: you removed it[\s\S]*theirs: tags: a;b/);
  assert.match(text, /#~~ {3}theirs: not set\n#~~ {3}before: bios: ovmf\nbios: seabios/);
  const parsed = parseConfig(withoutRemarks(text, remarks));
  assert.deepEqual(parsed, { ok: true, value: merge.merged });
});

test('notes with spaces at the ends of their lines keep their remarks out of the notes', () => {
  const merge = mergeConfig(
    { description: 'one  \ntwo\n' },
    { description: 'mine  \n~~done~~\ntwo' },
    { description: 'theirs  \n  \ntwo\t\n\rthree' },
  );
  const { text, remarks } = markOverlaps(merge);
  const stripped = (each: string) => parseConfig(withoutRemarks(each, remarks));
  const notes = { ok: true, value: { description: 'mine\n~~done~~\ntwo' } };
  assert.ok(text.includes(': #theirs  \n'), 'as they wrote it');
  assert.deepEqual(stripped(text), notes);
  // Editors drop spaces at the ends of lines, or write other line ends.
  assert.deepEqual(stripped(text.replace(/[ \t]+$/gm, '')), notes);
  assert.deepEqual(stripped(text.replace(/\n/g, '\r\n')), notes);
  // A remark that somebody wrote into is one all the same.
  assert.deepEqual(stripped(text.replace('theirs: #theirs', 'theirs: #THEIRS')), notes);
});

test('the remarks are marked as no line of the notes begins', () => {
  const marks = (mine: string, theirs = 'b') => {
    const merge = mergeConfig({ description: 'a' }, { description: mine }, { description: theirs });
    const { text, remarks, mark } = markOverlaps(merge);
    assert.ok(remarks.length > 0 && remarks.every((line) => line.startsWith(mark)));
    const parsed = parseConfig(withoutRemarks(text, remarks));
    assert.deepEqual(parsed, { ok: true, value: { description: mine } });
    return mark;
  };
  assert.equal(marks('plain'), '#~~');
  assert.equal(marks('~~gone~~'), '#~~~');
  assert.equal(marks('plain', '~~theirs, to be taken over~~'), '#~~~');
  assert.equal(marks('x\n~~~~ code\ny\n~~~~'), '#~~~~~');
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
