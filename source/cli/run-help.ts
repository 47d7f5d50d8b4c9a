import { nearest } from '../config/homelab-problem.ts';
import type { UsageProblem } from './arguments.ts';
import type { Command, CommandContext } from './command.ts';
import { allCommands, findCommand } from './commands.ts';
import { exitCodes } from './exit-codes.ts';
import { commandHelp, programHelp } from './help.ts';

/** Words that name no command: what they may have meant. */
export function unknownCommand(
  words: readonly string[],
  commands: readonly Command[],
): UsageProblem {
  const text = words.slice(0, 2).join(' ');
  const [first = '', second] = words;
  const group = commands.filter((command) => command.words[0] === first);
  if (group.length > 0) {
    const verbs = group.flatMap((command) => command.words[1] ?? []);
    const near = second === undefined ? undefined : nearest(second, verbs);
    return {
      what: second === undefined ? 'this command needs a second word' : 'there is no such command',
      where: text,
      next: near ? `did you mean ${first} ${near}?` : `use ${first} with: ${verbs.join(', ')}`,
    };
  }
  const near = nearest(first, [...new Set(commands.map((command) => command.words[0] ?? ''))]);
  return {
    what: 'there is no such command',
    where: text,
    next: near ? `did you mean ${near}?` : 'see homelab-tui --help',
  };
}

/** `help [COMMAND]` and `--help`. */
export async function runHelp({ positionals, output }: CommandContext): Promise<number> {
  const commands = await allCommands();
  if (positionals.length === 0) {
    output.out(programHelp(commands));
    return exitCodes.ok;
  }
  const command = await findCommand(positionals);
  if (command) {
    output.out(commandHelp(command));
    return exitCodes.ok;
  }
  const group = commands.filter((each) => each.words[0] === positionals[0]);
  if (group.length > 0 && positionals.length === 1) {
    output.out(programHelp(group));
    return exitCodes.ok;
  }
  output.usage(unknownCommand(positionals, commands));
  return exitCodes.usage;
}
