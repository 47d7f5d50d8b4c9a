/** One configured site, that is one PVE cluster or stand-alone node: the `id` in `homelab.yaml`, `^[a-z0-9][a-z0-9-]{0,31}$`. */
export type SiteId = string & { readonly __site: unique symbol };
/** Whose API is spoken to. */
export type Product = 'pve' | 'pbs';

/** The command that shows a server's certificate on the server itself. */
export const certificateCommand: Readonly<Record<Product, string>> = {
  pve: 'pvenode cert info',
  pbs: 'proxmox-backup-manager cert info',
};

const pattern = /^[a-z0-9][a-z0-9_-]{0,31}$/i;

export function isSiteId(text: string): text is SiteId {
  return pattern.test(text);
}
