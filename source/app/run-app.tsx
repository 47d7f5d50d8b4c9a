import { type RenderOptions, render } from 'ink';
import { createStore } from 'zustand/vanilla';
import { describeFailure } from '../domain/failure.ts';
import type { SiteInventory } from '../domain/inventory.ts';
import { type SafeText, sanitise } from '../domain/safe-text.ts';
import { recordCall } from '../store/call-log.ts';
import { createDetails } from '../store/details.ts';
import type { Timers } from '../store/poller.ts';
import { emptySite, startSiteSources } from '../store/site-sources.ts';
import { createDataStore } from '../store/store.ts';
import { App } from './app.tsx';
import type { Backend, Console } from './controller/console.ts';
import { createQuestions, type Questions } from './controller/questions.ts';
import { toast } from './controller/toasts.ts';
import { createListModels } from './model/list-model.ts';
import type { AppStart, Connected, Remembered } from './start.ts';
import { initialUi, listOf, pageOf, type UiState } from './ui/state.ts';
import { allViews } from './views-of.ts';

/** The exit code of a console whose configuration cannot be used. */
const usage = 64;
/** The last known state is written this often while the console runs, and at its end. */
const saveEvery = 60_000;

function rememberedOf(ui: UiState): Remembered {
  const sorts: Record<string, NonNullable<ReturnType<typeof listOf>['sort']>> = {};
  for (const view of allViews) {
    const { sort } = listOf(ui, view.id);
    if (sort) sorts[view.id] = sort;
  }
  return { view: ui.view, theme: ui.theme, mouse: ui.mouse, sorts };
}

function firstUi(start: AppStart): UiState {
  const { remembered } = start.initial;
  const lists = Object.fromEntries(
    Object.entries(remembered?.sorts ?? {}).map(([view, sort]) => [
      view,
      { top: 0, filter: '', marks: new Set<string>(), sickOnly: false, sort },
    ]),
  );
  return initialUi({
    view: remembered?.view ?? 'guests',
    theme: start.theme ?? remembered?.theme ?? 'dark',
    mouse: start.mouse ?? remembered?.mouse ?? false,
    lists,
  });
}

function realTimers(start: AppStart): Timers {
  return {
    now: start.now,
    random: Math.random,
    setTimeout: (run, ms) => setTimeout(run, ms),
    clearTimeout: (handle) => clearTimeout(handle as NodeJS.Timeout),
  };
}

/** An action runs, or somebody looks at tasks of which one runs: its end should show soon. */
function busy(app: Console): boolean {
  const { operations, sites } = app.data.getState();
  if (operations.some((each) => each.state === 'running')) return true;
  const ui = app.ui.getState();
  const tasksShown = ui.view === 'tasks' && pageOf(ui) === undefined;
  return (
    tasksShown &&
    sites.some(({ tasks }) => tasks.data?.some(({ outcome }) => outcome === 'running'))
  );
}

function attach(app: Console, connected: Connected, timers: Timers): Backend {
  const { services } = connected;
  const known = new Map(app.data.getState().sites.map((site) => [site.site as string, site]));
  app.data.setState({
    sites: services.sites.map((site): SiteInventory => known.get(site.id) ?? emptySite(site.id)),
  });
  const sources = new Map(
    services.sites.map((site) => [
      site.id as string,
      startSiteSources(site, app.data, timers, () => busy(app)),
    ]),
  );
  for (const notice of connected.notices) toast(app, 'warn', notice);
  return { ...connected, sources, details: createDetails(services, app.data, timers) };
}

/** A console and what became of it; `connectConsole` fills in the rest. */
export interface Running {
  readonly app: Console;
  readonly questions: Questions;
  readonly state: {
    backend: Backend | undefined;
    connected: Connected | undefined;
    code: number;
    message: SafeText | undefined;
    ended: boolean;
  };
}

/** Makes the console's working parts; nothing is drawn and nothing asked yet. */
export function createConsole(start: AppStart, unmount: () => void): Running {
  const timers = new Set<NodeJS.Timeout>();
  let id = 0;
  const state: Running['state'] = {
    backend: undefined,
    connected: undefined,
    code: 0,
    message: undefined,
    ended: false,
  };
  const app: Console = {
    data: createDataStore({ sites: start.initial.sites }),
    ui: createStore<UiState>(() => firstUi(start)),
    models: createListModels(),
    backend: () => state.backend,
    now: start.now,
    size: () => ({ columns: start.stdout.columns || 80, rows: start.stdout.rows || 24 }),
    look: {
      // A screen reader spells glyphs out; letters and signs of ASCII it knows.
      ascii: start.ascii || start.plain,
      plain: start.plain,
      colourLevel: start.colourLevel,
      readOnly: start.readOnly,
    },
    writeRaw: (sequence) => start.stdout.write(sequence),
    keymap: () => state.connected?.keymap ?? {},
    exit: (code, message) => {
      if (state.ended) return;
      Object.assign(state, { ended: true, code, message });
      for (const timer of timers) clearTimeout(timer);
      unmount();
    },
    later: (run, ms) => {
      if (state.ended) return;
      const timer = setTimeout(() => {
        timers.delete(timer);
        run();
      }, ms);
      timers.add(timer);
    },
    nextId: () => {
      id += 1;
      return id;
    },
  };
  return { app, questions: createQuestions(() => app), state };
}

/** Reads the configuration, makes the services and starts the pollers. */
export async function connectConsole(start: AppStart, running: Running): Promise<void> {
  const { app, questions, state } = running;
  const result = await start.connect({
    asker: questions,
    onCall: (record) => app.data.setState((data) => ({ calls: recordCall(data.calls, record) })),
  });
  if (!result.ok) {
    const { failure } = result;
    return app.exit(usage, failure.detail ?? describeFailure(failure));
  }
  if (state.ended) return void (await result.value.close());
  state.connected = result.value;
  state.backend = attach(app, result.value, realTimers(start));
  // The screen asks for its details as soon as they can be loaded.
  app.ui.setState((ui) => ({ ...ui }), true);
}

export function stopPolling({ state: { backend } }: Running): void {
  for (const sources of backend?.sources.values() ?? []) sources.stop();
  backend?.details.stop();
}

/** How Ink draws and listens, the same in tests. */
export function inkOptions(start: Pick<AppStart, 'stdin' | 'stdout' | 'plain'>): RenderOptions {
  return {
    stdin: start.stdin,
    stdout: start.stdout,
    alternateScreen: true,
    incrementalRendering: true,
    maxFps: 60,
    exitOnCtrlC: false,
    patchConsole: false,
    interactive: true,
    isScreenReaderEnabled: start.plain,
  };
}

/**
 * The full-screen console, from the first frame to the restored terminal. Resolves with the exit code. The first frame is
 * drawn from the last known state before the configuration is even read.
 */
export async function runApp(start: AppStart): Promise<number> {
  let unmount = () => {};
  const running = createConsole(start, () => unmount());
  const { app, questions, state } = running;
  const onStdoutError = () => app.exit(0);
  start.stdout.on('error', onStdoutError);
  start.stdin.on('end', () => app.exit(0));
  const instance = render(<App app={app} questions={questions} />, inkOptions(start));
  unmount = () => instance.unmount();
  const save = () => start.saveState(app.data.getState().sites, rememberedOf(app.ui.getState()));
  const saver = setInterval(save, saveEvery);
  const connecting = connectConsole(start, running).catch((error: unknown) => {
    app.exit(1, sanitise(error instanceof Error ? (error.stack ?? error.message) : String(error)));
  });
  let crash: unknown;
  try {
    await instance.waitUntilExit();
  } catch (error) {
    crash = error;
  }
  state.ended = true;
  clearInterval(saver);
  stopPolling(running);
  if (crash === undefined) save();
  await Promise.race([connecting, Promise.resolve()]);
  await state.connected?.close();
  start.stdout.off('error', onStdoutError);
  if (crash !== undefined) {
    const words = crash instanceof Error ? (crash.stack ?? crash.message) : String(crash);
    start.stderr.write(`homelab-tui stopped because of a bug in itself:\n${words}\n`);
    return 1;
  }
  if (state.message) start.stderr.write(`${state.message}\n`);
  return state.code;
}
