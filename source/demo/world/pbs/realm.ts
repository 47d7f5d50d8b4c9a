import type { World } from '../world.ts';
import type { PbsHost } from './host.ts';
import { PbsMirror } from './mirror.ts';

/** All backup servers of a world, by name. */
export class PbsRealm {
  readonly hosts: ReadonlyMap<string, PbsHost>;
  readonly #mirror: PbsMirror;

  constructor(world: World, hosts: readonly PbsHost[]) {
    this.hosts = new Map(hosts.map((host) => [host.name, host]));
    this.#mirror = new PbsMirror(world, this.hosts);
  }

  host(name: string): PbsHost {
    const host = this.hosts.get(name);
    if (!host) throw new Error(`the demo homelab has no backup server ${name}`);
    return host;
  }

  /** Makes the volumes that PVE lists the same as the snapshots here. */
  reconcile(): void {
    this.#mirror.reconcile();
  }
}
