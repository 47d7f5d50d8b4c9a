import { randomInt } from 'node:crypto';
import { isVncTicket } from '../../console/vnc-ticket.ts';
import type { TextTarget, UpgradeTarget, VncGuest } from '../../console-backend.ts';
import { type GuestState, type GuestType, guestName } from '../../world/model.ts';
import { authIdText } from '../../world/upid.ts';
import type { Call, Endpoint, ParameterTable } from '../endpoint.ts';
import { died, notPermitted, unauthorized } from '../errors.ts';
import { findGuest } from '../guest-access.ts';
import {
  guestParameters,
  nodeParameter,
  optionalFlag,
  optionalInteger,
  optionalText,
  text,
} from '../parameter-kinds.ts';

const word = { qemu: 'VM', lxc: 'CT' } as const;

function guestAlive(call: Call, guest: GuestState): boolean {
  const { world, connectedNode } = call;
  return (
    world.guests.get(guest.vmid) === guest &&
    guest.status === 'running' &&
    world.isOnline(guest.node) &&
    world.isOnline(connectedNode)
  );
}

/** What `qm terminal` says instead of starting, if it does. */
function serialProblem(guest: GuestState, wanted: string | undefined): string | undefined {
  if (guest.type !== 'qemu') return undefined;
  const ports = Object.keys(guest.config).filter(
    (key) => /^serial\d$/.test(key) && guest.config[key] === 'socket',
  );
  if (wanted !== undefined && !ports.includes(wanted)) {
    return `unable to find a serial interface '${wanted}'`;
  }
  return ports.length === 0 ? 'unable to find a serial interface' : undefined;
}

function guestTerminal(call: Call, type: GuestType): Record<string, unknown> {
  const guest = findGuest(call, type);
  const { vmid, node } = guest;
  const target: TextTarget = { kind: type, vmid, node, name: guestName(guest) };
  const problem =
    guest.status === 'running'
      ? serialProblem(guest, call.text('serial'))
      : `${word[type]} ${vmid} not running`;
  const pending = call.around.consoles.desk.ask({
    node: call.connectedNode,
    type: 'vncproxy',
    id: String(vmid),
    path: `/vms/${vmid}`,
    auth: call.who,
    what: { kind: 'text', target, ...(problem === undefined ? {} : { problem }) },
    alive: () => problem !== undefined || guestAlive(call, guest),
  });
  const { port, ticket, user, upid } = pending;
  return { port, ticket, user, upid };
}

function nodeTerminal(call: Call): Record<string, unknown> {
  const { node, world, connectedNode } = call;
  const who = authIdText(call.who);
  const command = call.text('cmd') ?? 'login';
  if (command !== 'login' && who !== 'root@pam') {
    throw notPermitted('user != root@pam');
  }
  // Only root with a ticket gets a shell at once; everybody else, tokens of root too, gets the login prompt.
  const loggedIn = who === 'root@pam' ? { loggedIn: who } : {};
  const machine = world.node(node);
  const upgrade: UpgradeTarget = {
    packages: machine.updates,
    installed: () => {
      machine.updates = [];
      world.revision += 1;
    },
  };
  const more = { ...loggedIn, ...(command === 'upgrade' ? { upgrade } : {}) };
  const pending = call.around.consoles.desk.ask({
    node: connectedNode,
    type: 'vncshell',
    id: '',
    path: `/nodes/${node}`,
    auth: call.who,
    what: { kind: 'text', target: { kind: 'node', node, command, ...more } },
    alive: () => world.isOnline(node) && world.isOnline(connectedNode),
  });
  const { port, ticket, user, upid } = pending;
  return { port, ticket, user, upid };
}

/** 8 printable characters, the most the VNC protocol looks at. */
function vncPassword(): string {
  return String.fromCharCode(...Array.from({ length: 8 }, () => randomInt(33, 127)));
}

function vncproxy(call: Call, type: GuestType): Record<string, unknown> {
  const guest = findGuest(call, type);
  if (!call.around.consoles.vnc) throw died('the demo homelab has no VNC server');
  const target: VncGuest = {
    type,
    vmid: guest.vmid,
    node: guest.node,
    name: guestName(guest),
  };
  const generated = vncPassword();
  const what = { kind: 'vnc' as const, guest: target, password: generated };
  const pending = call.around.consoles.desk.ask({
    node: call.connectedNode,
    type: 'vncproxy',
    id: String(guest.vmid),
    path: `/vms/${guest.vmid}`,
    auth: call.who,
    what,
    alive: () => guestAlive(call, guest),
  });
  const { port, ticket, user, upid } = pending;
  const { cert } = call.around.certificates(call.connectedNode);
  return { port, ticket, user, upid, cert, password: generated };
}

/** Says that a websocket may be opened to the port; the upgrade itself comes after it. */
function vncwebsocket(call: Call, path: string): { port: string } {
  const { world } = call;
  const ticket = call.required('vncticket');
  const { ticketKey } = world.accounts;
  if (!isVncTicket(ticketKey, world.clock.seconds, ticket, authIdText(call.who), path)) {
    throw unauthorized('permission denied - invalid PVEVNC ticket');
  }
  return { port: call.required('port') };
}

function versions(call: Call): unknown[] {
  return Object.entries(call.world.settings.versions).map(([name, version]) => ({
    Arch: 'all',
    CurrentState: 'Installed',
    Description: name,
    ...(name === 'pve-manager' ? { ManagerVersion: version } : {}),
    OldVersion: version,
    Origin: 'Proxmox',
    Package: name,
    Priority: 'optional',
    Section: 'admin',
    Title: name,
    Version: version,
  }));
}

const socketParameters: ParameterTable = {
  port: { type: 'integer', minimum: 5900, maximum: 5999 },
  vncticket: text({ maxLength: 512 }),
};
const screen: ParameterTable = {
  height: optionalInteger({ minimum: 16, maximum: 2160 }),
  width: optionalInteger({ minimum: 16, maximum: 4096 }),
};
const onGuest = { path: '/vms/{vmid}', privileges: ['VM.Console'] };
const onNode = { path: '/nodes/{node}', privileges: ['Sys.Console'] };

function guestEndpoints(type: GuestType): readonly Endpoint[] {
  const base = `/nodes/{node}/${type}/{vmid}`;
  const serial = optionalText({ enum: ['serial0', 'serial1', 'serial2', 'serial3'] });
  return [
    {
      method: 'POST',
      path: `${base}/termproxy`,
      permission: onGuest,
      parameters: { ...guestParameters, ...(type === 'qemu' ? { serial } : {}) },
      handler: (call) => guestTerminal(call, type),
    },
    {
      method: 'POST',
      path: `${base}/vncproxy`,
      permission: onGuest,
      parameters: {
        ...guestParameters,
        websocket: optionalFlag(),
        ...(type === 'qemu' ? { 'generate-password': optionalFlag() } : screen),
      },
      handler: (call) => vncproxy(call, type),
    },
    {
      method: 'GET',
      path: `${base}/vncwebsocket`,
      permission: onGuest,
      parameters: { ...guestParameters, ...socketParameters },
      handler: (call) => vncwebsocket(call, `/vms/${call.required('vmid')}`),
    },
  ];
}

export const consoleEndpoints: readonly Endpoint[] = [
  ...guestEndpoints('qemu'),
  ...guestEndpoints('lxc'),
  {
    method: 'POST',
    path: '/nodes/{node}/termproxy',
    permission: onNode,
    parameters: {
      ...nodeParameter,
      cmd: optionalText({ enum: ['ceph_install', 'login', 'upgrade'] }),
      'cmd-opts': optionalText({ requires: 'cmd' }),
    },
    handler: nodeTerminal,
  },
  {
    method: 'GET',
    path: '/nodes/{node}/vncwebsocket',
    permission: onNode,
    parameters: { ...nodeParameter, ...socketParameters },
    handler: (call) => vncwebsocket(call, `/nodes/${call.node}`),
  },
  {
    method: 'GET',
    path: '/nodes/{node}/apt/versions',
    permission: { path: '/nodes/{node}', privileges: ['Sys.Audit'] },
    proxyto: 'node',
    parameters: nodeParameter,
    handler: versions,
  },
];
