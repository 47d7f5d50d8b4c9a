import type { SafeText } from './safe-text.ts';

/**
 * One rule of a firewall, in the order in which rules are asked. A rule without `enable` is off, whatever a form's default
 * may be (PVE's own reading).
 */
export interface FirewallRule {
  /** From 0; the only name a rule has, and another rule's as soon as somebody inserts one above. */
  readonly pos: number;
  /** `in`, `out`, `forward`, `group` */
  readonly type: SafeText;
  /** `ACCEPT`, `DROP`, `REJECT`, or the name of a security group. */
  readonly action: SafeText;
  readonly enable: boolean;
  readonly macro?: SafeText;
  readonly iface?: SafeText;
  readonly source?: SafeText;
  readonly dest?: SafeText;
  readonly proto?: SafeText;
  readonly sport?: SafeText;
  readonly dport?: SafeText;
  readonly icmpType?: SafeText;
  readonly log?: SafeText;
  readonly comment?: SafeText;
  /** Proxmox skips the rule: why, in its own words. */
  readonly errors?: readonly SafeText[];
  /** The same by Proxmox's parameter names, exactly as it has them: for comparing and for writing back. */
  readonly raw: Readonly<Record<string, string>>;
}

/** `digest` is that of the whole list; an empty list has none. */
export interface FirewallRules {
  readonly rules: readonly FirewallRule[];
  readonly digest?: string;
}

/** Switches by Proxmox's names as they are set; what is not named is at its default. */
export interface FirewallOptions {
  readonly values: Readonly<Record<string, SafeText>>;
  readonly digest?: string;
}

export interface FirewallAlias {
  readonly name: SafeText;
  readonly cidr: SafeText;
  readonly comment?: SafeText;
}

export interface FirewallEntry {
  /** An address, a network, or the name of an alias. */
  readonly cidr: SafeText;
  /** Excluded from a larger network of the same set. */
  readonly nomatch: boolean;
  readonly comment?: SafeText;
}

export interface FirewallSet {
  readonly name: SafeText;
  readonly comment?: SafeText;
  /** undefined = they could not be read. */
  readonly entries?: readonly FirewallEntry[];
  /** Of its entries. */
  readonly digest?: string;
}

/** The names for addresses that one place defines. */
export interface FirewallNames {
  readonly aliases: readonly FirewallAlias[];
  readonly aliasDigest?: string;
  readonly sets: readonly FirewallSet[];
}

/** A name that a rule may use for source or destination. */
export interface FirewallRef {
  /** `alias`, `ipset` */
  readonly type: SafeText;
  /** `dc` of the datacenter, `guest` its own, `sdn` */
  readonly scope?: SafeText;
  readonly name: SafeText;
  /** As it is written into a rule: `+guest/admins`, `dc/router`. */
  readonly ref: SafeText;
  readonly comment?: SafeText;
}

export interface FirewallMacro {
  readonly macro: SafeText;
  readonly description?: SafeText;
}

/** Rules of the datacenter under one name. */
export interface FirewallGroup {
  readonly group: SafeText;
  readonly comment?: SafeText;
}

/** Lines of a firewall's log from the beginning of its file; `next` is the first that was not read. */
export interface FirewallLog {
  readonly lines: readonly SafeText[];
  readonly next: number;
  /** Lines there were, when it was told. A rotated file begins anew. */
  readonly total?: number;
}

/** What an option is while nobody set it; the web interface and the firewall's own code agree on these. */
export const firewallDefaults: Readonly<Record<string, string>> = {
  enable: '0',
  policy_in: 'DROP',
  policy_out: 'ACCEPT',
  dhcp: '1',
  ndp: '1',
  radv: '0',
  macfilter: '1',
  ipfilter: '0',
  log_level_in: 'nolog',
  log_level_out: 'nolog',
};

/** An option as it works now, its default where it is not set. */
export function firewallOption(options: FirewallOptions, name: string): string {
  return options.values[name] ?? firewallDefaults[name] ?? '';
}

/** A switch. The datacenter's `enable` may be a time instead of 1. */
export function firewallFlag(options: FirewallOptions, name: string): boolean {
  return Number(firewallOption(options, name)) > 0;
}

/** Is it still the same rule? Its place does not count. */
export function ruleText(rule: FirewallRule): string {
  const parts = Object.entries(rule.raw).sort(([a], [b]) => (a < b ? -1 : 1));
  return JSON.stringify(parts);
}
