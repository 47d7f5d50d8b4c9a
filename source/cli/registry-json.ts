import { type AnyAction, actions } from '../actions/registry.ts';
import type { Action, Facts, Scope, Targets } from '../actions/types.ts';
import type { SiteInventory } from '../domain/inventory.ts';
import { sanitise } from '../domain/safe-text.ts';
import type { SiteId } from '../domain/site.ts';
import type { CommandContext } from './command.ts';
import { exitCodes } from './exit-codes.ts';
import { plainTable } from './output.ts';

const site = 'site' as SiteId;
const node = sanitise('{node}');
/** Stands where the VMID belongs; no real guest has a negative one. */
const ANY_VMID = -1;

/** Targets with placeholders, in the states that make actions ask the most. */
const samples: { readonly [S in Scope]: readonly Targets[S][] } = {
  guest: ['stopped', 'running'].flatMap((status) =>
    [[], [sanitise('critical')]].map((tags) => ({
      site,
      type: 'qemu' as const,
      vmid: ANY_VMID,
      node,
      name: sanitise('{name}'),
      status: sanitise(status),
      tags,
    })),
  ),
  node: [{ site, node, status: sanitise('online') }],
  service: [
    {
      site,
      node,
      service: sanitise('{service}'),
      name: sanitise('{service}'),
      description: sanitise(''),
      state: sanitise('running'),
    },
  ],
  task: [
    {
      site,
      upid: '{upid}',
      node,
      type: sanitise('{type}'),
      id: sanitise('{id}'),
      user: sanitise('{user}'),
      starttime: 0,
      outcome: 'running',
    },
  ],
  snapshot: [
    {
      site,
      node,
      guest: { site, type: 'qemu', vmid: ANY_VMID, node, status: sanitise('running') },
      snapshot: { name: sanitise('{snapname}') },
    },
  ],
};

const inventory: SiteInventory = {
  site,
  resources: { fetching: false },
  cluster: { fetching: false },
  tasks: { fetching: false },
  permissions: { fetching: false },
  version: { fetching: false },
  connection: { trust: 'unknown', requestsLastMinute: 0 },
};
const facts: Facts = { site: inventory, now: 0 };

/** One action for a machine: keys are a stable interface. Levels and privileges are the highest it may ask for. */
export function describeAction(any: AnyAction) {
  const action = any as unknown as Action<Scope>;
  const targets = samples[any.scope] as readonly Targets[Scope][];
  const levels = targets.map((target) => action.confirm(target, {}, facts).level);
  const needs = new Map<string, { path: string; anyOf: readonly string[] }>();
  for (const target of targets) {
    for (const need of action.privileges(target)) {
      const path = need.path.replaceAll(String(ANY_VMID), '{vmid}');
      needs.set(`${path} ${need.anyOf.join('|')}`, { path, anyOf: need.anyOf });
    }
  }
  return {
    id: action.id,
    scope: action.scope,
    key: action.key,
    menu: action.menu?.key ?? null,
    title: action.title,
    summary: action.summary,
    effect: action.effect,
    confirmation: Math.max(...levels),
    batch: action.batch,
    fields: action.fields.map((field) => ({
      name: field.name,
      kind: field.kind,
      required: field.required === true,
      label: field.label,
      help: field.help,
    })),
    privileges: [...needs.values()],
  };
}

/** `actions [--json]`: everything that can be done, from the registry itself. */
export async function runActions({ global, output }: CommandContext): Promise<number> {
  const all = actions.map(describeAction);
  if (global.json) output.json(all);
  else {
    output.out(
      plainTable(
        ['ACTION', 'KEY', 'EFFECT', 'CONFIRMATION', 'SUMMARY'],
        all.map((each) => [
          each.id,
          [each.menu, each.key].filter(Boolean).join(' '),
          each.effect,
          String(each.confirmation),
          each.summary,
        ]),
      ),
    );
  }
  return exitCodes.ok;
}
