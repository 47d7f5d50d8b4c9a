import type {
  FirewallGroup,
  FirewallLog,
  FirewallMacro,
  FirewallNames,
  FirewallOptions,
  FirewallRef,
  FirewallRules,
} from '../domain/firewall.ts';
import type { Result } from '../domain/result.ts';
import type { GuestAt } from './guest-api.ts';
import type { CallOptions, Started } from './types.ts';

/** Whose firewall: each place has the same tree of calls. */
export type FirewallPlace = { readonly kind: 'guest'; readonly guest: GuestAt };

/** Parameters of a rule by Proxmox's names. */
export type FirewallValues = Readonly<Record<string, string | number | boolean>>;

/** `delete` unsets; with the digest of what was read PVE refuses to change what somebody else changed meanwhile. */
export interface FirewallChange {
  readonly set?: FirewallValues;
  readonly delete?: readonly string[];
  readonly digest?: string;
}

/** Firewall calls (api.md 4.3). None starts a task. */
export interface FirewallApi {
  rules(place: FirewallPlace, options?: CallOptions): Promise<Result<FirewallRules>>;
  /** PVE puts it first, whatever `pos` says, and looks at no digest. */
  addRule(
    place: FirewallPlace,
    rule: FirewallValues,
    options?: CallOptions,
  ): Promise<Result<Started>>;
  setRule(
    place: FirewallPlace,
    pos: number,
    change: FirewallChange,
    options?: CallOptions,
  ): Promise<Result<Started>>;
  /** `to` = the place it has afterwards. */
  moveRule(
    place: FirewallPlace,
    pos: number,
    to: number,
    digest: string | undefined,
    options?: CallOptions,
  ): Promise<Result<Started>>;
  removeRule(
    place: FirewallPlace,
    pos: number,
    digest: string | undefined,
    options?: CallOptions,
  ): Promise<Result<Started>>;
  options(place: FirewallPlace, options?: CallOptions): Promise<Result<FirewallOptions>>;
  setOptions(
    place: FirewallPlace,
    change: FirewallChange,
    options?: CallOptions,
  ): Promise<Result<Started>>;
  /** Aliases, and IP sets with their entries; the entries of a set that cannot be read are absent. */
  names(place: FirewallPlace, options?: CallOptions): Promise<Result<FirewallNames>>;
  addAlias(
    place: FirewallPlace,
    alias: { readonly name: string; readonly cidr: string; readonly comment?: string },
    options?: CallOptions,
  ): Promise<Result<Started>>;
  /** Replaces the whole alias: a comment that is not given is gone. */
  setAlias(
    place: FirewallPlace,
    name: string,
    alias: {
      readonly cidr: string;
      readonly comment?: string;
      readonly rename?: string;
      readonly digest?: string;
    },
    options?: CallOptions,
  ): Promise<Result<Started>>;
  removeAlias(
    place: FirewallPlace,
    name: string,
    digest: string | undefined,
    options?: CallOptions,
  ): Promise<Result<Started>>;
  addSet(
    place: FirewallPlace,
    set: { readonly name: string; readonly comment?: string },
    options?: CallOptions,
  ): Promise<Result<Started>>;
  /** `force` removes its entries too. There is no digest for this. */
  removeSet(
    place: FirewallPlace,
    name: string,
    parameters?: { readonly force?: boolean },
    options?: CallOptions,
  ): Promise<Result<Started>>;
  addEntry(
    place: FirewallPlace,
    set: string,
    entry: { readonly cidr: string; readonly nomatch?: boolean; readonly comment?: string },
    options?: CallOptions,
  ): Promise<Result<Started>>;
  removeEntry(
    place: FirewallPlace,
    set: string,
    cidr: string,
    digest: string | undefined,
    options?: CallOptions,
  ): Promise<Result<Started>>;
  /** What rules of this place may name: its own and the datacenter's. */
  refs(place: FirewallPlace, options?: CallOptions): Promise<Result<readonly FirewallRef[]>>;
  /** At most `limit` lines from line `start` on. */
  log(
    place: FirewallPlace,
    page: { readonly start: number; readonly limit: number },
    options?: CallOptions,
  ): Promise<Result<FirewallLog>>;
  /** The datacenter's options: its `enable` switches every firewall of the cluster. */
  cluster(options?: CallOptions): Promise<Result<FirewallOptions>>;
  macros(options?: CallOptions): Promise<Result<readonly FirewallMacro[]>>;
  /** Security groups of the datacenter. */
  groups(options?: CallOptions): Promise<Result<readonly FirewallGroup[]>>;
}
