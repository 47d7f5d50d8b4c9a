import type { World } from '../world.ts';
import type { BackupGroup, BackupSnapshot } from './model.ts';

/** A file (its bytes), a folder, or an archive or partition that is opened like one. */
export interface TreeNode {
  readonly name: string;
  /** As the listing tells it: `d` folder, `f` file, `l` link, `v` virtual. */
  readonly kind: 'd' | 'f' | 'l' | 'v';
  readonly content?: string;
  readonly mtime?: number;
  readonly children?: readonly TreeNode[];
}

/** Names in one folder that try to leave it, or the terminal; only where the whole homelab is hostile. */
const hostileNames: readonly string[] = [
  '..\\..\\autoexec.bat',
  '-rf',
  'two\nlines',
  '\u001b[2Jcleared',
  '\u202Egnp.exe',
  'con\u200Bfig.php',
  'n'.repeat(240),
  'CON',
  '.bashrc',
  '$(reboot)',
  'a;b|c',
];

function file(name: string, content: string, mtime: number): TreeNode {
  return { name, kind: 'f', content, mtime };
}

function folder(name: string, mtime: number, children: readonly TreeNode[]): TreeNode {
  return { name, kind: 'd', mtime, children };
}

function rootFiles(host: string, time: number, hostile: boolean): TreeNode[] {
  const old = time - 86_400 * 9;
  const etc = folder('etc', old, [
    file('hostname', `${host}\n`, old),
    file('hosts', `127.0.0.1 localhost\n127.0.1.1 ${host}\n`, old),
    file('fstab', '/dev/sda1 / ext4 errors=remount-ro 0 1\n', old),
    folder('nginx', old, [file('nginx.conf', 'worker_processes auto;\nevents {}\n', old)]),
    folder('ssh', old, [file('sshd_config', 'PermitRootLogin prohibit-password\n', old)]),
    { name: 'localtime', kind: 'l', mtime: old },
  ]);
  const data = folder('srv', time - 3600, [
    folder('app', time - 3600, [
      file('config.php', `<?php\n$CONFIG = ['instanceid' => '${host}'];\n`, time - 3600),
      file('README.md', `# ${host}\n\nWhat runs here.\n`, old),
      file('empty', '', old),
    ]),
    folder('many', old, [
      ...Array.from({ length: 300 }, (_, index) =>
        file(`record-${String(index).padStart(3, '0')}.json`, `{"n":${index}}\n`, old),
      ),
    ]),
    ...(hostile
      ? [
          folder(
            'hostile',
            old,
            hostileNames.map((name) => file(name, 'x\n', old)),
          ),
        ]
      : []),
  ]);
  const home = folder('home', old, [
    folder('admin', old, [
      file('.profile', 'umask 027\n', old),
      file('notes.txt', 'Remember the milk.\n', time - 7200),
      file('Ünïcode – 家.txt', 'ok\n', old),
    ]),
  ]);
  const log = folder('var', time, [
    folder('log', time, [file('syslog', `${host} kernel: booted\n`.repeat(4000), time)]),
  ]);
  return [etc, home, data, log];
}

/** What can be opened in a snapshot: archives of files, or disks with partitions. */
export function backupTree(
  world: World,
  group: BackupGroup,
  snapshot: BackupSnapshot,
  archives: readonly string[],
): TreeNode {
  const guest = world.pbs.guests.find(({ vmid }) => String(vmid) === group.id);
  const hostile = world.pbs.guests.some(({ vmid }) => vmid === 300);
  const named = String(guest?.config.hostname ?? guest?.config.name ?? group.id);
  const host = named.replace(/[^A-Za-z0-9.-]/g, '').slice(0, 60) || group.id;
  const inside = rootFiles(host, snapshot.time, hostile);
  const children = archives.map((name): TreeNode => {
    if (name.endsWith('.pxar.didx')) return { name, kind: 'v', children: inside };
    const parts = [
      { name: '1', kind: 'v' as const, children: [] },
      { name: '2', kind: 'v' as const, children: inside },
    ];
    return { name, kind: 'v', children: [{ name: 'part', kind: 'v', children: parts }] };
  });
  return { name: '', kind: 'd', children };
}

/** `/` or the base64 of a path; undefined = neither. */
export function decodePath(text: string): string[] | undefined {
  if (text === '/' || text === '') return [];
  if (!/^[A-Za-z0-9+/]+=*$/.test(text)) return undefined;
  return Buffer.from(text, 'base64').toString('utf8').split('/').filter(Boolean);
}

export function encodePath(parts: readonly string[]): string {
  return Buffer.from(`/${parts.join('/')}`, 'utf8').toString('base64');
}

export function nodeAt(tree: TreeNode, path: readonly string[]): TreeNode | undefined {
  let at: TreeNode | undefined = tree;
  for (const part of path) at = at?.children?.find(({ name }) => name === part);
  return at;
}

/** The rows of one folder; undefined when it is none. */
export function listing(
  tree: TreeNode,
  path: readonly string[],
): Record<string, unknown>[] | undefined {
  const node = nodeAt(tree, path);
  if (!node) return undefined;
  // Asked for a file, the answer is the file itself.
  const nodes = node.children ?? [node];
  const above = node.children ? path : path.slice(0, -1);
  return nodes.map(({ name, kind, content, mtime, children }) => ({
    filepath: encodePath([...above, name]),
    text: name,
    type: kind,
    leaf: children === undefined,
    ...(content === undefined ? {} : { size: Buffer.byteLength(content) }),
    ...(mtime === undefined ? {} : { mtime }),
  }));
}
