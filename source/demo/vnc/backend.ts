import type { VncBackend } from '../console-backend.ts';
import type { DemoDisplay } from './display.ts';
import { linuxScreen } from './linux-screen.ts';
import { serveRfb } from './rfb-server.ts';
import { createLine } from './rfb-wire.ts';
import { windowsScreen } from './windows-screen.ts';

type Screen = DemoDisplay & { blink(): void };

/** ms between two states of a cursor. */
const BLINK = 500;

/**
 * Screens of the demo's guests: a Linux console that can be logged in to, or a desktop's lock screen. Each keeps what was
 * typed as long as the demo runs. `stuck` hangs while it boots.
 */
export function createVncBackend({ stuck }: { readonly stuck: readonly number[] }): VncBackend {
  const screens = new Map<number, Screen>();
  return ({ vmid, name }, password) => {
    const found = screens.get(vmid);
    const screen =
      found ?? (/^win/.test(name) ? windowsScreen() : linuxScreen(name, stuck.includes(vmid)));
    screens.set(vmid, screen);
    const line = createLine();
    const blinking = setInterval(() => screen.blink(), BLINK);
    line.onClose(() => clearInterval(blinking));
    void serveRfb(line, screen, `QEMU (${name})`, password);
    return line.client;
  };
}
