import {
  type FirewallOptions,
  firewallDefaults,
  firewallFlag,
  firewallOption,
} from '../domain/firewall.ts';
import { firewallActivity, letsSshIn } from '../domain/firewall-state.ts';
import { logLevels, policies } from '../domain/firewall-values.ts';
import type { Guest } from '../domain/guest.ts';
import { nicsOf } from '../domain/guest-config.ts';
import { type SafeText, sanitise, say } from '../domain/safe-text.ts';
import type { FirewallChange } from '../services/types.ts';
import {
  firewallBase,
  firewallChangeLines,
  firewallDone,
  firewallEditable,
  isEmptyChange,
  placeOf,
} from './firewall-common.ts';
import { ask, guestLabel } from './guest-common.ts';
import { type Choice, defineAction, type Facts, type Field, type FieldValues } from './types.ts';

/** The form's fields → Proxmox's parameters. */
const parameters: Readonly<Record<string, string>> = {
  enable: 'enable',
  'policy-in': 'policy_in',
  'policy-out': 'policy_out',
  'log-level-in': 'log_level_in',
  'log-level-out': 'log_level_out',
  dhcp: 'dhcp',
  ndp: 'ndp',
  radv: 'radv',
  macfilter: 'macfilter',
  ipfilter: 'ipfilter',
};
const fieldsOf = Object.fromEntries(
  Object.entries(parameters).map(([field, name]) => [name, field]),
);

function optionsOf(facts: Facts): FirewallOptions {
  return facts.firewall?.options ?? { values: {} };
}

/** Only what differs from what works now: a default that was never set stays unset. */
function changeOf(values: FieldValues, facts: Facts): FirewallChange {
  const options = optionsOf(facts);
  const set: Record<string, string | number> = {};
  for (const [field, name] of Object.entries(parameters)) {
    const value = values[field];
    if (typeof value === 'boolean') {
      if (value !== firewallFlag(options, name)) set[name] = value ? 1 : 0;
    } else if (value !== undefined && String(value) !== firewallOption(options, name)) {
      set[name] = String(value);
    }
  }
  return Object.keys(set).length > 0 ? { set } : {};
}

/** The options as they will be. */
function after(values: FieldValues, facts: Facts): FirewallOptions {
  const set = Object.entries(changeOf(values, facts).set ?? {});
  const changed = Object.fromEntries(set.map(([name, value]) => [name, sanitise(value)]));
  return { values: { ...optionsOf(facts).values, ...changed } };
}

/** Who is shut out, and whether it does anything. */
function warnings(guest: Guest, values: FieldValues, facts: Facts): SafeText[] {
  const next = after(values, facts);
  const { firewall, config } = facts;
  if (!firewall || !firewallFlag(next, 'enable')) return [];
  const lines: SafeText[] = [];
  const policy = firewallOption(next, 'policy_in');
  const ssh = letsSshIn(firewall.rules.rules);
  if (policy !== 'ACCEPT' && ssh !== 'yes') {
    const rest = say`Consoles of Proxmox (console, screen, SPICE) do not pass it.`;
    lines.push(
      ssh === 'no'
        ? say`Nobody gets in by SSH: what comes in meets ${sanitise(policy)}, and no rule lets it pass. ${rest}`
        : say`Whether SSH gets in depends on its security groups; else it meets ${sanitise(policy)}. ${rest}`,
    );
  }
  const unread = { unknown: say`it could not be read` };
  const { state, lines: told } = firewallActivity({
    cluster: firewall.cluster ? { value: firewall.cluster } : unread,
    guest: { value: next },
    nics: config ? { value: nicsOf(config, guest.type) } : unread,
  });
  return state === 'on' ? lines : [...lines, ...told];
}

const choices = (values: readonly string[]) => (): readonly Choice[] =>
  values.map((value) => ({ value, label: sanitise(value) }));

function flag(name: string, label: string, help: string): Field<Guest> {
  return {
    name,
    label,
    help,
    kind: 'boolean',
    initial: (_guest, facts) => firewallFlag(optionsOf(facts), parameters[name] ?? name),
  };
}

function choice(name: string, label: string, help: string, all: readonly string[]): Field<Guest> {
  return {
    name,
    label,
    help,
    kind: 'choice',
    choices: choices(all),
    initial: (_guest, facts) => firewallOption(optionsOf(facts), parameters[name] ?? name),
  };
}

export const guestFirewallSetOptions = defineAction<'guest'>({
  ...firewallBase,
  id: 'guest.firewall-set-options',
  title: 'Firewall options',
  summary: 'Switches the firewall of the guest on or off, and sets its policies and filters.',
  effect: 'disrupt',
  needs: ['firewall', 'config'],
  batch: true,
  fields: [
    flag('enable', 'Firewall', "The guest's own switch; the cluster's has to be on as well."),
    choice('policy-in', 'Policy in', 'For what comes in and no rule decides.', policies),
    choice('policy-out', 'Policy out', 'For what goes out and no rule decides.', policies),
    choice('log-level-in', 'Log in', 'Logs what the policy for incoming refuses.', logLevels),
    choice('log-level-out', 'Log out', 'Logs what the policy for outgoing refuses.', logLevels),
    flag('dhcp', 'DHCP', 'Lets it get an address by DHCP.'),
    flag('ndp', 'NDP', 'Neighbour discovery, which IPv6 needs.'),
    flag('radv', 'Router advertisement', 'Lets it announce itself as an IPv6 router.'),
    flag('macfilter', 'MAC filter', 'Nothing leaves it with another MAC address than its own.'),
    flag('ipfilter', 'IP filter', 'Nothing leaves it with another address than its own.'),
  ],
  available: firewallEditable,
  confirm: (guest, values, facts) => {
    const now = { ...firewallDefaults, ...optionsOf(facts).values };
    return ask(2, say`Change the firewall options of ${guestLabel(guest)}?`, guest, facts, [
      ...(facts.firewall ? firewallChangeLines(changeOf(values, facts), now) : []),
      ...warnings(guest, values, facts),
    ]);
  },
  run: async (guest, values, context) => {
    const change = changeOf(values, context.facts);
    if (isEmptyChange(change)) {
      const message = say`Nothing to change at the firewall of ${guestLabel(guest)}`;
      return { ok: true, value: { kind: 'done', message } };
    }
    const { digest } = optionsOf(context.facts);
    const written = await context.site.firewall.setOptions(
      placeOf(guest),
      { ...change, ...(digest === undefined ? {} : { digest }) },
      { signal: context.signal },
    );
    return firewallDone(
      guest,
      written,
      say`Firewall options of ${guestLabel(guest)} changed`,
      fieldsOf,
    );
  },
});
