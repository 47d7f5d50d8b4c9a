import type { AppStart, Connected, Remembered } from '../app/start.ts';
import { loadLastState, saveLastState, stateKey } from '../config/last-state.ts';
import type { Paths } from '../config/paths.ts';
import { peekPreferences } from '../config/preference-values.ts';
import type { Preferences } from '../config/preferences.ts';
import { fail, ok, type Result } from '../domain/result.ts';
import { joinSafe, type SafeText, sanitise, say } from '../domain/safe-text.ts';
import type { CommandContext } from './command.ts';
import { exitCodes } from './exit-codes.ts';
import { firstFrame, lastStateOf } from './first-frame.ts';
import { openHomelab, pathsOf, readHomelabSource } from './homelab.ts';
import type { Host } from './host.ts';
import { machineOf } from './machine.ts';
import { auditLogOf, callLog, createSiteServices } from './session.ts';
import { openSsh } from './ssh.ts';
import { unsavedNotice } from './unsaved.ts';

type Console = Pick<AppStart, 'stdin' | 'stdout' | 'stderr'>;

function terminalOf(host: Host): Console | undefined {
  if (host.stdin.isTTY !== true || host.stdout.isTTY !== true) return undefined;
  return {
    stdin: host.stdin as NodeJS.ReadStream,
    stdout: host.stdout as NodeJS.WriteStream,
    stderr: host.stderr as NodeJS.WriteStream,
  };
}

/** Starts the full-screen console, or says why it cannot be here. */
export async function startConsole(context: CommandContext): Promise<number> {
  const { global, host, output } = context;
  const terminal = terminalOf(host);
  if (!terminal) {
    output.usage({
      what: 'the console needs a terminal, and this is none',
      next: 'use homelab-tui status here, or see homelab-tui --help',
    });
    return exitCodes.usage;
  }
  // Loaded while the configuration is read: every await before the first frame is time that a person waits.
  const drawing = import('../app/first-frame.ts');
  const paths = pathsOf(global, host);
  const source = await readHomelabSource(global, paths);
  if (!source.ok) {
    for (const line of source.lines) output.err(line);
    return exitCodes.usage;
  }
  const { colourLevel } = await drawing;
  const { start, saved } = appStart(context, terminal, paths, source.value, colourLevel());
  const { drawFirstFrame } = await drawing;
  const { running, undo } = drawFirstFrame(start);
  const code = await import('../app/run-app.tsx').then(
    ({ runApp }) => runApp(start, running),
    (error: unknown) => {
      undo();
      throw error;
    },
  );
  await saved();
  return code;
}

function appStart(
  context: CommandContext,
  terminal: Console,
  paths: Paths,
  source: string,
  colours: AppStart['colourLevel'],
): { start: AppStart; saved: () => Promise<void> } {
  const { global, host } = context;
  const key = stateKey(source);
  const last = loadLastState(paths.lastStateFile, key);
  const memory = createMemory(paths, key, host);
  const start: AppStart = {
    ...terminal,
    env: host.env,
    ascii: global.ascii,
    plain: global.screenReader || host.env.INK_SCREEN_READER === 'true',
    colourLevel: host.env.NO_COLOR ? 0 : colours,
    readOnly: global.readOnly,
    initial: firstFrame(last, peekPreferences(paths.configDir), global.site),
    ...(global.theme === undefined ? {} : { theme: global.theme as Remembered['theme'] }),
    ...(global.mouse === undefined ? {} : { mouse: global.mouse }),
    now: host.now,
    connect: (input) => connect(context, paths, source, memory, input),
    saveState: memory.save,
  };
  return { start, saved: memory.saved };
}

interface Memory {
  readonly open: () => Promise<Preferences>;
  readonly save: AppStart['saveState'];
  /** Everything handed to `save` is on disk, or could not be written. */
  readonly saved: () => Promise<void>;
}

/** Keeps state and preferences. Failing to is never in the way of the work. */
function createMemory(paths: Paths, key: string, host: Host): Memory {
  let writing: Promise<void> = Promise.resolve();
  let preferences: Promise<Preferences> | undefined;
  let kept = '';
  const open = () => {
    preferences ??= import('../config/preferences.ts').then(({ openPreferences }) =>
      openPreferences(paths.configDir, host.now),
    );
    return preferences;
  };
  const keep = async (remembered: Remembered) => {
    const { view, theme, mouse, sorts } = remembered;
    const values = { lastView: view, theme, mouse, sorts: sorts as Record<string, never> };
    const text = JSON.stringify(values);
    if (text === kept) return;
    kept = text;
    (await open()).set(values);
  };
  return {
    open,
    save: (sites, remembered) => {
      const state = lastStateOf(sites, host.now());
      const worthIt = state.sites.some((site) => site.resources);
      writing = writing
        .then(() => (worthIt ? saveLastState(paths.lastStateFile, key, state) : undefined))
        .catch(() => undefined)
        .then(() => keep(remembered))
        .catch(() => undefined);
    },
    saved: () => writing,
  };
}

async function connect(
  context: CommandContext,
  paths: Paths,
  source: string,
  memory: Memory,
  input: Parameters<AppStart['connect']>[0],
): Promise<Result<Connected>> {
  const { global, host } = context;
  const opened = await openHomelab(global, host, source);
  if (!opened.ok) {
    return fail({
      kind: 'config',
      what: say`the configuration is not right`,
      where: sanitise(paths.homelabFile),
      detail: joinSafe(opened.lines.map(sanitise), '\n'),
    });
  }
  const { homelab, close } = opened.value;
  const notices: SafeText[] = [];
  const readOnly = global.readOnly || homelab.readOnly === true;
  const log =
    global.logFile === undefined
      ? undefined
      : callLog(global.logFile, (line) => notices.push(sanitise(line)));
  const ssh = openSsh(homelab, host, input.asker);
  const [services, machine, audit, preferences, unsaved] = await Promise.all([
    createSiteServices(opened.value, host, paths, {
      asker: input.asker,
      readOnly,
      tell: (failure) => notices.push(failure),
      onCall: (record) => {
        input.onCall(record);
        log?.(record);
      },
    }),
    machineOf(host, { ascii: global.ascii, stays: true, configDir: paths.configDir }),
    auditLogOf(paths, host),
    memory.open(),
    unsavedNotice(paths),
  ]);
  if (unsaved) notices.push(unsaved);
  if (preferences.problem) {
    const { what, next } = preferences.problem;
    notices.push(next ? say`${what}; ${next}` : what);
  }
  return ok({
    services,
    audit,
    platform: { ...machine.platform, ssh },
    findLostTask: machine.findLostTask,
    allow: homelab.allow ?? [],
    readOnly,
    keymap: preferences.values().keys ?? {},
    notices,
    close: async () => {
      await Promise.all([services.close(), ssh.close()]);
      await close();
    },
  });
}
