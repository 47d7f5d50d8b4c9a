import { say } from '../domain/safe-text.ts';
import { textOf } from './choices.ts';
import { vmPrivilege } from './guest-common.ts';
import { hardwareAction } from './hardware-action.ts';
import { rawDeviceLines } from './passed-through.ts';

export const guestSerialAdd = hardwareAction({
  id: 'guest.serial-add',
  title: 'Add serial port',
  summary: 'Gives a VM a serial port: for its text console, or one of the node.',
  what: 'serial port',
  type: 'qemu',
  slot: { add: 'serial' },
  leading: [''],
  parts: [
    {
      name: 'device',
      label: 'Connected to',
      help: 'Socket is the text console; a path like /dev/ttyS0 is a port of the node, which only root@pam may set.',
      kind: 'choice',
      required: true,
      free: true,
      choices: () => [{ value: 'socket', label: say`socket: the text console` }],
      fresh: () => 'socket',
      write: (value) => ({ '': textOf(value) || undefined }),
      problem: (value) =>
        /^(?:socket|\/dev\/[^,]+)$/.test(String(value))
          ? undefined
          : 'socket, or a device like /dev/ttyS0',
    },
  ],
  privileges: vmPrivilege('VM.Config.HWType'),
  lines: ({ facts, key, values }) =>
    textOf(values.device).startsWith('/dev/')
      ? rawDeviceLines(facts)
      : [
          say`Its system has to use the port: console=ttyS${Number(key.slice('serial'.length))} for the kernel of Linux, and a login on it.`,
        ],
});
