import type { Command } from './command.ts';
import { exitCodeWords } from './exit-codes.ts';
import { type Flag, globalFlags } from './flags.ts';

const program = 'homelab-tui';

function flagForm(flag: Flag): string {
  const name = flag.negatable ? `--[no-]${flag.name}` : `--${flag.name}`;
  const short = flag.short ? `-${flag.short}, ` : '';
  return `${short}${name}${flag.kind === 'boolean' ? '' : ` ${flag.placeholder ?? 'VALUE'}`}`;
}

function flagLines(flags: readonly Flag[]): string[] {
  const width = Math.max(...flags.map((flag) => flagForm(flag).length));
  return flags.map((flag) => `  ${flagForm(flag).padEnd(width)}  ${flag.help}`);
}

function synopsis(command: Command): string {
  return [program, ...command.words, command.operands].filter(Boolean).join(' ');
}

/** The help page of one command. */
export function commandHelp(command: Command): string {
  const own = new Set(command.flags.map((flag) => flag.name));
  const rest = globalFlags.filter((flag) => !own.has(flag.name));
  return [
    `${synopsis(command)} [flags]`,
    '',
    command.summary,
    ...(command.details?.length ? ['', ...command.details] : []),
    ...(command.flags.length > 0 ? ['', 'Flags', ...flagLines(command.flags)] : []),
    '',
    'Flags of every command',
    ...flagLines(rest),
  ].join('\n');
}

/** The help page of the program. */
export function programHelp(commands: readonly Command[]): string {
  const width = Math.max(...commands.map((command) => synopsis(command).length));
  return [
    `${program} [flags]            the full-screen console`,
    `${program} COMMAND [flags]    one answer or one action, for scripts`,
    '',
    'Commands',
    ...commands.map((command) => `  ${synopsis(command).padEnd(width)}  ${command.summary}`),
    '',
    'Flags',
    ...flagLines(globalFlags),
    '',
    'Exit codes',
    ...exitCodeWords.map((line) => `  ${line}`),
    '',
    `${program} help COMMAND explains one. Try it without Proxmox: ${program} --demo`,
  ].join('\n');
}
