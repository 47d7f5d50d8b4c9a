/** A host as `ssh` takes it: a name, an alias of `~/.ssh/config` or an address. */
export interface SshAddress {
  readonly user?: string;
  readonly host: string;
  readonly port?: number;
}

// A leading hyphen would be read as an option, the rest could reach a shell through a ProxyCommand.
const host = /^(?!-)[A-Za-z0-9_.:%-]{1,255}$/;
const user = /^(?!-)[^\s'"`$;&<>|(){}:\u0000-\u001f\u007f]{1,64}(?<!\\)$/;

/** May it stand as a user name on ssh's command line? */
export function isSshUser(text: string): boolean {
  return user.test(text);
}

/** `host`, `user@host:port`, `user@[fe80::1]:port` or `ssh://…`; undefined = not a host, or one that is not safe to pass on. */
export function parseSshAddress(text: string): SshAddress | undefined {
  const bare = text.replace(/^ssh:\/\//i, '').replace(/\/$/, '');
  const at = bare.lastIndexOf('@');
  const name = at < 0 ? undefined : bare.slice(0, at);
  if (name !== undefined && !isSshUser(name)) return undefined;
  const place = splitPort(bare.slice(at + 1));
  if (!place || !host.test(place.host)) return undefined;
  return { ...(name === undefined ? {} : { user: name }), ...place };
}

function splitPort(text: string): { host: string; port?: number } | undefined {
  const bracketed = /^\[([^\]]+)\](?::(\d{1,5}))?$/.exec(text);
  // More than one colon and no brackets: an IPv6 address without a port.
  const plain =
    /^([^:[\]]+)(?::(\d{1,5}))?$/.exec(text) ?? /^([^[\]]*:[^[\]]*:[^[\]]*)$/.exec(text);
  const found = bracketed ?? plain;
  const [, name = '', digits] = found ?? [];
  if (name === '') return undefined;
  if (digits === undefined) return { host: name };
  const port = Number(digits);
  return port >= 1 && port <= 65_535 ? { host: name, port } : undefined;
}

/** `root@pve1:2222` */
export function sshAddressText(address: SshAddress): string {
  const { user: name, host: place, port } = address;
  const shown = place.includes(':') && port !== undefined ? `[${place}]` : place;
  return `${name === undefined ? '' : `${name}@`}${shown}${port === undefined ? '' : `:${port}`}`;
}
