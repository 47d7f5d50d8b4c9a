import { createStore } from 'zustand/vanilla';
import type { SafeText } from '../domain/safe-text.ts';
import { createDataStore } from '../store/store.ts';
import { createBatches } from './controller/batches.ts';
import type { ActionsOf, Backend, Console } from './controller/console.ts';
import { createQuestions, type Questions } from './controller/questions.ts';
import { createListModels } from './model/list-model.ts';
import type { AppStart, Connected } from './start.ts';
import { type AppTerminalHost, createTerminalHost } from './terminal-host.ts';
import { mouseOff, mouseOn } from './terminal-modes.ts';
import { initialUi, type UiState } from './ui/state.ts';

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

/** A console and what became of it; `connectConsole` fills in the rest. */
export interface Running {
  /** Called once when the console ends; takes the screen down. */
  onExit: () => void;
  readonly app: Console;
  readonly questions: Questions;
  readonly terminal: AppTerminalHost;
  readonly state: {
    /** Set before the first key is read. */
    actionsOf: ActionsOf | undefined;
    backend: Backend | undefined;
    connected: Connected | undefined;
    code: number;
    message: SafeText | undefined;
    ended: boolean;
  };
}

/** Makes the console's working parts; nothing is drawn and nothing asked yet. */
export function createConsole(start: AppStart): Running {
  const timers = new Set<NodeJS.Timeout>();
  let id = 0;
  const state: Running['state'] = {
    actionsOf: undefined,
    backend: undefined,
    connected: undefined,
    code: 0,
    message: undefined,
    ended: false,
  };
  const env = start.env ?? process.env;
  const terminal = createTerminalHost({ stdin: start.stdin, stdout: start.stdout, env }, (on) => {
    if (app.ui.getState().mouse) start.stdout.write(on ? mouseOn : mouseOff);
  });
  const app: Console = {
    data: createDataStore({ sites: start.initial.sites }),
    ui: createStore<UiState>(() => firstUi(start)),
    models: createListModels(start.now),
    batches: createBatches(),
    actionsOf: () => state.actionsOf,
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
    terminal,
    writeRaw: (sequence) => {
      if (!terminal.busy()) start.stdout.write(sequence);
    },
    keymap: () => state.connected?.keymap ?? {},
    exit: (code, message) => {
      if (state.ended) return;
      Object.assign(state, { ended: true, code, message });
      for (const timer of timers) clearTimeout(timer);
      running.onExit();
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
  const running: Running = {
    onExit: () => {},
    app,
    questions: createQuestions(() => app),
    terminal,
    state,
  };
  return running;
}
