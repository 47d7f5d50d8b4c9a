import { useStdin } from 'ink';
import { useEffect } from 'react';
import type { Console } from './controller/console.ts';
import { clickRow, scrollBy } from './controller/mouse.ts';
import { mouseOff, mouseOn } from './terminal-modes.ts';

const report = /\u001b\[<(\d+);(\d+);(\d+)([Mm])/g;

/** Optional mouse: wheel moves, a click selects a row, a second one opens it. Off, the terminal's own selection works. */
export function useMouse(app: Console, enabled: boolean): void {
  const { stdin } = useStdin();
  useEffect(() => {
    if (!enabled) return undefined;
    const listen = (data: Buffer | string) => {
      if (app.terminal.busy()) return;
      for (const match of String(data).matchAll(report)) {
        const [, button = '', , row = '', end] = match;
        if (end !== 'M') continue;
        if (button === '64') scrollBy(app, -3);
        else if (button === '65') scrollBy(app, 3);
        else if (button === '0') clickRow(app, Number(row) - 1);
      }
    };
    app.writeRaw(mouseOn);
    stdin.on('data', listen);
    return () => {
      stdin.off('data', listen);
      app.writeRaw(mouseOff);
    };
  }, [app, enabled, stdin]);
}
