import { sanitise } from '../../domain/safe-text.ts';
import type { CallOptions, NodeApi } from '../types.ts';
import type { CallDetails, Caller } from './caller.ts';
import { decodeRrd } from './decode-guest.ts';
import { decodeMdev, decodePci, decodeUsb } from './decode-hardware.ts';
import {
  decodeCertificates,
  decodeDisks,
  decodeJournal,
  decodeNodeStatus,
  decodeServices,
  decodeSmart,
  decodeUpdates,
} from './decode-node.ts';

/** Disks are read with smartctl, which takes its time. */
const slow = 30_000;

export function nodeApi(caller: Caller): NodeApi {
  const on = (node: string, options: CallOptions | undefined): CallDetails => ({
    where: caller.node(node),
    options,
  });
  const patient = (node: string, options: CallOptions | undefined): CallDetails =>
    on(node, { ...options, wait: options?.wait ?? slow });
  return {
    status: (node, options) =>
      caller.row('GET /nodes/{node}/status', { node }, {}, on(node, options), decodeNodeStatus),
    rrd: (node, timeframe, options) =>
      caller.list(
        'GET /nodes/{node}/rrddata',
        { node },
        { timeframe, cf: 'AVERAGE' },
        on(node, options),
        decodeRrd,
      ),
    services: (node, options) =>
      caller.list('GET /nodes/{node}/services', { node }, {}, on(node, options), (data) =>
        decodeServices(caller.site, sanitise(node), data),
      ),
    serviceCommand: (node, service, command, options) =>
      caller.start(
        `POST /nodes/{node}/services/{service}/${command}`,
        { node, service },
        {},
        on(node, options),
      ),
    pci: (node, options) =>
      caller.list('GET /nodes/{node}/hardware/pci', { node }, {}, on(node, options), decodePci),
    mdev: (node, device, options) =>
      caller.list(
        'GET /nodes/{node}/hardware/pci/{pciid}/mdev',
        { node, pciid: device },
        {},
        on(node, options),
        decodeMdev,
      ),
    usb: (node, options) =>
      caller.list('GET /nodes/{node}/hardware/usb', { node }, {}, on(node, options), decodeUsb),
    disks: (node, options) =>
      caller.list(
        'GET /nodes/{node}/disks/list',
        { node },
        {},
        patient(node, options),
        decodeDisks,
      ),
    smart: (node, devpath, options) =>
      caller.row(
        'GET /nodes/{node}/disks/smart',
        { node },
        { disk: devpath },
        patient(node, options),
        decodeSmart,
      ),
    updates: (node, options) =>
      caller.list('GET /nodes/{node}/apt/update', { node }, {}, on(node, options), decodeUpdates),
    certificates: (node, options) =>
      caller.list(
        'GET /nodes/{node}/certificates/info',
        { node },
        {},
        on(node, options),
        decodeCertificates,
      ),
    journal: (node, from, options) =>
      caller.list(
        'GET /nodes/{node}/journal',
        { node },
        'cursor' in from ? { startcursor: from.cursor } : { lastentries: from.lastentries },
        on(node, options),
        (data) => decodeJournal(data, 'cursor' in from ? from.cursor : undefined),
      ),
    ...nodePower(caller, on),
  };
}

function nodePower(
  caller: Caller,
  on: (node: string, options: CallOptions | undefined) => CallDetails,
): Pick<NodeApi, 'command' | 'wake' | 'startAll' | 'stopAll'> {
  return {
    command: (node, command, options) =>
      caller.start('POST /nodes/{node}/status', { node }, { command }, on(node, options)),
    wake: (node, options) =>
      caller.start('POST /nodes/{node}/wakeonlan', { node }, {}, on(node, options)),
    startAll: (node, parameters, options) =>
      caller.start(
        'POST /nodes/{node}/startall',
        { node },
        { vms: listOf(parameters?.vms), force: parameters?.force },
        on(node, options),
      ),
    stopAll: (node, parameters, options) =>
      caller.start(
        'POST /nodes/{node}/stopall',
        { node },
        {
          vms: listOf(parameters?.vms),
          timeout: parameters?.timeout,
          'force-stop': parameters?.forceStop,
        },
        on(node, options),
      ),
  };
}

function listOf(vms: readonly number[] | undefined): string | undefined {
  return vms?.join(',');
}
