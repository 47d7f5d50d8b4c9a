import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { startTestDemo, type TestDemo, type TestDemoOptions } from './demo.ts';
import { startTerminal, type TerminalOptions, type TestTerminal } from './pty.ts';
import { until } from './until.ts';

export interface SceneOptions extends Omit<TerminalOptions, 't' | 'program'> {
  /** The homelab behind the console; its tasks take a tenth of their time unless told otherwise. */
  readonly demo?: TestDemoOptions;
  /** What shows that the scene is set; all 22 guests by default. */
  readonly ready?: string | RegExp;
}

/** A console at work on a demo homelab. */
export interface Scene {
  readonly homelab: TestDemo;
  readonly world: TestDemo['world'];
  readonly terminal: TestTerminal;
}

/** Starts a homelab and the built console on it, and waits until its guests are on the screen. */
export async function openConsole(t: TestContext, options: SceneOptions = {}): Promise<Scene> {
  const { demo, ready = /Guests 22/, ...rest } = options;
  const homelab = await startTestDemo(t, { speed: 10, ...demo });
  const terminal = startTerminal({ t, ...rest, env: { ...homelab.env, ...rest.env } });
  await terminal.waitFor(ready);
  await terminal.waitIdle();
  return { homelab, world: homelab.world, terminal };
}

/** A guest of the demo's world that has to exist. */
export function guestOf({ world }: Pick<Scene, 'world'>, vmid: number) {
  world.settle();
  const guest = world.guests.get(vmid);
  if (!guest) throw new Error(`The demo has no guest ${vmid}`);
  return guest;
}

/** The row that the cursor is on. */
export function cursorRow(terminal: TestTerminal): string {
  return terminal.screen().find((row) => row.startsWith('> ')) ?? '';
}

/** Presses the keys and waits for what they bring. */
export async function pressFor(
  terminal: TestTerminal,
  key: string,
  wanted: string | RegExp,
): Promise<string> {
  await terminal.press(key);
  return terminal.waitFor(wanted);
}

/** Text for a field, quicker than by single keys; waits until the screen shows it. */
export async function write(terminal: TestTerminal, text: string): Promise<void> {
  terminal.send(text);
  await terminal.waitFor(text);
  await terminal.waitIdle();
}

/** Rows of the dialog with this title, without its border; fails unless the box is whole. Needs a screen of narrow characters. */
export function dialogOf(terminal: TestTerminal, title: string): string[] {
  const screen = terminal.screen();
  const top = screen.findIndex((row) => row.includes(`┌─ ${title}`));
  assert.notEqual(top, -1, terminal.text());
  const left = screen[top]?.indexOf('┌') ?? 0;
  const right = screen[top]?.lastIndexOf('┐') ?? 0;
  const foot = screen.findIndex((row, at) => at > top && row[left] === '└');
  assert.equal(screen[foot]?.slice(left, right + 1), `└${'─'.repeat(right - left - 1)}┘`);
  return screen.slice(top + 1, foot).map((row) => {
    assert.equal(`${row[left]}${row[right]}`, '││', row);
    return row.slice(left + 1, right).trim();
  });
}

/** Filters the guests down to one; the cursor is on it then. */
export async function selectGuest(terminal: TestTerminal, name: string): Promise<void> {
  await terminal.press('esc', 'esc', '2');
  await terminal.waitFor(/\[Guests\]/);
  await pressFor(terminal, '/', /Guests \d.*\//);
  terminal.send('\u0015');
  await write(terminal, name);
  await terminal.press('enter');
  await terminal.waitFor(() => cursorRow(terminal).includes(name), `the cursor on ${name}`);
}

/** Opens a tab of the page that is open. */
export async function openTab(terminal: TestTerminal, tab: string): Promise<void> {
  const opened = () => /^ .*(\[[\w ]+\])/m.exec(terminal.screen().slice(2).join('\n'))?.[1] ?? '';
  for (let turn = 0; turn < 12; turn += 1) {
    const before = opened();
    if (before === `[${tab}]`) return;
    await terminal.press('tab');
    await terminal.waitFor(() => opened() !== before, 'another tab');
  }
  throw new Error(`There is no tab ${tab}:\n${terminal.text()}`);
}

/** Answers an open y/N question, as soon as it takes keys. */
export async function answer(terminal: TestTerminal, key: 'y' | 'n'): Promise<void> {
  await terminal.waitFor('y/N');
  await terminal.press(key);
}

/** Waits until the world is so; it moves on only when somebody looks. */
export function untilWorld(
  { world }: Pick<Scene, 'world'>,
  what: string,
  test: () => boolean,
): Promise<true> {
  return until(what, () => {
    world.settle();
    return test() || undefined;
  });
}

/** Real time in which something must not happen; kept short. */
export const quietTime = (ms: number) => delay(ms);
