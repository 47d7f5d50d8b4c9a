import { type RenderOptions, render } from 'ink';
import { actionsOf } from '../actions/registry.ts';
import { describeFailure } from '../domain/failure.ts';
import type { SiteInventory } from '../domain/inventory.ts';
import { sanitise } from '../domain/safe-text.ts';
import { recordCall } from '../store/call-log.ts';
import { createDetails } from '../store/details.ts';
import type { Timers } from '../store/poller.ts';
import { emptySite, startSiteSources } from '../store/site-sources.ts';
import { App } from './app.tsx';
import type { Backend, Console } from './controller/console.ts';
import { toast } from './controller/toasts.ts';
import type { Running } from './create-console.ts';
import { holdWarnings } from './hold-warnings.ts';
import type { AppStart, Connected, Remembered } from './start.ts';
import { listOf, pageOf, type UiState } from './ui/state.ts';
import { allViews } from './views-of.ts';

/** The exit code of a console whose configuration cannot be used. */
const usage = 64;
/** The last known state is written this often while the console runs, and at its end. */
const saveEvery = 300_000;

function rememberedOf(ui: UiState): Remembered {
  const sorts: Record<string, NonNullable<ReturnType<typeof listOf>['sort']>> = {};
  for (const view of allViews) {
    const { sort } = listOf(ui, view.id);
    if (sort) sorts[view.id] = sort;
  }
  return { view: ui.view, theme: ui.theme, mouse: ui.mouse, sorts };
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
  const platform = { ...connected.platform, terminal: app.terminal };
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
  return { ...connected, platform, sources, details: createDetails(services, app.data, timers) };
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

/**
 * Node tells a new size only when it is another than the last one it saw. A terminal that became smaller and large again in
 * between has lost what stood there all the same.
 */
function tellEverySize(stdout: NodeJS.WriteStream): () => void {
  let told = false;
  const onResize = () => {
    told = true;
  };
  const onSignal = () => {
    setImmediate(() => {
      if (!told) stdout.emit('resize');
      told = false;
    });
  };
  stdout.on('resize', onResize);
  process.on('SIGWINCH', onSignal);
  return () => {
    stdout.off('resize', onResize);
    process.off('SIGWINCH', onSignal);
  };
}

/** From here on keys, hints and menus know the actions. */
export function knowActions({ state }: Running): void {
  state.actionsOf = actionsOf;
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
export async function runApp(start: AppStart, running: Running): Promise<number> {
  const { app, questions, state } = running;
  const onStdoutError = () => app.exit(0);
  start.stdout.on('error', onStdoutError);
  start.stdin.on('end', () => app.exit(0));
  const heldWarnings = holdWarnings();
  knowActions(running);
  const quiet = tellEverySize(start.stdout);
  const instance = render(<App app={app} questions={questions} />, inkOptions(start));
  running.onExit = () => instance.unmount();
  if (state.ended) instance.unmount();
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
  quiet();
  for (const warning of heldWarnings()) start.stderr.write(`homelab-tui: ${warning}\n`);
  if (crash !== undefined) {
    const words = crash instanceof Error ? (crash.stack ?? crash.message) : String(crash);
    start.stderr.write(`homelab-tui stopped because of a bug in itself:\n${words}\n`);
    return 1;
  }
  if (state.message) start.stderr.write(`${state.message}\n`);
  return state.code;
}
