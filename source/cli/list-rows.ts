import type { FilterFields } from '../domain/filter.ts';
import {
  bytes,
  dateTime,
  duration,
  NOT_APPLICABLE,
  percent,
  UNKNOWN,
  uptime,
  usedOf,
} from '../domain/format.ts';
import type { Guest } from '../domain/guest.ts';
import type { Resources } from '../domain/inventory.ts';
import type { Node } from '../domain/node.ts';
import { type PrivilegeNeed, seeStorages } from '../domain/permission.ts';
import type { Storage } from '../domain/storage.ts';
import type { Task } from '../domain/task.ts';

/** What a list prints of one row. */
interface ListColumn<Row> {
  readonly title: string;
  readonly cell: (row: Row) => string;
}

/** One list: its rows in order, their columns for a person and their keys for a machine. */
export interface ListKind<Row> {
  readonly rows: (source: Source) => readonly Row[];
  /** Keys are a stable interface; a value that was not told is null. Sizes in bytes, times as Proxmox tells them. */
  readonly json: (row: Row) => Readonly<Record<string, unknown>>;
  readonly columns: readonly ListColumn<Row>[];
  readonly filter: (row: Row) => FilterFields;
  /** Without it Proxmox leaves rows out and says nothing. */
  readonly need: PrivilegeNeed;
}

/** Answers of one site. */
export interface Source {
  readonly resources?: Resources;
  readonly tasks?: readonly Task[];
}

const orNull = (value: unknown) => value ?? null;
const known = (...values: readonly (string | number | undefined)[]) =>
  values.filter((value) => value !== undefined).map(String);
const byText = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0);
const siteColumn = { title: 'SITE', cell: (row: { readonly site: string }) => row.site };

const nodes: ListKind<Node> = {
  rows: ({ resources }) => [...(resources?.nodes ?? [])].sort((a, b) => byText(a.node, b.node)),
  json: (node) => ({
    site: node.site,
    node: node.node,
    status: node.status,
    cpu: orNull(node.cpu),
    maxcpu: orNull(node.maxcpu),
    mem: orNull(node.mem),
    maxmem: orNull(node.maxmem),
    disk: orNull(node.disk),
    maxdisk: orNull(node.maxdisk),
    uptime: orNull(node.uptime),
    hastate: orNull(node.hastate),
  }),
  columns: [
    siteColumn,
    { title: 'NODE', cell: (node) => node.node },
    { title: 'STATUS', cell: (node) => node.status },
    { title: 'CPU', cell: (node) => percent(node.cpu) },
    { title: 'MEMORY', cell: (node) => usedOf(node.mem, node.maxmem) },
    { title: 'ROOT DISK', cell: (node) => usedOf(node.disk, node.maxdisk) },
    { title: 'UPTIME', cell: (node) => uptime(node.uptime) },
  ],
  filter: (node) => ({
    text: known(node.node, node.status),
    fields: { node: [node.node], status: [node.status], site: [node.site] },
  }),
  need: { path: '/nodes', anyOf: ['Sys.Audit'] },
};

/** A stopped guest has no load: that is no gap in what is known. */
const whileRunning = (guest: Guest, text: string) =>
  guest.status === 'stopped' ? NOT_APPLICABLE : text;

const guests: ListKind<Guest> = {
  rows: ({ resources }) => [...(resources?.guests ?? [])].sort((a, b) => a.vmid - b.vmid),
  json: (guest) => ({
    site: guest.site,
    vmid: guest.vmid,
    type: guest.type,
    name: orNull(guest.name),
    node: guest.node,
    status: guest.status,
    template: orNull(guest.template),
    tags: orNull(guest.tags),
    pool: orNull(guest.pool),
    lock: orNull(guest.lock),
    hastate: orNull(guest.hastate),
    cpu: orNull(guest.cpu),
    maxcpu: orNull(guest.maxcpu),
    mem: orNull(guest.mem),
    maxmem: orNull(guest.maxmem),
    disk: orNull(guest.disk),
    maxdisk: orNull(guest.maxdisk),
    uptime: orNull(guest.uptime),
  }),
  columns: [
    siteColumn,
    { title: 'VMID', cell: (guest) => String(guest.vmid) },
    { title: 'TYPE', cell: (guest) => guest.type },
    { title: 'NAME', cell: (guest) => guest.name ?? UNKNOWN },
    { title: 'NODE', cell: (guest) => guest.node },
    {
      title: 'STATUS',
      cell: (guest) => {
        const state = guest.template === true ? 'template' : guest.status;
        return guest.lock ? `${state} (${guest.lock})` : state;
      },
    },
    { title: 'CPU', cell: (guest) => whileRunning(guest, percent(guest.cpu)) },
    { title: 'MEMORY', cell: (guest) => whileRunning(guest, usedOf(guest.mem, guest.maxmem)) },
    { title: 'DISK', cell: (guest) => bytes(guest.maxdisk) },
    { title: 'UPTIME', cell: (guest) => whileRunning(guest, uptime(guest.uptime)) },
    { title: 'TAGS', cell: (guest) => guest.tags?.join(',') ?? '' },
  ],
  filter: (guest) => ({
    text: known(guest.vmid, guest.name, guest.node, guest.status, ...(guest.tags ?? [])),
    fields: {
      tag: guest.tags ?? [],
      node: [guest.node],
      status: [guest.template === true ? 'template' : guest.status],
      type: [guest.type],
      pool: known(guest.pool),
      site: [guest.site],
    },
  }),
  need: { path: '/vms', anyOf: ['VM.Audit'] },
};

const storage: ListKind<Storage> = {
  rows: ({ resources }) =>
    [...(resources?.storages ?? [])].sort(
      (a, b) => byText(a.node, b.node) || byText(a.storage, b.storage),
    ),
  json: (row) => ({
    site: row.site,
    node: row.node,
    storage: row.storage,
    status: row.status,
    plugintype: orNull(row.plugintype),
    shared: orNull(row.shared),
    content: orNull(row.content),
    disk: orNull(row.disk),
    maxdisk: orNull(row.maxdisk),
  }),
  columns: [
    siteColumn,
    { title: 'NODE', cell: (row) => row.node },
    { title: 'STORAGE', cell: (row) => row.storage },
    { title: 'TYPE', cell: (row) => row.plugintype ?? UNKNOWN },
    { title: 'STATUS', cell: (row) => row.status },
    { title: 'USED', cell: (row) => usedOf(row.disk, row.maxdisk) },
    {
      title: 'FULL',
      cell: (row) =>
        percent(row.disk === undefined || !row.maxdisk ? undefined : row.disk / row.maxdisk),
    },
    { title: 'CONTENT', cell: (row) => row.content?.join(',') ?? UNKNOWN },
  ],
  filter: (row) => ({
    text: known(row.storage, row.node, row.plugintype, ...(row.content ?? [])),
    fields: {
      node: [row.node],
      status: [row.status],
      type: known(row.plugintype),
      site: [row.site],
    },
  }),
  need: seeStorages,
};

const tasks: ListKind<Task> = {
  rows: (source) => [...(source.tasks ?? [])].sort((a, b) => b.starttime - a.starttime),
  json: (task) => ({
    site: task.site,
    upid: task.upid,
    node: task.node,
    type: task.type,
    id: task.id,
    user: task.user,
    starttime: task.starttime,
    endtime: orNull(task.endtime),
    status: orNull(task.status),
    outcome: task.outcome,
  }),
  columns: [
    siteColumn,
    { title: 'STARTED', cell: (task) => dateTime(task.starttime * 1000) },
    {
      title: 'TOOK',
      cell: (task) =>
        task.endtime === undefined
          ? task.outcome === 'running'
            ? NOT_APPLICABLE
            : UNKNOWN
          : duration((task.endtime - task.starttime) * 1000),
    },
    { title: 'NODE', cell: (task) => task.node },
    { title: 'TYPE', cell: (task) => task.type },
    { title: 'ID', cell: (task) => task.id },
    { title: 'USER', cell: (task) => task.user },
    { title: 'OUTCOME', cell: (task) => task.outcome },
    { title: 'STATUS', cell: (task) => task.status ?? '' },
  ],
  filter: (task) => ({
    text: known(task.type, task.id, task.user, task.node, task.status, task.upid),
    fields: {
      node: [task.node],
      status: known(task.outcome, task.status),
      type: [task.type],
      site: [task.site],
    },
    at: task.starttime * 1000,
  }),
  need: { path: '/', anyOf: ['Sys.Audit'] },
};

export const listKinds = { nodes, guests, storage, tasks };
export type ListName = keyof typeof listKinds;
