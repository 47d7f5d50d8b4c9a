import { guestClone } from './guest-clone.ts';
import { guestCloudInit } from './guest-cloud-init.ts';
import { guestCloudInitRegenerate } from './guest-cloud-init-regenerate.ts';
import { guestConsole } from './guest-console.ts';
import { guestDeleteSnapshot } from './guest-delete-snapshot.ts';
import { guestDescribeSnapshot } from './guest-describe-snapshot.ts';
import { guestDestroy } from './guest-destroy.ts';
import { guestDiskAdd } from './guest-disk-add.ts';
import { guestDiskAttach } from './guest-disk-attach.ts';
import { guestDiskDetach } from './guest-disk-detach.ts';
import { guestDiskGrow } from './guest-disk-grow.ts';
import { guestDiskMove } from './guest-disk-move.ts';
import { guestDiskReassign } from './guest-disk-reassign.ts';
import { guestDiskRemove } from './guest-disk-remove.ts';
import { guestEditConfig } from './guest-edit-config.ts';
import { guestEject } from './guest-eject.ts';
import { guestHibernate } from './guest-hibernate.ts';
import { guestMigrate } from './guest-migrate.ts';
import { guestMountIso } from './guest-mount-iso.ts';
import { guestNicAdd } from './guest-nic-add.ts';
import { guestNicEdit } from './guest-nic-edit.ts';
import { guestNicRemove } from './guest-nic-remove.ts';
import { guestNotes } from './guest-notes.ts';
import { guestReboot } from './guest-reboot.ts';
import { guestReset } from './guest-reset.ts';
import { guestResume } from './guest-resume.ts';
import { guestRevert } from './guest-revert.ts';
import { guestRollback } from './guest-rollback.ts';
import { guestScreen } from './guest-screen.ts';
import { guestScreenshot } from './guest-screenshot.ts';
import { guestSetBoot } from './guest-set-boot.ts';
import { guestSetCpu } from './guest-set-cpu.ts';
import { guestSetDisplay } from './guest-set-display.ts';
import { guestSetDns } from './guest-set-dns.ts';
import { guestSetFeatures } from './guest-set-features.ts';
import { guestSetMemory } from './guest-set-memory.ts';
import { guestSetName } from './guest-set-name.ts';
import { guestSetOptions } from './guest-set-options.ts';
import { guestShell } from './guest-shell.ts';
import { guestShutdown } from './guest-shutdown.ts';
import { guestSnapshot } from './guest-snapshot.ts';
import { guestSpice } from './guest-spice.ts';
import { guestStart } from './guest-start.ts';
import { guestStop } from './guest-stop.ts';
import { guestSuspend } from './guest-suspend.ts';
import { guestTags } from './guest-tags.ts';
import { guestTemplate } from './guest-template.ts';
import { guestUnlockAdvice } from './guest-unlock-advice.ts';
import { guestVnc } from './guest-vnc.ts';
import { nodeConsole } from './node-console.ts';
import { nodeCreateContainer } from './node-create-container.ts';
import { nodeCreateVm } from './node-create-vm.ts';
import { nodeEvacuate } from './node-evacuate.ts';
import { nodeReboot } from './node-reboot.ts';
import { nodeShell } from './node-shell.ts';
import { nodeShutdown } from './node-shutdown.ts';
import { nodeStartAll } from './node-start-all.ts';
import { nodeStopAll } from './node-stop-all.ts';
import { nodeWake } from './node-wake.ts';
import { serviceReload } from './service-reload.ts';
import { serviceRestart } from './service-restart.ts';
import { serviceStart } from './service-start.ts';
import { serviceStop } from './service-stop.ts';
import { snapshotDelete } from './snapshot-delete.ts';
import { taskStop } from './task-stop.ts';
import type { Action, Scope } from './types.ts';

/** An action of any scope; {@link actionsOf} gives the typed ones. */
export type AnyAction = { [S in Scope]: Action<S> }[Scope];

/** Every action there is, in menu order. Hints, help, palette, menus, command line and documents are made from it. */
export const actions: readonly AnyAction[] = [
  guestStart,
  guestShutdown,
  guestReboot,
  guestStop,
  guestReset,
  guestSuspend,
  guestHibernate,
  guestResume,
  guestSnapshot,
  guestRollback,
  guestDeleteSnapshot,
  guestDescribeSnapshot,
  guestMigrate,
  guestClone,
  guestTemplate,
  guestDestroy,
  guestUnlockAdvice,
  guestConsole,
  guestShell,
  guestSpice,
  guestSetName,
  guestSetCpu,
  guestSetMemory,
  guestDiskAdd,
  guestDiskGrow,
  guestDiskMove,
  guestDiskDetach,
  guestDiskAttach,
  guestDiskReassign,
  guestDiskRemove,
  guestMountIso,
  guestEject,
  guestNicAdd,
  guestNicEdit,
  guestNicRemove,
  guestSetDisplay,
  guestSetBoot,
  guestSetDns,
  guestSetFeatures,
  guestSetOptions,
  guestCloudInit,
  guestCloudInitRegenerate,
  guestRevert,
  guestEditConfig,
  guestTags,
  guestNotes,
  guestScreen,
  guestScreenshot,
  guestVnc,
  nodeCreateVm,
  nodeCreateContainer,
  nodeEvacuate,
  nodeConsole,
  nodeShell,
  nodeReboot,
  nodeShutdown,
  nodeWake,
  nodeStartAll,
  nodeStopAll,
  serviceStart,
  serviceStop,
  serviceRestart,
  serviceReload,
  taskStop,
  snapshotDelete,
];

/** The actions of one scope, in menu order. */
export function actionsOf<S extends Scope>(scope: S): readonly Action<S>[] {
  return actions.filter((action) => action.scope === scope) as unknown as readonly Action<S>[];
}

export function findAction(id: string): AnyAction | undefined {
  return actions.find((action) => action.id === id);
}
