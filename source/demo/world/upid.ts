/** Who does something: a user, or one of the user's API tokens. */
export interface AuthId {
  /** `root@pam` */
  readonly user: string;
  readonly token?: string;
}

/** `root@pam` or `root@pam!demo` */
export function authIdText(auth: AuthId): string {
  return auth.token === undefined ? auth.user : `${auth.user}!${auth.token}`;
}

function hex(value: number, width: number): string {
  return value.toString(16).toUpperCase().padStart(width, '0');
}

/** A PVE task id; `pstart` is the worker's start in clock ticks (1/100 s) since the node booted. */
export function formatUpid(parts: {
  readonly node: string;
  readonly pid: number;
  readonly pstart: number;
  readonly starttime: number;
  readonly type: string;
  readonly id: string;
  readonly auth: AuthId;
}): string {
  const { node, pid, pstart, starttime, type, id, auth } = parts;
  return `UPID:${node}:${hex(pid, 8)}:${hex(pstart, 8)}:${hex(starttime, 8)}:${type}:${id}:${authIdText(auth)}:`;
}

const upidPattern =
  /^UPID:([a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?):([0-9A-Fa-f]{8}):([0-9A-Fa-f]{8,9}):([0-9A-Fa-f]{8}):([^:\s/]+):([^:\s/]*):([^:\s/]+):$/;

/** The node a task id names, or undefined when the text is no task id. */
export function upidNode(text: string): string | undefined {
  return upidPattern.exec(text)?.[1];
}
