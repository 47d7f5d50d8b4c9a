import { commandWords, parseCommandLine } from './arguments.ts';
import type { Command, CommandContext } from './command.ts';
import { exitCodes } from './exit-codes.ts';
import { globalOptions } from './flags.ts';
import type { Host } from './host.ts';
import { createOutput, type Output } from './output.ts';

/** Runs one command line to its end and resolves with the exit code. Everything but the decision is loaded on the way. */
export async function runCli(argv: readonly string[], host: Host): Promise<number> {
  const output = createOutput(host.stdout, host.stderr);
  const words = commandWords(argv);
  const code =
    words.length === 0 ? runBare(argv, host, output) : runCommand(argv, words, host, output);
  try {
    return await code;
  } finally {
    await output.flush();
  }
}

/** No command: help, version, or the full-screen console. */
async function runBare(argv: readonly string[], host: Host, output: Output): Promise<number> {
  const parsed = parseCommandLine(argv, []);
  if (!parsed.ok) {
    output.usage(parsed.problem);
    return exitCodes.usage;
  }
  const global = globalOptions(parsed.values);
  if (global.version) {
    output.out(host.version());
    return exitCodes.ok;
  }
  const context: CommandContext = { global, values: {}, positionals: [], host, output };
  if (global.help) return (await import('./run-help.ts')).runHelp(context);
  const [first] = parsed.positionals;
  if (first !== undefined) {
    output.usage({ what: 'the command comes before its flags', where: first, next: 'see --help' });
    return exitCodes.usage;
  }
  if (global.json) {
    output.usage({ what: 'the console has no JSON', where: '--json', next: 'use status --json' });
    return exitCodes.usage;
  }
  return (await import('./start.ts')).startConsole(context);
}

async function runCommand(
  argv: readonly string[],
  words: readonly string[],
  host: Host,
  output: Output,
): Promise<number> {
  const { allCommands, findCommand } = await import('./commands.ts');
  const command = await findCommand(words);
  const parsed = parseCommandLine(argv, command?.flags ?? []);
  const global = parsed.ok ? globalOptions(parsed.values, command?.flags) : undefined;
  if (global?.version) {
    output.out(host.version());
    return exitCodes.ok;
  }
  if (!command || global?.help) {
    const { runHelp, unknownCommand } = await import('./run-help.ts');
    if (global?.help) {
      return runHelp({ global, values: {}, positionals: words.slice(0, 2), host, output });
    }
    output.usage(unknownCommand(words, await allCommands()));
    return exitCodes.usage;
  }
  if (!parsed.ok || !global) {
    if (!parsed.ok) output.usage(parsed.problem);
    return exitCodes.usage;
  }
  const positionals = parsed.positionals.slice(command.words.length);
  const problem = operandProblem(command, positionals);
  if (problem) {
    output.usage(problem);
    return exitCodes.usage;
  }
  const { values } = parsed;
  const own = Object.fromEntries(command.flags.map((flag) => [flag.name, values[flag.name]]));
  return command.run({ global, values: own, positionals, host, output });
}

function operandProblem(command: Command, positionals: readonly string[]) {
  const form = `homelab-tui ${[...command.words, command.operands].filter(Boolean).join(' ')}`;
  if (positionals.length < (command.minimum ?? 0)) {
    return { what: `${command.operands ?? 'an argument'} is missing`, next: `write ${form}` };
  }
  const extra = positionals[command.maximum ?? 0];
  return extra === undefined
    ? undefined
    : { what: 'this is one word too many', where: extra, next: `write ${form}` };
}
