import type { AnyAction } from '../../source/actions/registry.ts';
import type { Action, Facts, Scope, Targets } from '../../source/actions/types.ts';
import { sanitise } from '../../source/domain/safe-text.ts';
import type { SiteId } from '../../source/domain/site.ts';

const site = 'home' as SiteId;
const node = sanitise('pve1');

/** A target of each scope; `state` and `tags` are for guests, which answer differently by them. */
function sample(scope: Scope, state: string, tags: readonly string[]): Targets[Scope] {
  const service = sanitise('pvestatd');
  const samples: Targets = {
    guest: {
      site,
      type: 'qemu',
      vmid: 101,
      node,
      name: sanitise('web'),
      status: sanitise(state),
      tags: tags.map(sanitise),
    },
    node: { site, node, status: sanitise('online') },
    service: {
      site,
      node,
      service,
      name: service,
      description: service,
      state: sanitise('running'),
    },
    task: {
      site,
      upid: '',
      node,
      type: sanitise('vzdump'),
      id: sanitise('101'),
      user: sanitise('root@pam'),
      starttime: 0,
      outcome: 'running',
    },
    snapshot: {
      site,
      node,
      guest: { site, type: 'qemu', vmid: 101, node, status: sanitise(state) },
      snapshot: { name: sanitise('base') },
    },
  };
  return samples[scope];
}

const facts: Facts = {
  site: {
    site,
    resources: { fetching: false },
    cluster: { fetching: false },
    tasks: { fetching: false },
    permissions: { fetching: false },
    version: { fetching: false },
    connection: { trust: 'unknown', requestsLastMinute: 0 },
  },
  now: 0,
};

const words = [
  'nothing',
  'y/N',
  'summary, y/N',
  'the typed name',
  '`allow:` in homelab.yaml, then the typed name',
] as const;

/** What the console wants before the action runs, in words. */
export function asks(any: AnyAction): string {
  const action = any as unknown as Action<Scope>;
  const of = (state: string, tags: readonly string[] = []) =>
    words[action.confirm(sample(any.scope, state, tags), {}, facts).level];
  const running = of('running');
  const stopped = of('stopped');
  const critical = of('running', ['critical']);
  const parts: string[] = [running];
  if (stopped !== running) parts.push(`${stopped} when it is stopped`);
  if (critical !== running) parts.push(`${critical} when it is tagged critical`);
  return parts.join('; ');
}
