import type { Flag, FlagValues, GlobalOptions } from './flags.ts';
import type { Host } from './host.ts';
import type { Output } from './output.ts';

/** What a command gets to work with. */
export interface CommandContext {
  readonly global: GlobalOptions;
  /** Values of the command's own flags; absent = not given. */
  readonly values: FlagValues;
  readonly positionals: readonly string[];
  readonly host: Host;
  readonly output: Output;
}

/** A command. Its code is loaded only when it runs. */
export interface Command {
  /** `['guests', 'list']` */
  readonly words: readonly string[];
  /** Positional arguments in help: `GUEST...`. */
  readonly operands?: string;
  readonly minimum?: number;
  /** Most positional arguments it takes; 0 when absent. */
  readonly maximum?: number;
  readonly summary: string;
  /** Further lines of its help page. */
  readonly details?: readonly string[];
  readonly flags: readonly Flag[];
  /** What the positional argument may be, for completion. */
  readonly completes?: readonly string[];
  /** Resolves to the exit code. */
  readonly run: (context: CommandContext) => Promise<number>;
}
