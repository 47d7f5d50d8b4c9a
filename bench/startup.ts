import { startTerminal, type TestTerminal } from '../test/support/pty.ts';
import { median } from './statistics.ts';

export interface Startup {
  /** ms, medians */
  readonly floor: number;
  readonly version: number;
  readonly firstFrame: number;
}

/** Waits for the text in the bytes written, looking again at every turn of the event loop: a frame is told to the millisecond. */
async function drawn(terminal: TestTerminal, marker: string): Promise<void> {
  const deadline = performance.now() + 20_000;
  while (!terminal.output().includes(marker)) {
    if (performance.now() > deadline) throw new Error(`no frame with ${marker}`);
    await new Promise((resolve) => setImmediate(resolve));
  }
}

/**
 * Spawn to exit of `node -e 0` and of `--version`, and spawn to the frame that shows `marker`, a text of the last known
 * state. Taken in turns, so that a busy moment of the machine falls on all three alike.
 */
export async function measureStartup(options: {
  readonly node: string;
  readonly configDir: string;
  readonly marker: string;
  readonly rounds: number;
}): Promise<Startup> {
  const { node, configDir, marker, rounds } = options;
  const env = { HOMELAB_TUI_CONFIG_DIR: configDir };
  const samples = { floor: [] as number[], version: [] as number[], firstFrame: [] as number[] };
  const toExit = async (terminal: ReturnType<typeof startTerminal>) => {
    await terminal.exit;
    return performance.now() - terminal.startedAt;
  };
  // The first round fills the disk cache and Node's compile cache; it is not counted.
  for (let round = 0; round <= rounds; round += 1) {
    const floor = await toExit(startTerminal({ program: { file: node, args: ['-e', '0'] } }));
    const version = await toExit(startTerminal({ node, args: ['--version'] }));
    const terminal = startTerminal({ node, env });
    await drawn(terminal, marker);
    const firstFrame = performance.now() - terminal.startedAt;
    terminal.kill();
    await terminal.exit;
    if (round === 0) continue;
    samples.floor.push(floor);
    samples.version.push(version);
    samples.firstFrame.push(firstFrame);
  }
  return {
    floor: median(samples.floor),
    version: median(samples.version),
    firstFrame: median(samples.firstFrame),
  };
}
