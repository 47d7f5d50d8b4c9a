import type { Accounts } from '../accounts.ts';
import type { GuestState } from '../model.ts';
import type { World } from '../world.ts';
import { createPbsAccounts } from './accounts.ts';
import type { PbsRealm } from './realm.ts';

/** A datastore before anybody looked: bytes. Once the realm is there, it knows. */
export interface StorePlan {
  readonly name: string;
  readonly total: number;
  readonly used: number;
}

export interface PbsHostPlan {
  readonly name: string;
  readonly ip: string;
  readonly stores: readonly StorePlan[];
}

export interface PbsPlan {
  readonly hosts: readonly PbsHostPlan[];
  /** Loads what fills the servers, which is long and rarely wanted. */
  readonly builder: () => Promise<(seat: PbsSeat) => PbsRealm>;
}

/** One backup server as the rest of the world knows it from the start. */
export interface PbsHostSeat extends PbsHostPlan {
  readonly accounts: Accounts;
  /** It accepts no connection. */
  down: boolean;
}

/** Where the backup servers stand. What is on them is made when somebody looks for the first time. */
export class PbsSeat {
  readonly world: World;
  readonly hosts: readonly PbsHostSeat[];
  /** The guests when the world began: those that the backups are of. */
  readonly guests: readonly GuestState[];
  /** When the world began, seconds: backups are as old as they would be had somebody looked then. */
  readonly bornAt: number;
  /** Changes what was made, before anybody sees it: for scenarios. */
  readonly adjustments: ((realm: PbsRealm) => void)[] = [];
  readonly #plan: PbsPlan | undefined;
  /** Whether each storage answered when somebody last looked. */
  readonly #wasUp = new Map<string, boolean>();
  #loading: Promise<PbsRealm> | undefined;
  #realm: PbsRealm | undefined;

  constructor(world: World, guests: readonly GuestState[], plan: PbsPlan | undefined) {
    this.world = world;
    this.guests = guests;
    this.bornAt = world.clock.seconds;
    this.#plan = plan;
    this.hosts = (plan?.hosts ?? []).map((host) => ({
      ...host,
      accounts: createPbsAccounts(),
      down: false,
    }));
  }

  /** What is on the servers, when it was made already. */
  get realm(): PbsRealm | undefined {
    return this.#realm;
  }

  /** What is on the servers; made by the first who asks. */
  load(): Promise<PbsRealm> {
    const plan = this.#plan;
    if (!plan) throw new Error('this homelab has no backup server');
    this.#loading ??= plan.builder().then((build) => {
      const realm = build(this);
      for (const adjust of this.adjustments) adjust(realm);
      this.#realm = realm;
      realm.reconcile();
      this.world.settle();
      return realm;
    });
    return this.#loading;
  }

  /** Makes both faces of the world tell the same about backups. */
  reconcile(): void {
    this.#realm?.reconcile();
    for (const storage of this.hosts.length === 0 ? [] : this.world.storages.values()) {
      if (storage.type !== 'pbs') continue;
      const { server, datastore = '' } = storage.settings;
      const up = this.usage(server, datastore) !== undefined;
      if (this.#wasUp.get(storage.storage) === up) continue;
      this.#wasUp.set(storage.storage, up);
      storage.inactiveOn.clear();
      for (const node of up ? [] : storage.nodes) storage.inactiveOn.add(node);
    }
  }

  host(name: string): PbsHostSeat {
    const host = this.hosts.find((one) => one.name === name);
    if (!host) throw new Error(`the demo homelab has no backup server ${name}`);
    return host;
  }

  /** The server that a storage of PVE names, by its address or name. */
  hostAt(address: string | undefined): PbsHostSeat | undefined {
    return this.hosts.find(({ ip, name }) => ip === address || name === address);
  }

  /** A datastore's bytes as a client sees them; undefined when it cannot be reached. */
  usage(address: string | undefined, store: string): { total: number; used: number } | undefined {
    const host = this.hostAt(address);
    if (!host || host.down) return undefined;
    if (this.#realm) return this.#realm.host(host.name).usage(store);
    return host.stores.find(({ name }) => name === store);
  }
}
