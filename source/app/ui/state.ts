import type { Prepared } from '../../actions/prepare.ts';
import type { AnyAction } from '../../actions/registry.ts';
import type {
  ActionMenu,
  Confirmation,
  FieldValues,
  PickedRow,
  Scope,
  Targets,
} from '../../actions/types.ts';
import type { Tone } from '../../components/line.ts';
import type { SortOrder } from '../../components/table/sort.ts';
import type { ThemeName } from '../../components/theme.ts';
import type { Timeframe } from '../../domain/rrd.ts';
import type { SafeText } from '../../domain/safe-text.ts';
import type { Snapshot } from '../../domain/snapshot.ts';
import type { ViewId } from '../../views/types.ts';

/** How one list stands: cursor and marks by key, so that neither moves when rows do. */
export interface ListState {
  readonly cursor?: string;
  readonly top: number;
  readonly sort?: SortOrder;
  readonly filter: string;
  readonly marks: ReadonlySet<string>;
  readonly sickOnly: boolean;
}

/** One place on the back stack above the list. */
export type Page =
  | { readonly kind: 'detail'; readonly view: ViewId; readonly key: string; readonly tab?: string }
  | { readonly kind: 'smart'; readonly nodeKey: string; readonly devpath: SafeText };

/** Where a page stands: cursor row in its table, first line shown, following its end. */
export interface PageState {
  readonly cursor?: string;
  /** The place of the cursor when it was moved last, for when its row is gone. */
  readonly index?: number;
  readonly top: number;
  readonly following: boolean;
}

/** What an action is about to run on. */
export interface Selection<S extends Scope = Scope> {
  readonly scope: S;
  readonly targets: readonly Targets[S][];
  readonly snapshot?: Snapshot;
  /** The row of the configuration under the cursor. */
  readonly configRow?: { readonly key: string; readonly value?: string };
  /** What another row of a detail tab stands for. */
  readonly picked?: PickedRow;
  /** Also fields that are not worth a form of their own are asked. */
  readonly form?: boolean;
}

export interface FormState {
  /** Values of fields that vanished are kept, in case the fields come back. */
  readonly values: FieldValues;
  /** Names of the fields the person changed. */
  readonly touched: ReadonlySet<string>;
  /** The focused one of the fields that are shown. */
  readonly focus: number;
  /** In the focused text, in characters from its start. */
  readonly caret: number;
  readonly problems: Readonly<Record<string, string>>;
  /** What was said to the form as a whole: the server's refusal. */
  readonly above: readonly SafeText[];
  /** The list of the focused field is open: what was typed to search it, and its cursor. */
  readonly list?: { readonly query: string; readonly index: number };
}

/** A question a service asked while connecting. */
export type Question =
  | {
      readonly kind: 'certificate';
      readonly id: number;
      readonly title: SafeText;
      readonly lines: readonly SafeText[];
    }
  | {
      readonly kind: 'second-factor';
      readonly id: number;
      readonly title: SafeText;
      readonly lines: readonly SafeText[];
      readonly factors: readonly ('totp' | 'recovery' | 'yubico')[];
    }
  /** Is this SSH host key the right one? */
  | {
      readonly kind: 'host-key';
      readonly id: number;
      readonly title: SafeText;
      readonly lines: readonly SafeText[];
    }
  /** A passphrase, a password, or what else an SSH host asks for. */
  | {
      readonly kind: 'passphrase';
      readonly id: number;
      readonly title: SafeText;
      readonly lines: readonly SafeText[];
      /** It may be seen while it is typed. */
      readonly echo: boolean;
    };

/** The dialog on top. `armed` = it has been on the screen long enough: keys before that are not its answer. */
export type Overlay =
  | { readonly kind: 'help'; readonly top: number }
  | { readonly kind: 'palette'; readonly query: string; readonly index: number }
  | {
      readonly kind: 'menu';
      readonly title: SafeText;
      readonly menu: 'actions' | ActionMenu['id'] | 'sort' | 'copy';
      readonly index: number;
      readonly selection?: Selection;
      /** What was typed to find an item; undefined = letters choose items. */
      readonly query?: string;
    }
  /** What an action was asked for, to be read. */
  | {
      readonly kind: 'text';
      readonly title: SafeText;
      readonly lines: readonly SafeText[];
      readonly top: number;
    }
  | { readonly kind: 'calls'; readonly top: number; readonly following: boolean }
  | {
      readonly kind: 'form';
      readonly action: AnyAction;
      readonly prepared: readonly Prepared[];
      readonly skipped: readonly Skipped[];
      readonly form: FormState;
    }
  | {
      readonly kind: 'confirm';
      readonly action: AnyAction;
      readonly prepared: readonly Prepared[];
      readonly skipped: readonly Skipped[];
      readonly values: FieldValues;
      /** The form that the values come from, to go back to. */
      readonly form?: FormState;
      readonly confirmation: Confirmation;
      readonly typed: string;
      readonly armed: boolean;
      /** The exact API calls, once they were asked for. */
      readonly calls?: SafeText;
      /** Lines scrolled away, where the dialog is too long for the screen. */
      readonly top?: number;
    }
  | {
      readonly kind: 'question';
      readonly question: Question;
      readonly typed: string;
      readonly armed: boolean;
    }
  | { readonly kind: 'quit'; readonly armed: boolean };

/** A marked target that cannot take part, with the reason. */
export interface Skipped {
  readonly label: SafeText;
  readonly reason: SafeText;
}

export interface Toast {
  readonly id: number;
  readonly tone: Tone;
  readonly text: SafeText;
  /** ms since the epoch when it goes by itself; undefined = with the next key. */
  readonly until?: number;
}

/** Everything the person did to the screen; no data and no I/O in it. */
export interface UiState {
  readonly view: ViewId;
  readonly lists: Readonly<Partial<Record<ViewId, ListState>>>;
  readonly pages: readonly Page[];
  readonly pageStates: Readonly<Record<string, PageState>>;
  readonly overlay?: Overlay;
  /** The filter line takes the keys. */
  readonly filtering: boolean;
  readonly toasts: readonly Toast[];
  readonly timeframe: Timeframe;
  readonly theme: ThemeName;
  readonly mouse: boolean;
  /** This list's own sources are not asked any more, because the person stopped them. */
  readonly halted?: ViewId;
  /** An action is being prepared: said in the hint line. */
  readonly busy?: SafeText;
}

export const emptyList: ListState = { top: 0, filter: '', marks: new Set(), sickOnly: false };
export const emptyPage: PageState = { top: 0, following: true };

export function listOf(ui: UiState, view: ViewId = ui.view): ListState {
  return ui.lists[view] ?? emptyList;
}

export function pageOf(ui: UiState): Page | undefined {
  return ui.pages[ui.pages.length - 1];
}

/** One identity per page and tab, for its cursor and scroll position. */
export function pageKey(page: Page): string {
  return page.kind === 'smart'
    ? `smart ${page.nodeKey} ${page.devpath}`
    : `${page.view} ${page.key} ${page.tab ?? ''}`;
}

export function pageStateOf(ui: UiState): PageState {
  const page = pageOf(ui);
  return (page && ui.pageStates[pageKey(page)]) ?? emptyPage;
}

export function initialUi(start: Partial<UiState> = {}): UiState {
  return {
    view: 'guests',
    lists: {},
    pages: [],
    pageStates: {},
    filtering: false,
    toasts: [],
    timeframe: 'hour',
    theme: 'dark',
    mouse: false,
    ...start,
  };
}
