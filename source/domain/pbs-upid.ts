/**
 * The parts of a Proxmox Backup Server UPID, which has one field more than Proxmox VE's:
 * `UPID:NODE:PID:PSTART:TASKID:STARTTIME:TYPE:ID:AUTHID:`. `starttime` in seconds since the epoch.
 */
export interface PbsUpid {
  readonly upid: string;
  readonly node: string;
  readonly pid: number;
  readonly pstart: number;
  readonly taskId: number;
  readonly starttime: number;
  /** `verificationjob`, `backup`, `garbage_collection` … */
  readonly type: string;
  /** Unescaped: `main:vm/100`, `main`, or empty. */
  readonly id: string;
  readonly user: string;
  readonly tokenid?: string;
}

const pattern =
  /^UPID:([a-zA-Z0-9](?:[a-zA-Z0-9.-]*[a-zA-Z0-9])?):([0-9A-Fa-f]{8}):([0-9A-Fa-f]{8,9}):([0-9A-Fa-f]{8,16}):([0-9A-Fa-f]{8}):([^:\s/]+):([^:\s]*):([^:\s]+):$/;

/** Parses a PBS UPID; undefined when the text is none: a PVE UPID is none either. */
export function parsePbsUpid(text: unknown): PbsUpid | undefined {
  const match = typeof text === 'string' ? pattern.exec(text) : null;
  if (!match) return undefined;
  const [upid = '', node = '', pid = '', pstart = '', task = '', start = '', type = '', id = ''] =
    match;
  const auth = match[8] ?? '';
  const cut = auth.indexOf('!');
  return {
    upid,
    node,
    pid: Number.parseInt(pid, 16),
    pstart: Number.parseInt(pstart, 16),
    taskId: Number.parseInt(task, 16),
    starttime: Number.parseInt(start, 16),
    type,
    id: unescapeUnit(id),
    user: cut < 0 ? auth : auth.slice(0, cut),
    ...(cut < 0 ? {} : { tokenid: auth.slice(cut + 1) }),
  };
}

/** Undoes systemd's escaping of unit names: `-` stands for `/`, `\x3a` for `:`. */
export function unescapeUnit(text: string): string {
  if (!text.includes('-') && !text.includes('\\')) return text;
  const bytes: number[] = [];
  const source = new TextEncoder().encode(text);
  for (let index = 0; index < source.length; index += 1) {
    const byte = source[index] ?? 0;
    const hex = byte === 0x5c ? escaped(source, index) : undefined;
    if (hex !== undefined) {
      bytes.push(hex);
      index += 3;
    } else bytes.push(byte === 0x2d ? 0x2f : byte);
  }
  return new TextDecoder().decode(new Uint8Array(bytes));
}

function escaped(source: Uint8Array, at: number): number | undefined {
  const text = String.fromCharCode(...source.subarray(at, at + 4));
  return /^\\x[0-9a-fA-F]{2}$/.test(text) ? Number.parseInt(text.slice(2), 16) : undefined;
}

const onStore = /^(?:backup|reader|garbage_collection|prune|prunejob|verif.*)$/;
const storeName = /^[A-Za-z0-9_][A-Za-z0-9._-]*$/;

/**
 * The datastore a task worked on: its id begins with it (`main`, `main:vm/100`, `main:nightly`), but for a sync job, where it
 * is the third part (`remote:theirs:main:ns:job`). Undefined for tasks of other kinds.
 */
export function storeOfTask({ type, id }: Pick<PbsUpid, 'type' | 'id'>): string | undefined {
  const parts = id.split(':');
  const name = type === 'syncjob' ? parts[2] : onStore.test(type) ? parts[0] : undefined;
  return name !== undefined && storeName.test(name) ? name : undefined;
}
