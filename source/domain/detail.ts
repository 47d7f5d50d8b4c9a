import type { GuestAccess } from './acl.ts';
import type { BackupList } from './backup.ts';
import type { ClusterOptions } from './cluster.ts';
import type { FirewallLog, FirewallNames, FirewallOptions, FirewallRules } from './firewall.ts';
import type { AgentInfo } from './guest-agent.ts';
import type { ConfigEntry, GuestConfig, GuestInterface, GuestStatus } from './guest-detail.ts';
import type {
  AptUpdate,
  DiskSmart,
  JournalPage,
  NodeCertificate,
  NodeDisk,
  NodeService,
  NodeStatus,
} from './node.ts';
import type { GuestReplication } from './replication.ts';
import type { RrdPoint } from './rrd.ts';
import type { SafeText } from './safe-text.ts';
import type { SnapshotList, SnapshotSurvey } from './snapshot.ts';
import { neverFetched, type Sourced } from './sourced.ts';
import type { Volume } from './storage.ts';
import type { Task, TaskLogPage, TaskStatus } from './task.ts';

/** What is loaded only for the object on screen, by kind. */
export interface DetailData {
  'guest.status': GuestStatus;
  'guest.config': GuestConfig;
  'guest.pending': readonly ConfigEntry[];
  'guest.cloudinit': readonly ConfigEntry[];
  'guest.agent': AgentInfo;
  'guest.snapshots': SnapshotList;
  'guest.rrd': readonly RrdPoint[];
  'guest.interfaces': readonly GuestInterface[];
  'guest.tasks': readonly Task[];
  'guest.backups': BackupList;
  'guest.replication': GuestReplication;
  'guest.access': GuestAccess;
  'node.status': NodeStatus;
  'node.rrd': readonly RrdPoint[];
  'node.services': readonly NodeService[];
  'node.disks': readonly NodeDisk[];
  'node.smart': DiskSmart;
  'node.updates': readonly AptUpdate[];
  'node.certificates': readonly NodeCertificate[];
  'node.journal': JournalPage;
  'node.tasks': readonly Task[];
  'storage.content': readonly Volume[];
  'storage.types': Readonly<Record<string, SafeText>>;
  'cluster.options': ClusterOptions;
  'firewall.rules': FirewallRules;
  'firewall.options': FirewallOptions;
  'firewall.names': FirewallNames;
  'firewall.log': FirewallLog;
  /** The datacenter's options, by site. */
  'firewall.cluster': FirewallOptions;
  /** Of a whole site; grows while it is read. */
  'site.snapshots': SnapshotSurvey;
  'task.status': TaskStatus;
  'task.log': TaskLogPage;
}
export type DetailKind = keyof DetailData;

/**
 * One thing to load: `subject` is a guest key, node key, storage key, UPID (as `site/UPID:…`) or a site id;
 * `argument` refines it (a timeframe, a device path).
 */
export interface DetailRequest {
  readonly kind: DetailKind;
  readonly subject: string;
  readonly argument?: string;
  /** Loaded about once a minute at most: it is shown beside a list and must not load the homelab while nobody looks. */
  readonly seldom?: boolean;
}

export type DetailMap = Readonly<Record<string, Sourced<unknown>>>;

export function detailKey(request: DetailRequest): string {
  return `${request.kind}|${request.subject}|${request.argument ?? ''}`;
}

/** What is known of one detail; never asked for = `{fetching: false}` without data. */
export function detailOf<K extends DetailKind>(
  map: DetailMap,
  kind: K,
  subject: string,
  argument?: string,
): Sourced<DetailData[K]> {
  const found = map[detailKey({ kind, subject, ...(argument ? { argument } : {}) })];
  return (found ?? neverFetched) as Sourced<DetailData[K]>;
}
