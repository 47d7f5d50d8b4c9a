import type { FirewallNames, FirewallSet } from '../../domain/firewall.ts';
import type { GuestType } from '../../domain/guest.ts';
import { ok, type Result } from '../../domain/result.ts';
import { say } from '../../domain/safe-text.ts';
import { told } from '../decode.ts';
import type { FirewallApi, FirewallChange, FirewallPlace } from '../firewall-api.ts';
import type { CallOptions } from '../types.ts';
import { at, type CallDetails, type Caller } from './caller.ts';
import {
  decodeAliases,
  decodeEntries,
  decodeFirewallOptions,
  decodeGroups,
  decodeMacros,
  decodeRefs,
  decodeRules,
  decodeSets,
} from './decode-firewall.ts';
import { decodeTaskLog } from './decode-task.ts';

/** Where a place's tree of calls begins. */
interface Root {
  readonly path: `/nodes/{node}/${GuestType}/{vmid}/firewall`;
  readonly variables: { readonly node: string; readonly vmid: number };
  readonly details: CallDetails;
}

function rootOf(caller: Caller, { guest }: FirewallPlace, options?: CallOptions): Root {
  return {
    path: `/nodes/{node}/${guest.type}/{vmid}/firewall`,
    variables: at(guest),
    details: { where: say`${caller.guest(guest)} · firewall`, options },
  };
}

/** A change as parameters; what is not set is left out. */
function sent({ set = {}, delete: gone = [], digest }: FirewallChange) {
  return { ...set, ...(gone.length > 0 ? { delete: gone.join(',') } : {}), digest };
}

export function firewallApi(caller: Caller): FirewallApi {
  return {
    ...ruleCalls(caller),
    ...nameCalls(caller),
    ...clusterCalls(caller),
    options: (place, options) => {
      const { path, variables, details } = rootOf(caller, place, options);
      return caller.row(`GET ${path}/options`, variables, {}, details, decodeFirewallOptions);
    },
    setOptions: (place, change, options) => {
      const { path, variables, details } = rootOf(caller, place, options);
      return caller.start(`PUT ${path}/options`, variables, sent(change), details);
    },
    refs: (place, options) => {
      const { path, variables, details } = rootOf(caller, place, options);
      return caller.list(`GET ${path}/refs`, variables, {}, details, decodeRefs);
    },
    log: (place, { start, limit }, options) => {
      const { path, variables, details } = rootOf(caller, place, options);
      return caller.list(
        `GET ${path}/log`,
        variables,
        { start, limit },
        details,
        // The same reader of log files answers here as for tasks.
        (data, total) => decodeTaskLog(data, start, total),
      );
    },
  };
}

function clusterCalls(caller: Caller): Pick<FirewallApi, 'cluster' | 'macros' | 'groups'> {
  const where = say`${caller.here} · cluster firewall`;
  return {
    cluster: (options) =>
      caller.row(
        'GET /cluster/firewall/options',
        {},
        {},
        { where, options },
        decodeFirewallOptions,
      ),
    macros: (options) =>
      caller.list('GET /cluster/firewall/macros', {}, {}, { where, options }, decodeMacros),
    groups: (options) =>
      caller.list('GET /cluster/firewall/groups', {}, {}, { where, options }, decodeGroups),
  };
}

type RuleCalls = Pick<FirewallApi, 'rules' | 'addRule' | 'setRule' | 'moveRule' | 'removeRule'>;

function ruleCalls(caller: Caller): RuleCalls {
  return {
    rules: (place, options) => {
      const { path, variables, details } = rootOf(caller, place, options);
      return caller.list(`GET ${path}/rules`, variables, {}, details, decodeRules);
    },
    addRule: (place, rule, options) => {
      const { path, variables, details } = rootOf(caller, place, options);
      const parameters = { ...rule, type: String(rule.type), action: String(rule.action) };
      return caller.start(`POST ${path}/rules`, variables, parameters as never, details);
    },
    setRule: (place, pos, change, options) => {
      const { path, variables, details } = rootOf(caller, place, options);
      const one = { ...variables, pos };
      return caller.start(`PUT ${path}/rules/{pos}`, one, sent(change), details);
    },
    moveRule: (place, pos, to, digest, options) => {
      const { path, variables, details } = rootOf(caller, place, options);
      // `moveto` names the rule it is put before, as they are numbered until then.
      const moveto = to > pos ? to + 1 : to;
      const one = { ...variables, pos };
      return caller.start(`PUT ${path}/rules/{pos}`, one, { moveto, digest }, details);
    },
    removeRule: (place, pos, digest, options) => {
      const { path, variables, details } = rootOf(caller, place, options);
      const one = { ...variables, pos };
      return caller.start(`DELETE ${path}/rules/{pos}`, one, { digest }, details);
    },
  };
}

type NameCalls = Omit<FirewallApi, keyof RuleCalls | 'options' | 'setOptions' | 'refs' | 'log'>;

function nameCalls(caller: Caller): Omit<NameCalls, 'cluster' | 'macros' | 'groups'> {
  return {
    names: (place, options) => names(caller, place, options),
    addAlias: (place, alias, options) => {
      const { path, variables, details } = rootOf(caller, place, options);
      return caller.start(`POST ${path}/aliases`, variables, alias, details);
    },
    setAlias: (place, name, alias, options) => {
      const { path, variables, details } = rootOf(caller, place, options);
      return caller.start(`PUT ${path}/aliases/{name}`, { ...variables, name }, alias, details);
    },
    removeAlias: (place, name, digest, options) => {
      const { path, variables, details } = rootOf(caller, place, options);
      const one = { ...variables, name };
      return caller.start(`DELETE ${path}/aliases/{name}`, one, { digest }, details);
    },
    addSet: (place, set, options) => {
      const { path, variables, details } = rootOf(caller, place, options);
      return caller.start(`POST ${path}/ipset`, variables, set, details);
    },
    removeSet: (place, name, parameters, options) => {
      const { path, variables, details } = rootOf(caller, place, options);
      const one = { ...variables, name };
      // 8.1 learnt it; the package's types are older.
      const force = { force: parameters?.force } as object;
      return caller.start(`DELETE ${path}/ipset/{name}`, one, force, details);
    },
    addEntry: (place, name, entry, options) => {
      const { path, variables, details } = rootOf(caller, place, options);
      return caller.start(`POST ${path}/ipset/{name}`, { ...variables, name }, entry, details);
    },
    removeEntry: (place, name, cidr, digest, options) => {
      const { path, variables, details } = rootOf(caller, place, options);
      const one = { ...variables, name, cidr };
      return caller.start(`DELETE ${path}/ipset/{name}/{cidr}`, one, { digest }, details);
    },
  };
}

/** The list of sets has no entries: each set is asked for its own. */
async function names(
  caller: Caller,
  place: FirewallPlace,
  options?: CallOptions,
): Promise<Result<FirewallNames>> {
  const { path, variables, details } = rootOf(caller, place, options);
  const [aliases, sets] = await Promise.all([
    caller.list(`GET ${path}/aliases`, variables, {}, details, decodeAliases),
    caller.list(`GET ${path}/ipset`, variables, {}, details, decodeSets),
  ]);
  if (!aliases.ok) return aliases;
  if (!sets.ok) return sets;
  const filled = await Promise.all(
    sets.value.map(async (set): Promise<FirewallSet> => {
      const one = { ...variables, name: set.name };
      const read = await caller.list(`GET ${path}/ipset/{name}`, one, {}, details, decodeEntries);
      return read.ok ? { ...set, ...read.value } : set;
    }),
  );
  return ok(
    told<FirewallNames>({
      aliases: aliases.value.aliases,
      aliasDigest: aliases.value.digest,
      sets: filled,
    }),
  );
}
