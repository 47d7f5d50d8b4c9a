import chalk from 'chalk';
import type { Line } from '../components/line.ts';
import { type Painted, paintLine } from '../components/paint.ts';
import { createTheme } from '../components/theme.ts';
import { layoutOf, viewContext } from './controller/context.ts';
import { createConsole, type Running } from './create-console.ts';
import { bottomLines, topLines } from './frame/chrome.ts';
import { createListPainter } from './frame/list-frame.ts';
import type { AppStart } from './start.ts';
import { findView } from './views-of.ts';

/** How many colours the terminal has, as chalk found: 0 none, 1 sixteen, 2 256, 3 all. */
export function colourLevel(): AppStart['colourLevel'] {
  return chalk.level;
}

/**
 * Alternate screen, no cursor, home. Ink enters the same screen again a moment later and draws the same frame over it from
 * where the cursor stands, so it has to stand at home.
 */
const home = '\u001b[H';
const enter = `\u001b[?1049h\u001b[?25l${home}`;
const leave = '\u001b[?25h\u001b[?1049l';

/** The whole first screen as painted rows, by the same functions that paint every later one. */
function firstRows({ app }: Running): readonly Painted[] | undefined {
  const snapshot = { data: app.data.getState(), ui: app.ui.getState(), now: app.now() };
  const { data, ui } = snapshot;
  const layout = layoutOf(app, data, ui);
  const view = findView(ui.view);
  if (!layout.fits || !view) return undefined;
  const { colourLevel, ascii } = app.look;
  const theme = createTheme(ui.theme, { level: colourLevel, ascii });
  const paint = (line: Line) => paintLine(line, layout.columns, theme);
  const context = viewContext(app, data, ui);
  const frame = { app, snapshot, view, layout, theme, context, previewOf: undefined };
  return [
    ...topLines(app, snapshot, layout, undefined).map(paint),
    ...createListPainter()(frame),
    ...bottomLines(app, snapshot, layout).map(paint),
  ];
}

/**
 * Makes the console and puts its first frame on the screen before Ink and React are even loaded: on Node 20 those take
 * longer than everything else together. Keys typed meanwhile wait in the terminal, unseen. If starting fails, the screen is
 * given back by `undo`.
 */
export function drawFirstFrame(start: AppStart): {
  readonly running: Running;
  readonly undo: () => void;
} {
  const running = createConsole(start);
  // A screen reader would read it twice.
  const rows = start.plain ? undefined : firstRows(running);
  if (rows) {
    start.stdin.setRawMode?.(true);
    start.stdout.write(enter + rows.join('\r\n') + home);
  }
  return {
    running,
    undo: () => {
      if (!rows) return;
      start.stdin.setRawMode?.(false);
      start.stdout.write(leave);
    },
  };
}
