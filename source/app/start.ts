import type { AuditLog } from '../actions/audit.ts';
import type { ExecuteEnvironment } from '../actions/execute.ts';
import type { Platform } from '../actions/types.ts';
import type { SortOrder } from '../components/table/sort.ts';
import type { ThemeName } from '../components/theme.ts';
import type { CallRecord, SiteInventory } from '../domain/inventory.ts';
import type { Result } from '../domain/result.ts';
import type { SafeText } from '../domain/safe-text.ts';
import type { SshAsker } from '../services/ssh/types.ts';
import type { Asker, PveSite, Services } from '../services/types.ts';
import type { ViewId } from '../views/types.ts';

/** What the console needs once it talks to the homelab. */
export interface Connected {
  readonly services: Services;
  readonly audit: AuditLog;
  readonly platform: Platform;
  readonly findLostTask: (site: PveSite) => ExecuteEnvironment['findLostTask'];
  /** Level-4 actions the homelab file allows. */
  readonly allow: readonly string[];
  readonly readOnly: boolean;
  /** Action id → key, from the preferences. */
  readonly keymap: Readonly<Record<string, string>>;
  /** Something the person should know (a preferences file that had to be set aside). */
  readonly notices: readonly SafeText[];
  close(): Promise<void>;
}

/** What is remembered from run to run. */
export interface Remembered {
  readonly view: ViewId;
  readonly theme: ThemeName;
  readonly mouse: boolean;
  readonly sorts: Readonly<Partial<Record<ViewId, SortOrder>>>;
}

/** Everything the full-screen console is started with. Made by the command line; a fake in tests. */
export interface AppStart {
  readonly stdin: NodeJS.ReadStream;
  readonly stdout: NodeJS.WriteStream;
  readonly stderr: NodeJS.WritableStream;
  /** For programs that are run on the terminal; the process's own when absent. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  readonly ascii: boolean;
  readonly plain: boolean;
  /** As chalk counts: 0 none, 1 sixteen colours, 2 256, 3 all. */
  readonly colourLevel: 0 | 1 | 2 | 3;
  readonly readOnly: boolean;
  /** The last known state, for the first frame; nothing in it came from the network of this run. */
  readonly initial: {
    readonly sites: readonly SiteInventory[];
    readonly remembered?: Partial<Remembered>;
  };
  readonly theme?: ThemeName;
  readonly mouse?: boolean;
  readonly now: () => number;
  /** Reads the configuration and makes the services. Called after the first frame; a failure ends the console with exit 64. */
  connect(input: {
    readonly asker: Asker & SshAsker;
    readonly onCall: (record: CallRecord) => void;
  }): Promise<Result<Connected>>;
  /** Writes the last known state; called now and then and at the end. Never throws. */
  saveState(sites: readonly SiteInventory[], remembered: Remembered): void;
}
