import type { ReactNode } from 'react';
import { caretLine } from '../../components/caret-line.ts';
import { textLine, wrapped } from '../../components/compose.ts';
import { confirmLines } from '../../components/confirm.ts';

import { helpLines } from '../../components/help.ts';
import type { Line } from '../../components/line.ts';
import { Menu, menuWidth } from '../../components/menu.tsx';
import { paletteLines } from '../../components/palette.ts';
import { clampTop } from '../../components/text-lines.tsx';
import type { Theme } from '../../components/theme.ts';
import { displayWidth } from '../../components/width.ts';
import { type SafeText, sanitise, say } from '../../domain/safe-text.ts';
import type { Console } from '../controller/console.ts';
import { allMenuItems, menuItems } from '../controller/menus.ts';
import { paletteEntries } from '../controller/palette.ts';
import { paletteSize } from '../keys/overlay-keys.ts';
import { callLines } from '../model/call-lines.ts';
import { helpOf } from '../model/hints.ts';
import type { Layout } from '../model/layout.ts';
import type { Overlay } from '../ui/state.ts';
import type { Snapshot } from '../use-console.ts';
import { DialogScreen } from './dialog-screen.tsx';
import { formDialog } from './form-dialog.ts';

type Of<K extends Overlay['kind']> = Extract<Overlay, { kind: K }>;

export interface OverlayScreenProps {
  readonly app: Console;
  readonly snapshot: Snapshot;
  readonly overlay: Overlay;
  readonly layout: Layout;
  readonly theme: Theme;
}

/** A menu is as wide as its words, but not narrower than this. */
const leastMenu = 40;
/** Rows of the palette, its query included. */
const paletteRows = 18;

/** A code that is being typed, as dots. */
function hiddenInput(typed: string, inside: number, sign: boolean): Line {
  return caretLine('•'.repeat([...typed].length), [...typed].length, inside, sign);
}

function questionLines(overlay: Of<'question'>, inside: number, sign: boolean): Line[] {
  const { question, typed, armed } = overlay;
  const lines: Line[] = question.lines.map((text) => textLine(text));
  if (!armed) return [...lines, [], textLine(say`…`, 'dim')];
  if (question.kind === 'certificate') {
    const answer = say`y trusts and remembers it, o trusts it this once, n (or esc) does not connect.`;
    return [...lines, [], [{ text: say`y/o/N  `, tone: 'key', bold: true }, { text: answer }]];
  }
  if (question.kind === 'host-key') {
    const answer = say`y trusts and remembers it, n (or esc) does not connect.`;
    return [...lines, [], [{ text: say`y/N  `, tone: 'key', bold: true }, { text: answer }]];
  }
  const open = question.kind === 'passphrase' && question.echo;
  const input = open
    ? caretLine(typed, [...typed].length, inside - 2, sign)
    : hiddenInput(typed, inside - 2, sign);
  return [
    ...lines,
    [],
    [{ text: say`> `, tone: 'accent' }, ...input],
    textLine(say`enter sends it, esc gives up`, 'dim'),
  ];
}

/** Whatever lies over the view now. */
export function OverlayScreen(props: OverlayScreenProps): ReactNode {
  const { app, snapshot, overlay, layout, theme } = props;
  const { data, ui, now } = snapshot;
  const { plain } = app.look;
  const sign = plain || theme.level === 0;
  const frame = { layout, theme, plain };
  const scrolled = (all: readonly Line[], top: number, height: number) =>
    all.slice(clampTop(top, all.length, height));
  switch (overlay.kind) {
    case 'confirm': {
      const { confirmation, typed, armed, calls } = overlay;
      const title: SafeText = sanitise(overlay.action.title);
      return (
        <DialogScreen
          {...frame}
          title={title}
          tone={confirmation.level >= 3 ? 'bad' : 'warn'}
          lines={(width, height) =>
            confirmLines({
              ...confirmation,
              height,
              input: typed,
              armed,
              width,
              caretSign: sign,
              ...(calls ? { call: calls } : {}),
              ...(overlay.form ? { back: true } : {}),
              ...(overlay.top === undefined ? {} : { top: overlay.top }),
            })
          }
        />
      );
    }
    case 'form':
      return (
        <DialogScreen
          {...frame}
          most={90}
          title={sanitise(overlay.action.title)}
          lines={(width, height) => formDialog(overlay, { plain, sign, width, height })}
        />
      );
    case 'question':
      return (
        <DialogScreen
          {...frame}
          most={110}
          tone="warn"
          title={overlay.question.title}
          lines={(inside) => questionLines(overlay, inside, sign)}
        />
      );
    case 'quit':
      return (
        <DialogScreen
          {...frame}
          title={say`Quit`}
          lines={(width) =>
            confirmLines({
              level: 1,
              question: say`Quit while actions are being followed?`,
              lines: [
                say`Tasks already started go on on the server. They are found again under Tasks.`,
              ],
              input: '',
              armed: overlay.armed,
              width,
            })
          }
        />
      );
    case 'menu':
      return <MenuDialog {...props} overlay={overlay} />;
    case 'palette':
      return (
        <DialogScreen
          {...frame}
          most={100}
          tallest={paletteRows}
          title={say`Command`}
          lines={(width, height) => {
            const ranked = paletteEntries(app, data, ui, overlay.query, paletteSize);
            const { query, index } = overlay;
            const rows = Math.min(height, paletteRows);
            const parts = { query, caret: query.length, ranked, index, width, height: rows };
            return paletteLines({ ...parts, caretSign: sign, plain });
          }}
        />
      );
    case 'help':
      return (
        <DialogScreen
          {...frame}
          most={140}
          title={say`Help: keys that are live here`}
          lines={(inside, height) => {
            const groups = helpOf(app, data, { ...ui, overlay: undefined });
            const shaped = groups.map(({ title, hints }) => ({
              title,
              keys: hints.map(({ key, words, reason }) => ({
                key,
                words: reason ? say`${words} (now: ${reason})` : words,
              })),
            }));
            return scrolled(helpLines(shaped, inside), overlay.top, height);
          }}
        />
      );
    case 'text':
      return (
        <DialogScreen
          {...frame}
          most={140}
          title={overlay.title}
          lines={(inside, height) => {
            const all = overlay.lines.flatMap((line) => wrapped(line, inside));
            return scrolled(all, overlay.top, height);
          }}
        />
      );
    case 'calls':
      return (
        <DialogScreen
          {...frame}
          most={layout.columns}
          tallest={layout.body}
          title={say`Calls this console made`}
          lines={(_inside, height) => {
            const all = callLines(data.calls, now);
            const top = overlay.following ? Number.MAX_SAFE_INTEGER : overlay.top;
            return scrolled(all, top, height);
          }}
        />
      );
  }
}

function MenuDialog(props: OverlayScreenProps & { readonly overlay: Of<'menu'> }): ReactNode {
  const { app, overlay, layout, theme } = props;
  const { plain } = app.look;
  const { title, index } = overlay;
  const items = menuItems(app, overlay).map(({ label, key, detail, reason }) => ({
    label,
    ...(key === '' ? {} : { key: sanitise(key) }),
    ...(detail ? { help: detail } : {}),
    ...(reason ? { disabled: reason } : {}),
  }));
  const frame = { title, layout, theme, plain };
  const all = overlay.query === undefined ? items.length : allMenuItems(app, overlay).length;
  if (all === 0) {
    const nothing = textLine(say`Nothing here applies.`, 'dim');
    return <DialogScreen {...frame} most={leastMenu} lines={() => [nothing]} />;
  }
  const widest = Math.max(menuWidth(items, plain), displayWidth(title) + 2) + 4;
  const { query } = overlay;
  return (
    <DialogScreen
      {...frame}
      // While it is searched it keeps the place of the whole menu.
      most={query === undefined ? Math.min(100, Math.max(leastMenu, widest)) : 100}
      lines={() => Array.from({ length: all + (query === undefined ? 0 : 1) }, () => [])}
      body={(width, height) => <Menu {...{ items, index, width, height, theme, plain, query }} />}
    />
  );
}
