import type { Command } from '../../source/cli/command.ts';
import { exitCodeWords } from '../../source/cli/exit-codes.ts';
import { type Flag, globalFlags } from '../../source/cli/flags.ts';
import { table } from './markdown.ts';

function flagTable(flags: readonly Flag[]): string {
  return table(
    ['flag', 'meaning'],
    flags.map((flag) => {
      const name = flag.negatable ? `--[no-]${flag.name}` : `--${flag.name}`;
      const value = flag.kind === 'boolean' ? '' : ` ${flag.placeholder ?? 'VALUE'}`;
      const short = flag.short ? `\`-${flag.short}\`, ` : '';
      return [`${short}\`${name}${value}\``, flag.help];
    }),
  );
}

function synopsis(command: Command): string {
  return ['homelab-tui', ...command.words, command.operands].filter(Boolean).join(' ');
}

/** The words of the heading as GitHub makes an anchor of them. */
function anchor(command: Command): string {
  return `homelab-tui-${command.words.join('-')}`;
}

function section(command: Command): string {
  const lines = [
    `### homelab-tui ${command.words.join(' ')}`,
    '',
    '```',
    `${synopsis(command)} [flags]`,
    '```',
    '',
    command.summary,
    '',
  ];
  // The same exit codes stand once at the top of the page.
  const details = (command.details ?? []).filter((line) => !line.startsWith('Exit codes:'));
  if (details.length > 0) lines.push(...details.map((line) => `- ${line}`), '');
  if (command.flags.length > 0) lines.push(flagTable(command.flags), '');
  return lines.join('\n');
}

/** docs/cli.md */
export function cliPage(commands: readonly Command[]): string {
  return [
    '# Command line',
    '',
    '`homelab-tui` alone opens the full-screen console. With a command it gives one answer or does one thing, for scripts and monitoring. `homelab-tui help COMMAND` says the same as this page.',
    '',
    'Answers go to standard output, progress and notes to standard error. With `--json` the answer is one line of JSON. Action ids, exit codes, keys of the JSON and keys of the configuration are the stable interface.',
    '',
    '## Exit codes',
    '',
    table(
      ['code', 'meaning'],
      exitCodeWords.map((line) => {
        const [code = '', ...words] = line.split(/\s+/);
        return [`\`${code}\``, words.join(' ')];
      }),
    ),
    '',
    '## Flags of every command',
    '',
    flagTable(globalFlags),
    '',
    '## Commands',
    '',
    table(
      ['command', 'what it does'],
      commands.map((command) => [
        `[\`${synopsis(command)}\`](#${anchor(command)})`,
        command.summary,
      ]),
    ),
    '',
    ...commands.map(section),
  ].join('\n');
}
