import assert from 'node:assert/strict';
import test from 'node:test';
import { render } from 'ink-testing-library';
import { lineWidth } from '../../../source/components/compose.ts';
import { confirmLines, typedMatches } from '../../../source/components/confirm.ts';
import { DialogBox, insideWidth } from '../../../source/components/dialog.tsx';
import { type FormField, formLines } from '../../../source/components/form.ts';
import { headerLine } from '../../../source/components/header.ts';
import { helpLines } from '../../../source/components/help.ts';
import { hintsLine } from '../../../source/components/hints.ts';
import type { Line } from '../../../source/components/line.ts';
import { Lines } from '../../../source/components/lines.tsx';
import { findInLog, logLine, logTop } from '../../../source/components/log-lines.ts';
import { LogPane } from '../../../source/components/log-pane.tsx';
import { Menu, type MenuItem } from '../../../source/components/menu.tsx';
import {
  bannerLine,
  taskStripLine,
  toastLines,
  tooSmallLines,
} from '../../../source/components/messages.ts';
import { paletteLines, rankEntries } from '../../../source/components/palette.ts';
import { bottomRule, tabBarLine } from '../../../source/components/tab-bar.ts';
import { clampTop, TextLines } from '../../../source/components/text-lines.tsx';
import { createTheme } from '../../../source/components/theme.ts';
import { type SafeText, sanitise, say } from '../../../source/domain/safe-text.ts';

const theme = createTheme('none', { level: 0 });
const ascii = createTheme('none', { level: 0, ascii: true });
const textOf = (line: Line | undefined) => (line ?? []).map(({ text }) => text).join('');
const allOf = (lines: readonly Line[]) => lines.map(textOf).join('\n');

test('a menu draws the item its owner points at, says why others cannot be chosen, and reads no keys', async () => {
  const items: MenuItem[] = [
    { label: say`Start`, key: say`s`, disabled: say`it runs already` },
    { label: say`Shut down`, key: say`d`, help: say`asks the guest` },
    ...Array.from({ length: 10 }, (_, index) => ({ label: say`Item ${index}` })),
  ];
  const at = (index: number) => (
    <Menu items={items} index={index} width={50} height={5} theme={theme} />
  );
  const app = render(at(1));
  const frame = () => app.lastFrame() ?? '';
  assert.match(frame(), /^ {2}s Start {6}– it runs already/m);
  assert.match(frame(), /^> d Shut down {2}asks the guest/m);
  assert.equal(frame().split('\n').length, 5);
  const before = frame();
  app.stdin.write('j');
  app.rerender(at(1));
  assert.equal(frame(), before, 'a key alone moves nothing');
  const finds = '  / finds one by its words';
  const out = { 6: `↑ 3 more  ↓ 5 more${finds}`, 11: `↑ 8 more${finds}`, 0: `↓ 8 more${finds}` };
  for (const index of [6, 11, 0] as const) {
    app.rerender(at(index));
    assert.equal(frame().split('\n').at(-1)?.trim(), out[index], 'what is out of sight is told');
    const label = items[index]?.label ?? '';
    assert.match(frame(), new RegExp(`^> .*${label}`, 'm'));
    assert.equal(
      frame()
        .split('\n')
        .filter((line) => line.startsWith('>')).length,
      1,
    );
    assert.ok(frame().split('\n').length <= 5);
  }
  app.unmount();
});

test('a dialog box has its title and border, in ASCII where asked, none for a screen reader', () => {
  const box = (plain: boolean, look = theme) => {
    const app = render(
      <DialogBox title={say`Roll back`} width={40} height={1} theme={look} plain={plain}>
        <Lines lines={[[{ text: say`inside` }]]} width={insideWidth(40, plain)} theme={look} />
      </DialogBox>,
    );
    const frame = app.lastFrame() ?? '';
    app.unmount();
    return frame.split('\n');
  };
  const lines = box(false);
  assert.equal(lines[0], `┌─ Roll back ${'─'.repeat(26)}┐`);
  assert.equal(lines[1], `│ inside${' '.repeat(31)}│`);
  assert.equal(lines[2], `└${'─'.repeat(38)}┘`);
  for (const line of box(false, ascii)) assert.match(line, /^[ -~]{40}$/);
  assert.equal(box(true).join('\n').replace(/ +$/gm, ''), 'Roll back\ninside');
});

const fields: FormField[] = [
  {
    name: 'snapname',
    label: 'Name',
    help: 'Letters and digits',
    kind: 'text',
    required: true,
    text: 'pre-update',
    problem: 'exists already',
  },
  { name: 'vmstate', label: 'Include RAM', help: 'Slower', kind: 'boolean', checked: true },
  {
    name: 'mode',
    label: 'Mode',
    help: 'How',
    kind: 'choice',
    choice: { label: say`stop`, position: 2, count: 3 },
  },
  { name: 'timeout', label: 'Timeout', help: 'Seconds', kind: 'integer', text: '' },
];

test('a form shows values, the caret, the problem below its field and the help of the focused one', () => {
  const base = { fields, focused: 0, caret: 3, width: 60, caretSign: true };
  const text = allOf(formLines(base));
  assert.match(text, /^> Name\* +pre\|-update$/m);
  assert.match(text, /^ {4}✗ exists already$/m);
  assert.match(text, /^ {2}Include RAM +\[x\] yes$/m);
  assert.match(text, /^ {2}Mode +‹ stop › {2}2 of 3$/m);
  assert.match(text, /^ {2}Timeout +–$/m);
  assert.match(text, /^Letters and digits$/m);
  assert.doesNotMatch(text, /Slower/);
  const inverse = formLines({ ...base, caretSign: false })[0]?.find((part) => part.inverse);
  assert.equal(inverse?.text, '-');
  assert.match(allOf(formLines({ ...base, plain: true })), /^selected Name/m);
});

test('a long value scrolls so that the caret stays in sight, and control characters do no harm', () => {
  const long = { ...fields[0], text: `${'x'.repeat(200)}\u001b[31mEND\u0007` } as FormField;
  const [row] = formLines({
    fields: [long],
    focused: 0,
    caret: long.text?.length ?? 0,
    width: 40,
    caretSign: true,
  });
  assert.ok(lineWidth(row ?? []) <= 40);
  assert.match(textOf(row), /xEND␇\|$/);
  assert.doesNotMatch(textOf(row), /[\u0000-\u001f]/);
});

test('a confirmation says what is at stake and what Enter does not do', () => {
  const base = {
    question: say`Roll back guest 101 web01 to pre-update?`,
    lines: [say`All changes since 3 d are lost.`],
    input: '',
    width: 70,
    caretSign: true,
  };
  const asked = allOf(confirmLines({ ...base, level: 1 }));
  assert.match(asked, /y\/N .*Enter alone does nothing/);
  const early = allOf(confirmLines({ ...base, level: 1, armed: false }));
  assert.doesNotMatch(early, /y\/N/, 'no answer is offered before keys count');
  assert.match(early, /All changes since 3 d are lost/);
  assert.match(asked, /All changes since 3 d are lost/);
  const typed = { ...base, level: 3, typed: say`web01` };
  assert.match(allOf(confirmLines(typed)), /Type web01 to confirm:\n> \|\nEnter does nothing/);
  assert.match(allOf(confirmLines({ ...typed, input: 'web01' })), /✓ it matches/);
  assert.match(
    allOf(confirmLines({ ...typed, call: say`POST /nodes/pve1/qemu/101` })),
    /Call: POST/,
  );
  assert.equal(typedMatches(say`web01`, 'web01 '), false);
  assert.equal(typedMatches(undefined, ''), false);
  assert.equal(typedMatches('' as SafeText, ''), false);
});

const entries = [
  { text: say`Start guest`, kind: say`action`, key: say`p` },
  { text: say`101 web-server`, kind: say`guest` },
  { text: say`100 Dev Lab`, kind: say`guest`, disabled: say`not loaded` },
  { text: sanitise('102 日本語サーバー'), kind: say`guest` },
];

test('the palette ranks, marks what matched, and keeps the chosen entry in sight', () => {
  assert.deepEqual(
    rankEntries('', entries, 2).map(({ entry }) => entry.text),
    ['Start guest', '101 web-server'],
  );
  const [best] = rankEntries('webs', entries, 10);
  assert.equal(best?.entry.text, '101 web-server');
  assert.deepEqual(
    best?.matches.map((at) => best.entry.text[at]),
    [...'webs'],
  );
  assert.equal(rankEntries('zzzz', entries, 10).length, 0);
  const view = { query: 'we', caret: 2, width: 50, height: 3, caretSign: true };
  const ranked = rankEntries('', entries, 10);
  const text = allOf(paletteLines({ ...view, ranked, index: 3 }));
  assert.match(text, /^: we\|/);
  assert.match(text, /^> 102 日本語サーバー +guest$/m);
  assert.match(text, /100 Dev Lab {2}– not loaded/);
  assert.equal(text.split('\n').length, 3);
  assert.match(allOf(paletteLines({ ...view, ranked: [], index: 0 })), /nothing matches/);
});

test('help lists every key once, in two columns where there is room', () => {
  const groups = [
    { title: say`Guest`, keys: [{ key: say`s`, words: say`snapshot` }] },
    { title: say`Everywhere`, keys: [{ key: say`ctrl-a`, words: say`mark all shown` }] },
    { title: say`Empty`, keys: [] },
  ];
  const narrow = allOf(helpLines(groups, 60));
  assert.match(narrow, /^s {2}snapshot$/m);
  assert.doesNotMatch(narrow, /Empty/);
  const wide = allOf(helpLines(groups, 120));
  assert.match(wide, /s {2}snapshot .*ctrl-a {2}mark all shown/);
});

test('hints leave out the last that do not fit but keep help', () => {
  const hints = [
    { key: say`enter`, words: say`details` },
    { key: say`s`, words: say`snapshot` },
    { key: say`?`, words: say`help`, always: true },
  ];
  assert.equal(textOf(hintsLine(hints, 80)), ' enter details  s snapshot  ? help');
  assert.equal(textOf(hintsLine(hints, 25)), ' enter details  ? help');
});

test('the header gives up what matters least and never exceeds its width', () => {
  const piece = (text: string, priority: number) => ({
    line: [{ text: sanitise(text) }],
    priority,
  });
  const left = [piece('home ▸ guests', 0), piece('3/3 nodes', 1), piece('cpu 23%', 3)];
  const right = [piece('admin@pve!tui', 4), piece('RO', 0)];
  const at = (width: number) => headerLine(left, right, width);
  for (const width of [32, 42, 60, 80, 160]) assert.equal(lineWidth(at(width)), width);
  assert.match(textOf(at(80)), /^ home ▸ guests · 3\/3 nodes · cpu 23% .* admin@pve!tui {2}RO $/);
  assert.match(textOf(at(42)), /^ home ▸ guests · 3\/3 nodes · cpu 23% +RO $/);
  assert.match(textOf(at(32)), /^ home ▸ guests · 3\/3 nodes +RO $/);
});

test('the tab bar fills its width, names the open tab without colour and keeps it in sight', () => {
  const tabs = ['Summary', 'Graphs', 'Services', 'Storages', 'Disks', 'Journal'].map((title) => ({
    id: title.toLowerCase(),
    title: sanitise(title),
  }));
  for (const width of [30, 60, 120]) {
    for (const { id, title } of tabs) {
      const line = tabBarLine(tabs, id, { width });
      assert.equal(lineWidth(line), width);
      assert.ok(textOf(line).includes(`[${title}]`), `${width} ${textOf(line)}`);
    }
  }
  const plain = textOf(tabBarLine(tabs, 'disks', { width: 120, plain: true }));
  assert.match(plain, /Disks \(open\)/);
  assert.doesNotMatch(plain, /[┌─┐]/);
  assert.equal(textOf(bottomRule(20, say`3 of 9`)), '└─ 3 of 9 ─────────┘');
});

test('messages: toasts, banner, task strip, too small', () => {
  assert.equal(allOf(toastLines({ kind: 'bad', text: say`It failed` }, 40)), '✗ It failed');
  assert.equal(toastLines({ kind: 'bad', text: sanitise('word '.repeat(80)) }, 40).length, 3);
  assert.equal(textOf(bannerLine('warn', say`read-only`)), ' ⚠ read-only');
  assert.equal(taskStripLine([], 80), undefined);
  const tasks = [
    { words: say`snapshot 101 web01`, state: 'running' as const, progress: 0.62 },
    { words: say`migrate 204 db`, state: 'failed' as const },
    { words: say`back up 300`, state: 'unknown' as const },
  ];
  const wide = textOf(taskStripLine(tasks, 100));
  assert.equal(wide, ' ⟳ snapshot 101 web01 62%   ✗ migrate 204 db failed   ? back up 300 unknown');
  const narrow = textOf(taskStripLine(tasks, 50));
  assert.equal(narrow, ' ⟳ snapshot 101 web01 62%   and 2 more');
  assert.equal(tooSmallLines(60, 15), undefined);
  assert.match(allOf(tooSmallLines(59, 15) ?? []), /59×15.*\n?.*60×15/);
  assert.ok((tooSmallLines(10, 4)?.length ?? 9) <= 4);
});

test('a log follows its end, marks what was sought, and can be scrolled sideways', () => {
  const lines = Array.from({ length: 50 }, (_, index) => say`line ${index} of the log`);
  const app = render(<LogPane lines={lines} top={0} follow width={30} height={4} theme={theme} />);
  assert.equal(
    (app.lastFrame() ?? '').replace(/ +$/gm, ''),
    'line 46 of the log\nline 47 of the log\nline 48 of the log\nline 49 of the log',
  );
  app.unmount();
  assert.equal(logTop(50, 4, { top: 99, follow: false }), 46);
  assert.equal(logTop(2, 4, { top: 1, follow: true }), 0);
  const marked = logLine(say`Task OK, task done`, 'task');
  assert.deepEqual(
    marked.filter((part) => part.inverse).map(({ text }) => text),
    ['Task', 'task'],
  );
  assert.equal(textOf(marked), 'Task OK, task done');
  assert.equal(textOf(logLine(say`abcdef`, '', 2)), 'cdef');
  assert.equal(findInLog(lines, 'LINE 3 ', 10), 3);
  assert.equal(findInLog(lines, 'line 3 ', 2, true), 3);
  assert.equal(findInLog(lines, 'nowhere', 0), -1);
});

test('a block of lines scrolls and its last page stays full', () => {
  const lines = Array.from({ length: 10 }, (_, index): Line => [{ text: say`row ${index}` }]);
  assert.equal(clampTop(9, 10, 4), 6);
  assert.equal(clampTop(3, 2, 4), 0);
  const app = render(<TextLines lines={lines} top={99} width={10} height={4} theme={theme} />);
  assert.equal((app.lastFrame() ?? '').replace(/ +$/gm, ''), 'row 6\nrow 7\nrow 8\nrow 9');
  app.unmount();
});
