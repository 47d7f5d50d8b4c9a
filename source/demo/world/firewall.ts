/** A rule, or a set of options, by PVE's parameter names. */
export type FirewallRecord = Record<string, string | number>;

export interface FirewallEntryState {
  readonly cidr: string;
  readonly nomatch?: 1;
  readonly comment?: string;
}

export interface FirewallSetState {
  readonly comment?: string;
  /** Newest first. */
  readonly entries: readonly FirewallEntryState[];
}

export interface FirewallAliasState {
  readonly name: string;
  readonly cidr: string;
  readonly comment?: string;
}

/** One file of /etc/pve/firewall. Its parts are replaced, never edited. */
export interface FirewallFile {
  options: Readonly<FirewallRecord>;
  rules: readonly Readonly<FirewallRecord>[];
  /** By name in lower case. */
  aliases: Readonly<Record<string, FirewallAliasState>>;
  sets: Readonly<Record<string, FirewallSetState>>;
}

export interface ClusterFirewallFile extends FirewallFile {
  readonly groups: Readonly<
    Record<string, { readonly comment?: string; readonly rules: readonly FirewallRecord[] }>
  >;
}

/** A line of /var/log/pve-firewall.log on one node. */
export interface FirewallLogLine {
  readonly node: string;
  readonly vmid: number;
  readonly text: string;
}

export interface FirewallParts {
  readonly cluster?: Partial<ClusterFirewallFile>;
  readonly guests?: Readonly<Record<number, Partial<FirewallFile>>>;
  readonly log?: readonly FirewallLogLine[];
}

function file(parts: Partial<FirewallFile> = {}): FirewallFile {
  return { options: {}, rules: [], aliases: {}, sets: {}, ...parts };
}

/** Every firewall of the cluster; a guest without a file has nothing set. */
export class Firewalls {
  readonly cluster: ClusterFirewallFile;
  readonly log: FirewallLogLine[];
  readonly #guests: Map<number, FirewallFile>;

  constructor(parts: FirewallParts = {}) {
    this.cluster = { groups: {}, ...parts.cluster, ...file(parts.cluster) };
    this.log = [...(parts.log ?? [])];
    this.#guests = new Map(
      Object.entries(parts.guests ?? {}).map(([vmid, each]) => [Number(vmid), file(each)]),
    );
  }

  /** The file of a guest, made when it is not there yet. */
  of(vmid: number): FirewallFile {
    const found = this.#guests.get(vmid) ?? file();
    this.#guests.set(vmid, found);
    return found;
  }

  /** Goes with its guest. */
  forget(vmid: number): void {
    this.#guests.delete(vmid);
  }

  /** A clone has the rules of its original. */
  copy(from: number, to: number): void {
    const found = this.#guests.get(from);
    if (found) this.#guests.set(to, { ...found });
  }
}
