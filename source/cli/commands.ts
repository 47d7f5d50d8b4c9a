import { healthRules } from '../domain/health.ts';
import type { Command } from './command.ts';
import type { Flag } from './flags.ts';
import type { ListName } from './list-rows.ts';

const filterFlag: Flag = {
  name: 'filter',
  kind: 'text',
  placeholder: 'TEXT',
  help: 'words that must be there; tag: node: status: type: pool: site: look in one place, older:30d newer:12h compare ages, ! inverts',
};

function listCommand(name: ListName, summary: string, keys: string): Command {
  return {
    words: [name, 'list'],
    summary,
    details: [
      'A value that was not told is ? here and null in JSON; – stands where there can be none.',
      `Keys of --json: ${keys}.`,
      'A site that does not answer is told on standard error and makes the exit code 3; the others are printed.',
    ],
    flags: [filterFlag],
    run: async (context) => (await import('./list.ts')).runList(name, context),
  };
}

/** Every command that is not made from an action. Each loads its code when it runs. */
export const plainCommands: readonly Command[] = [
  {
    words: ['status'],
    summary: 'Tells whether the homelab is well, with an exit code for monitoring.',
    details: [
      ...healthRules,
      'The worst one decides: critical, then unknown, then warning, then ok.',
      'Unknown outranks a warning because what did not answer may hide something critical.',
      'Exit codes: 0 ok, 1 warning, 2 critical, 3 unknown, 64 wrong command line or configuration.',
      'Keys of --json: level, exitCode, checkedAt, sites, findings.',
    ],
    flags: [{ name: 'brief', kind: 'boolean', help: 'one line only' }],
    run: async (context) => (await import('./status.ts')).runStatus(context),
  },
  listCommand(
    'nodes',
    'Lists the nodes.',
    'site, node, status, cpu, maxcpu, mem, maxmem, disk, maxdisk, uptime, hastate',
  ),
  listCommand(
    'guests',
    'Lists the guests, VMs and containers alike.',
    'site, vmid, type, name, node, status, template, tags, pool, lock, hastate, cpu, maxcpu, mem, maxmem, disk, maxdisk, uptime',
  ),
  listCommand(
    'storage',
    'Lists the storages of each node.',
    'site, node, storage, status, plugintype, shared, content, disk, maxdisk',
  ),
  listCommand(
    'tasks',
    'Lists running and recent tasks, newest first.',
    'site, upid, node, type, id, user, starttime, endtime, status, outcome',
  ),
  {
    words: ['snapshots', 'list'],
    summary: 'Lists the snapshots of all guests, oldest first.',
    details: [
      'Every guest is asked, at most 8 at a time. --filter older:30d finds the old ones (h d w m y).',
      'Delete them with: homelab-tui snapshot delete GUEST/SNAPSHOT...',
      'Exit codes: 0 all guests read, 3 some were not, 64 wrong command line or configuration.',
      'Keys of --json: site, vmid, type, name, node, snapname, parent, depth, snaptime, vmstate, ramsize, snapstate, description.',
    ],
    flags: [filterFlag],
    run: async (context) => (await import('./snapshot-list.ts')).runSnapshotList(context),
  },
  {
    words: ['spice'],
    operands: 'GUEST',
    minimum: 1,
    maximum: 1,
    summary: 'Opens the SPICE desktop of a VM or the text console of a container.',
    details: [
      'GUEST is a VMID or a name that only one guest has. A stopped guest is started first.',
      'From another machine: ssh laptop homelab-tui spice win11 --vv | remote-viewer -',
    ],
    flags: [
      {
        name: 'vv',
        kind: 'boolean',
        help: 'write the settings to standard output instead of opening a viewer here; valid for 30 s',
      },
    ],
    run: async (context) => (await import('./spice.ts')).runSpice(context),
  },
  {
    words: ['actions'],
    summary: 'Lists every action with its key, effect, confirmation level and privileges.',
    details: [
      'Keys of --json: id, scope, key, menu, title, summary, effect, confirmation, batch, fields, privileges.',
    ],
    flags: [],
    run: async (context) => (await import('./registry-json.ts')).runActions(context),
  },
  {
    words: ['config', 'check'],
    summary: 'Checks homelab.yaml and its secrets without the network.',
    flags: [],
    run: async (context) => (await import('./config-command.ts')).runConfigCheck(context),
  },
  {
    words: ['trust', 'list'],
    summary: 'Lists the certificates that were accepted.',
    flags: [],
    run: async (context) => (await import('./trust-command.ts')).runTrustList(context),
  },
  {
    words: ['trust', 'replace'],
    operands: 'ENDPOINT',
    minimum: 1,
    maximum: 1,
    summary: 'Accepts the certificate that an endpoint presents now, after it changed.',
    details: ['Compare the fingerprint with the node itself first: pvenode cert info'],
    flags: [
      {
        name: 'confirm',
        kind: 'text',
        placeholder: 'HOST',
        help: 'the host of the endpoint; without it both fingerprints are only shown',
      },
    ],
    run: async (context) => (await import('./trust-command.ts')).runTrustReplace(context),
  },
  {
    words: ['demo'],
    summary: 'Runs the embedded homelab in the foreground for other clients.',
    details: ['It listens on 127.0.0.1 only and ends with ctrl-c.'],
    flags: [
      {
        name: 'port',
        kind: 'integer',
        placeholder: 'N',
        help: 'port of the first node; the others take the next ones',
        min: 1,
        max: 65_000,
      },
    ],
    run: async (context) => (await import('./demo.ts')).runDemo(context),
  },
  {
    words: ['completion'],
    operands: 'bash|zsh|fish',
    minimum: 1,
    maximum: 1,
    summary: 'Prints the completion script of a shell.',
    flags: [],
    completes: ['bash', 'zsh', 'fish'],
    run: async (context) => {
      const [{ runCompletion }, commands] = await Promise.all([
        import('./completion.ts'),
        allCommands(),
      ]);
      return runCompletion(context, commands);
    },
  },
  {
    words: ['help'],
    operands: '[COMMAND]',
    maximum: 2,
    summary: 'Explains a command.',
    flags: [],
    run: async (context) => (await import('./run-help.ts')).runHelp(context),
  },
];

const scopes: readonly string[] = ['guest', 'node', 'service', 'task', 'snapshot'];

/** All commands, those of the registry included. */
export async function allCommands(): Promise<readonly Command[]> {
  const { actionCommands } = await import('./action-commands.ts');
  return [...plainCommands, ...actionCommands()];
}

/** The command that the words begin with. The registry is loaded only for its own scopes. */
export async function findCommand(words: readonly string[]): Promise<Command | undefined> {
  const matches = (command: Command) => command.words.every((word, index) => words[index] === word);
  const [first] = words;
  if (first !== undefined && scopes.includes(first)) return (await allCommands()).find(matches);
  return plainCommands.find(matches);
}
