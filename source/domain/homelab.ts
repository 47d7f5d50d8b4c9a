import type { PbsId } from './pbs.ts';
import type { Product, SiteId } from './site.ts';

/** A reference to a secret: `env:NAME`, `file:PATH`, `keyring:SERVICE/ACCOUNT`, or an argv for `cmd:`. Never the secret itself. */
export type SecretReference =
  | { readonly from: 'env'; readonly name: string }
  | { readonly from: 'file'; readonly path: string }
  | { readonly from: 'cmd'; readonly argv: readonly string[] }
  | { readonly from: 'keyring'; readonly service: string; readonly account: string };

/** An API token (`user@realm!tokenid` and its secret) or a user with a password (`user@realm`). */
export type PveAuth =
  | { readonly kind: 'token'; readonly token: string; readonly secret: SecretReference }
  | { readonly kind: 'user'; readonly user: string; readonly password: SecretReference };

/** What vouches for the certificate; `ask` = trust on first use, by showing the fingerprint. */
export type TlsTrust =
  | { readonly kind: 'fingerprint'; readonly fingerprint: string }
  | { readonly kind: 'ca'; readonly path: string }
  | { readonly kind: 'system' }
  | { readonly kind: 'ask' };

/** What is needed to log in to one API and to trust it. */
export interface ApiOwner {
  readonly id: SiteId;
  /** `https://host:port`, in failover order, all of one cluster. */
  readonly endpoints: readonly string[];
  readonly auth: PveAuth;
  readonly tls: TlsTrust;
}

export interface PveSiteConfig extends ApiOwner {
  /** `http://host:port` of spiceproxy as this machine reaches it; default: the endpoint's host, port 3128. */
  readonly spiceProxy?: string;
  /** How the site's nodes and guests are reached over SSH; absent = by their addresses and `~/.ssh/config`. */
  readonly ssh?: SiteSsh;
  /** Proxmox Backup Servers that keep the site's backups. */
  readonly pbs?: readonly PbsServerConfig[];
}

/** One Proxmox Backup Server: it has a single endpoint. Logged in to and trusted as a site is. */
export interface PbsServerConfig extends ApiOwner {
  readonly id: PbsId;
  /** The site it belongs to. */
  readonly site: SiteId;
  /** Datastores to look at; absent = all that the login may see. */
  readonly datastores?: readonly string[];
  /** Namespaces to look at, `''` = the root; absent = all that the login may see. */
  readonly namespaces?: readonly string[];
}

/** The `ssh:` part of a site. */
export interface SiteSsh {
  /** Who logs in on the nodes; absent = as `~/.ssh/config` says. */
  readonly user?: string;
  /** Node → alias, address or `user@host:port`. */
  readonly hosts?: Readonly<Record<string, string>>;
  /** VMID → alias, address or `user@host:port`. */
  readonly guests?: Readonly<Record<string, string>>;
  /** Read in place of `~/.ssh/config`. */
  readonly config?: string;
  /** Takes the place of `~/.ssh/known_hosts`. */
  readonly knownHosts?: string;
  /** Private key to log in with. */
  readonly identityFile?: string;
}

/** `homelab.yaml`, checked. */
export interface Homelab {
  readonly version: 1;
  readonly sites: readonly PveSiteConfig[];
  /** Action ids that are off unless listed here (confirmation level 4: node reboot and shutdown). */
  readonly allow?: readonly string[];
  /** No request but GET may leave the process, as with `--read-only`. */
  readonly readOnly?: boolean;
}

/** Every API of the homelab, in the order of the file: each site's Proxmox VE, then its Proxmox Backup Servers. */
export function apiOwners(
  homelab: Homelab,
): readonly { readonly product: Product; readonly owner: ApiOwner }[] {
  return homelab.sites.flatMap((site) => [
    { product: 'pve' as const, owner: site },
    ...(site.pbs ?? []).map((owner) => ({ product: 'pbs' as const, owner })),
  ]);
}
