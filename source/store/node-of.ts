import type { DetailRequest } from '../domain/detail.ts';
import { guestKey } from '../domain/guest.ts';
import type { SiteInventory } from '../domain/inventory.ts';
import { parseUpid } from '../domain/task.ts';
import { splitSubject } from './loaders.ts';

/** The node that has to answer for a detail, and whether the cluster says that it is not online. */
export interface AskedNode {
  readonly node: string;
  readonly silent: boolean;
}

/** undefined = the whole cluster answers, or the object is not known. */
export function nodeOf(request: DetailRequest, inventory: SiteInventory): AskedNode | undefined {
  const { subject } = splitSubject(request);
  const name = nameOf(request, subject, inventory);
  if (name === undefined) return undefined;
  const known = inventory.resources.data?.nodes.find(({ node }) => node === name);
  return { node: name, silent: known !== undefined && known.status !== 'online' };
}

function nameOf(
  request: DetailRequest,
  subject: string,
  inventory: SiteInventory,
): string | undefined {
  const [group] = request.kind.split('.');
  if (group === 'node') return subject.replace(/^node\//, '');
  if (group === 'task') return parseUpid(subject)?.node;
  if (request.kind === 'storage.content') return subject.split('/')[1];
  // The rules themselves every node knows.
  const fromNode = request.kind === 'firewall.options' || request.kind === 'firewall.log';
  if (group !== 'guest' && !fromNode) return undefined;
  return inventory.resources.data?.guests.find((guest) => guestKey(guest) === request.subject)
    ?.node;
}
