import { printConfig } from '../domain/config-text.ts';
import { fail } from '../domain/result.ts';
import { say } from '../domain/safe-text.ts';
import { editable, editBase } from './config-write.ts';
import { editSession, valuesOf } from './edit-config-session.ts';
import { ask, guestLabel } from './guest-common.ts';
import { defineAction } from './types.ts';

export const guestEditConfig = defineAction<'guest'>({
  ...editBase,
  id: 'guest.edit-config',
  title: 'Edit as text',
  summary: 'Opens the configuration in your editor and shows the difference before it is written.',
  fields: [],
  privileges: (guest) => [
    {
      path: `/vms/${guest.vmid}`,
      anyOf: [
        'VM.Config.Options',
        'VM.Config.Disk',
        'VM.Config.CPU',
        'VM.Config.Memory',
        'VM.Config.Network',
        'VM.Config.HWType',
        'VM.Config.Cloudinit',
        'VM.Config.CDROM',
      ],
    },
  ],
  available: editable,
  // The difference is the question; it comes in the terminal, before anything is written.
  confirm: (guest, _values, facts) =>
    ask(0, say`Edit the configuration of ${guestLabel(guest)}?`, guest, facts),
  run: async (guest, _values, context) => {
    const { terminal, editableFile, terminalProblem } = context.platform;
    if (!terminal || !editableFile) {
      return fail(
        terminalProblem?.() ?? {
          kind: 'local',
          what: say`An editor needs a terminal, and there is none`,
          where: guestLabel(guest),
        },
      );
    }
    const text = printConfig(valuesOf(context.facts.config));
    const file = await editableFile(`${guest.type}-${guest.vmid}.conf`, text);
    if (!file.ok) return file;
    return terminal.handOver((owned) => editSession(guest, file.value, owned, context));
  },
});
