import type { Scope, Targets } from '../actions/types.ts';
import { describeFailure } from '../domain/failure.ts';
import type { Guest } from '../domain/guest.ts';
import type { SiteInventory } from '../domain/inventory.ts';
import { sanitise } from '../domain/safe-text.ts';
import type { GuestSnapshot } from '../domain/snapshot.ts';
import { parseUpid, type Task } from '../domain/task.ts';
import type { Services } from '../services/types.ts';
import { type Deadline, within } from './inventory.ts';

/** A target found, or why not. `usage` = the person has to write it differently; otherwise it cannot be looked up now. */
export type Found<T> =
  | { readonly ok: true; readonly target: T }
  | { readonly ok: false; readonly usage: boolean; readonly what: string; readonly next: string };

const missing = (what: string, next: string): Found<never> => ({
  ok: false,
  usage: true,
  what,
  next,
});
const unsure = (what: string, next: string): Found<never> => ({
  ok: false,
  usage: false,
  what,
  next,
});

/** A site that did not answer may have the same VMID or name, so without `--site` nothing is certain. */
function silentSites(sites: readonly SiteInventory[]): Found<never> | undefined {
  const silent = sites.filter((site) => site.resources.data === undefined);
  const [first] = silent;
  if (!first) return undefined;
  const why = first.resources.failure ? describeFailure(first.resources.failure) : 'no answer';
  return unsure(
    `site ${first.site} could not be asked: ${why}`,
    sites.length > 1 ? 'name another site with --site if it is not the one meant' : 'try again',
  );
}

function only<T extends { readonly site: string }>(
  matches: readonly T[],
  text: string,
  what: string,
  describe: (match: T) => string,
): Found<T> {
  const [first, second] = matches;
  if (!first)
    return missing(
      `there is no ${what} ${sanitise(text)}`,
      'see the names with: homelab-tui guests list',
    );
  if (!second) return { ok: true, target: first };
  const choices = matches.map(describe).join(', ');
  const sameSite = matches.every((match) => match.site === first.site);
  return missing(
    `${sanitise(text)} is not unique: ${choices}`,
    sameSite ? 'use the VMID' : 'choose with --site',
  );
}

/** A guest by VMID or by its exact name. */
export function findGuest(text: string, sites: readonly SiteInventory[]): Found<Guest> {
  const silent = silentSites(sites);
  if (silent) return silent;
  const guests = sites.flatMap((site) => site.resources.data?.guests ?? []);
  const matches = /^\d+$/.test(text)
    ? guests.filter((guest) => guest.vmid === Number(text))
    : guests.filter((guest) => guest.name === text);
  return only(
    matches,
    text,
    'guest',
    (guest) => `${guest.vmid} ${guest.name ?? '?'} in site ${guest.site}`,
  );
}

function findNode(text: string, sites: readonly SiteInventory[]) {
  const silent = silentSites(sites);
  if (silent) return silent;
  const nodes = sites.flatMap((site) => site.resources.data?.nodes ?? []);
  return only(
    nodes.filter((node) => node.node === text),
    text,
    'node',
    (node) => `${node.node} in site ${node.site}`,
  );
}

async function findService(
  text: string,
  sites: readonly SiteInventory[],
  services: Services,
  deadline: Deadline,
): Promise<Found<Targets['service']>> {
  const cut = text.indexOf('/');
  if (cut < 1)
    return missing(
      `${sanitise(text)} names no service`,
      'write NODE/SERVICE, for example pve1/pvestatd',
    );
  const node = findNode(text.slice(0, cut), sites);
  if (!node.ok) return node;
  const site = services.site(node.target.site);
  if (!site) return missing(`site ${node.target.site} is not configured`, 'see homelab.yaml');
  const { node: name } = node.target;
  const listed = await within(deadline, site, (options) => site.nodes.services(name, options));
  if (!listed.ok) return unsure(describeFailure(listed.failure), 'try again');
  const wanted = text.slice(cut + 1);
  const service = listed.value.find((each) => each.service === wanted || each.name === wanted);
  if (service) return { ok: true, target: service };
  const names = listed.value.map((each) => each.service).join(', ');
  return missing(`there is no service ${sanitise(wanted)} on ${name}`, `it has: ${names}`);
}

async function findTask(
  text: string,
  sites: readonly SiteInventory[],
  services: Services,
  deadline: Deadline,
): Promise<Found<Task>> {
  const upid = parseUpid(text);
  if (!upid)
    return missing(
      `${sanitise(text).slice(0, 80)} is not a UPID`,
      'see them with: homelab-tui tasks list --json',
    );
  const silent = silentSites(sites);
  if (silent) return silent;
  const homes = sites.filter((site) =>
    site.resources.data?.nodes.some((node) => node.node === upid.node),
  );
  const home = only(homes, upid.node, 'node', (site) => `site ${site.site}`);
  if (!home.ok) return home;
  const site = services.site(home.target.site);
  if (!site) return missing(`site ${home.target.site} is not configured`, 'see homelab.yaml');
  const status = await within(deadline, site, (options) => site.tasks.status(text, options));
  if (!status.ok) {
    const { kind } = status.failure;
    const words = describeFailure(status.failure);
    return kind === 'not-found' || kind === 'rejected'
      ? missing(words, 'see: homelab-tui tasks list')
      : unsure(words, 'try again');
  }
  const { running, outcome, exitstatus } = status.value;
  return {
    ok: true,
    target: {
      site: home.target.site,
      upid: text,
      node: sanitise(upid.node),
      type: sanitise(upid.type),
      id: sanitise(upid.id),
      user: sanitise(upid.user),
      starttime: upid.starttime,
      outcome: running ? 'running' : outcome,
      ...(exitstatus ? { status: exitstatus } : {}),
    },
  };
}

/** `101/pre-update`: the snapshots of the guest are read, so that a wrong name is told with the right ones. */
async function findSnapshot(
  text: string,
  sites: readonly SiteInventory[],
  services: Services,
  deadline: Deadline,
): Promise<Found<GuestSnapshot>> {
  const cut = text.lastIndexOf('/');
  if (cut < 1)
    return missing(
      `${sanitise(text)} names no snapshot`,
      'write GUEST/SNAPSHOT, for example 101/pre-update',
    );
  const found = findGuest(text.slice(0, cut), sites);
  if (!found.ok) return found;
  const guest = found.target;
  const site = services.site(guest.site);
  if (!site) return missing(`site ${guest.site} is not configured`, 'see homelab.yaml');
  const listed = await within(deadline, site, (options) => site.guests.snapshots(guest, options));
  if (!listed.ok) return unsure(describeFailure(listed.failure), 'try again');
  const { snapshots } = listed.value;
  const wanted = text.slice(cut + 1);
  const snapshot = snapshots.find(({ name }) => name === wanted);
  if (snapshot) {
    return { ok: true, target: { site: guest.site, node: guest.node, guest, snapshot } };
  }
  const names = snapshots.map(({ name }) => name).join(', ');
  return missing(
    `guest ${guest.vmid} has no snapshot ${sanitise(wanted)}`,
    `it has: ${names || 'none'}`,
  );
}

/** The object that a positional argument names. */
export async function findTarget(
  scope: Scope,
  text: string,
  sites: readonly SiteInventory[],
  services: Services,
  deadline: Deadline,
): Promise<Found<Targets[Scope]>> {
  switch (scope) {
    case 'guest':
      return findGuest(text, sites);
    case 'node':
      return findNode(text, sites);
    case 'service':
      return findService(text, sites, services, deadline);
    case 'task':
      return findTask(text, sites, services, deadline);
    case 'snapshot':
      return findSnapshot(text, sites, services, deadline);
  }
}
