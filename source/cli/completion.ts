import type { Command, CommandContext } from './command.ts';
import { exitCodes } from './exit-codes.ts';
import { type Flag, globalFlags } from './flags.ts';

export const shells: readonly string[] = ['bash', 'zsh', 'fish'];

/** What may follow some words: the next words of commands, or flags. */
interface Step {
  readonly words: string;
  readonly next: readonly string[];
}

function flagNames(flags: readonly Flag[]): string[] {
  return flags.flatMap((flag) =>
    flag.negatable ? [`--${flag.name}`, `--no-${flag.name}`] : [`--${flag.name}`],
  );
}

function steps(commands: readonly Command[]): Step[] {
  const next = new Map<string, Set<string>>();
  const add = (words: readonly string[], more: readonly string[]) => {
    const key = words.join(' ');
    const known = next.get(key) ?? new Set<string>();
    for (const each of more) known.add(each);
    next.set(key, known);
  };
  for (const command of commands) {
    command.words.forEach((word, index) => {
      add(command.words.slice(0, index), [word]);
    });
    const choices = command.completes ?? [];
    add(command.words, [...choices, ...flagNames([...command.flags, ...globalFlags])]);
  }
  add([], flagNames(globalFlags));
  return [...next].map(([words, more]) => ({ words, next: [...more] }));
}

/** The flags that take a value, so that the word after them is not taken for a command. */
function valued(commands: readonly Command[]): string[] {
  const flags = [...globalFlags, ...commands.flatMap((command) => command.flags)];
  return [
    ...new Set(flags.filter((flag) => flag.kind !== 'boolean').map((flag) => `--${flag.name}`)),
  ];
}

const quoted = (words: readonly string[]) => words.join(' ');

function bash(commands: readonly Command[]): string {
  const cases = steps(commands).map(
    ({ words, next }) => `    '${words}') words='${quoted(next)}' ;;`,
  );
  return `# homelab-tui completion for bash: eval "$(homelab-tui completion bash)"
_homelab_tui() {
  local current="\${COMP_WORDS[COMP_CWORD]}" path='' words='' index word
  local most=''
  for ((index = 1; index < COMP_CWORD; index++)); do
    word="\${COMP_WORDS[index]}"
    case "$word" in
      ${valued(commands).join('|')}) ((index++)); continue ;;
      -*) continue ;;
    esac
    most="\${most:+$most }$word"
    if _homelab_tui_words "$most" && [ -n "$words" ]; then path="$most"; fi
  done
  _homelab_tui_words "$path"
  COMPREPLY=($(compgen -W "$words" -- "$current"))
}
_homelab_tui_words() {
  case "$1" in
${cases.join('\n')}
    *) words='' ;;
  esac
}
complete -F _homelab_tui -o default homelab-tui
`;
}

function zsh(commands: readonly Command[]): string {
  return `#compdef homelab-tui
# homelab-tui completion for zsh: eval "$(homelab-tui completion zsh)"
autoload -U +X bashcompinit && bashcompinit
${bash(commands)}`;
}

const single = (text: string) => `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;

function fishFlag(flag: Flag, condition: string): string[] {
  const base = `complete -c homelab-tui${condition}`;
  const help = ` -d ${single(flag.help)}`;
  const choices = flag.choices ? ` -xa ${single(flag.choices.join(' '))}` : '';
  const value = flag.kind === 'boolean' ? '' : choices || (flag.completes ? ' -rF' : ' -x');
  const short = flag.short ? ` -s ${flag.short}` : '';
  return [
    `${base} -l ${flag.name}${short}${value}${help}`,
    ...(flag.negatable ? [`${base} -l no-${flag.name}${help}`] : []),
  ];
}

function fish(commands: readonly Command[]): string {
  const lines = [
    '# homelab-tui completion for fish: homelab-tui completion fish | source',
    'complete -c homelab-tui -f',
  ];
  const firsts = new Set<string>();
  for (const flag of globalFlags) lines.push(...fishFlag(flag, ''));
  for (const command of commands) {
    const [first = '', second] = command.words;
    if (!firsts.has(first)) {
      firsts.add(first);
      const help = second === undefined ? command.summary : '';
      lines.push(`complete -c homelab-tui -n __fish_use_subcommand -a ${first} -d ${single(help)}`);
    }
    const inFirst = `__fish_seen_subcommand_from ${first}`;
    const inside =
      second === undefined ? inFirst : `${inFirst}; and __fish_seen_subcommand_from ${second}`;
    if (second !== undefined) {
      lines.push(
        `complete -c homelab-tui -n '${inFirst}; and test (count (commandline -opc)) -eq 2' -a ${second} -d ${single(command.summary)}`,
      );
    }
    for (const flag of command.flags) lines.push(...fishFlag(flag, ` -n '${inside}'`));
    if (command.completes) {
      lines.push(
        `complete -c homelab-tui -n '${inside}' -a ${single(command.completes.join(' '))}`,
      );
    }
  }
  return `${lines.join('\n')}\n`;
}

/** The script that teaches a shell the commands and flags. */
export function completionScript(shell: string, commands: readonly Command[]): string {
  if (shell === 'fish') return fish(commands);
  return shell === 'zsh' ? zsh(commands) : bash(commands);
}

/** `completion bash|zsh|fish` */
export function runCompletion(
  { positionals, output }: CommandContext,
  commands: readonly Command[],
): number {
  const [shell = ''] = positionals;
  if (!shells.includes(shell)) {
    output.usage({
      what: 'this shell is not known',
      where: shell || 'SHELL',
      next: `use ${shells.join(', ')}`,
    });
    return exitCodes.usage;
  }
  output.raw(completionScript(shell, commands));
  return exitCodes.ok;
}
