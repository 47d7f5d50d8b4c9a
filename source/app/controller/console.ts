import type { StoreApi } from 'zustand/vanilla';
import type { AuditLog } from '../../actions/audit.ts';
import type { ExecuteEnvironment } from '../../actions/execute.ts';
import type { Action, Platform, Scope } from '../../actions/types.ts';
import type { SafeText } from '../../domain/safe-text.ts';
import type { Services } from '../../services/types.ts';
import type { Details } from '../../store/details.ts';
import type { SiteSources } from '../../store/site-sources.ts';
import type { Store } from '../../store/store.ts';
import type { ListModels } from '../model/list-model.ts';
import type { AppTerminalHost } from '../terminal-host.ts';
import type { Change } from '../ui/changes.ts';
import type { UiState } from '../ui/state.ts';
import type { Batches } from './batches.ts';

export type UiStore = StoreApi<UiState>;

/** The actions of a scope, in menu order. */
export type ActionsOf = <S extends Scope>(scope: S) => readonly Action<S>[];

/** What becomes available once the configuration is read and the services are made; the first frame needs none of it. */
export interface Backend {
  readonly services: Services;
  readonly details: Details;
  readonly sources: ReadonlyMap<string, SiteSources>;
  readonly audit: AuditLog;
  readonly platform: Platform;
  readonly findLostTask: (site: ExecuteEnvironment['site']) => ExecuteEnvironment['findLostTask'];
  /** Ids of level-4 actions the configuration switches on. */
  readonly allow: readonly string[];
  readonly readOnly: boolean;
}

/** The console's working parts, handed to key bindings and screens. One per run. */
export interface Console {
  readonly data: Store;
  readonly ui: UiStore;
  readonly models: ListModels;
  readonly batches: Batches;
  /** undefined while the first frame is drawn: there are many actions, and it need not wait for them. */
  readonly actionsOf: () => ActionsOf | undefined;
  /** undefined until the services are there. */
  readonly backend: () => Backend | undefined;
  readonly now: () => number;
  readonly size: () => { readonly columns: number; readonly rows: number };
  readonly look: Look;
  /** Hands the terminal to consoles and editors. */
  readonly terminal: AppTerminalHost;
  /** Writes to the terminal beside the frame (OSC 52); nothing while somebody else has it. */
  readonly writeRaw: (sequence: string) => void;
  /** Keys remapped by the user: action id → key. */
  readonly keymap: () => Readonly<Record<string, string>>;
  readonly exit: (code: number, message?: SafeText) => void;
  /** Runs after `ms`, unless the console ended. */
  readonly later: (run: () => void, ms: number) => void;
  readonly nextId: () => number;
}

/** How the console looks; fixed at start but for the theme. */
export interface Look {
  readonly ascii: boolean;
  /** Linear text for screen readers: no borders, no bars. */
  readonly plain: boolean;
  readonly colourLevel: 0 | 1 | 2 | 3;
  readonly readOnly: boolean;
}

export function change(app: Console, ...changes: readonly Change[]): void {
  const before = app.ui.getState();
  const after = changes.reduce((ui, apply) => apply(ui), before);
  // `replace` because a change may drop a key (an overlay that closed).
  if (after !== before) app.ui.setState(after, true);
}
