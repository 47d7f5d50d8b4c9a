import { guestAudioSet } from './guest-audio-set.ts';
import { guestBackup } from './guest-backup.ts';
import { guestBackupConfig } from './guest-backup-config.ts';
import { guestBackupNotes } from './guest-backup-notes.ts';
import { guestBackupProtect } from './guest-backup-protect.ts';
import { guestBackupRemove } from './guest-backup-remove.ts';
import { guestClone } from './guest-clone.ts';
import { guestCloudInit } from './guest-cloud-init.ts';
import { guestCloudInitRegenerate } from './guest-cloud-init-regenerate.ts';
import { guestConsole } from './guest-console.ts';
import { guestDeleteSnapshot } from './guest-delete-snapshot.ts';
import { guestDescribeSnapshot } from './guest-describe-snapshot.ts';
import { guestDestroy } from './guest-destroy.ts';
import { guestDeviceAdd } from './guest-device-add.ts';
import { guestDeviceEdit } from './guest-device-edit.ts';
import { guestDiskAdd } from './guest-disk-add.ts';
import { guestDiskAttach } from './guest-disk-attach.ts';
import { guestDiskDetach } from './guest-disk-detach.ts';
import { guestDiskEdit } from './guest-disk-edit.ts';
import { guestDiskGrow } from './guest-disk-grow.ts';
import { guestDiskMove } from './guest-disk-move.ts';
import { guestDiskReassign } from './guest-disk-reassign.ts';
import { guestDiskRemove } from './guest-disk-remove.ts';
import { guestEditConfig } from './guest-edit-config.ts';
import { guestEfiAdd } from './guest-efi-add.ts';
import { guestEfiEnroll } from './guest-efi-enroll.ts';
import { guestEject } from './guest-eject.ts';
import { guestFirewallAddAlias } from './guest-firewall-add-alias.ts';
import { guestFirewallAddEntry } from './guest-firewall-add-entry.ts';
import { guestFirewallAddRule } from './guest-firewall-add-rule.ts';
import { guestFirewallAddSet } from './guest-firewall-add-set.ts';
import { guestFirewallEditAlias } from './guest-firewall-edit-alias.ts';
import { guestFirewallEditRule } from './guest-firewall-edit-rule.ts';
import { guestFirewallMoveRule } from './guest-firewall-move-rule.ts';
import { guestFirewallRemoveAlias } from './guest-firewall-remove-alias.ts';
import { guestFirewallRemoveEntry } from './guest-firewall-remove-entry.ts';
import { guestFirewallRemoveRule } from './guest-firewall-remove-rule.ts';
import { guestFirewallRemoveSet } from './guest-firewall-remove-set.ts';
import { guestFirewallRuleDown } from './guest-firewall-rule-down.ts';
import { guestFirewallRuleUp } from './guest-firewall-rule-up.ts';
import { guestFirewallSetOptions } from './guest-firewall-set-options.ts';
import { guestFirewallToggleRule } from './guest-firewall-toggle-rule.ts';
import { guestHardwareRemove } from './guest-hardware-remove.ts';
import { guestHibernate } from './guest-hibernate.ts';
import { guestMigrate } from './guest-migrate.ts';
import { guestMonitor } from './guest-monitor.ts';
import { guestMountIso } from './guest-mount-iso.ts';
import { guestNicAdd } from './guest-nic-add.ts';
import { guestNicEdit } from './guest-nic-edit.ts';
import { guestNicRemove } from './guest-nic-remove.ts';
import { guestNotes } from './guest-notes.ts';
import { guestPciAdd } from './guest-pci-add.ts';
import { guestPciEdit } from './guest-pci-edit.ts';
import { guestPermissionAdd } from './guest-permission-add.ts';
import { guestPermissionRemove } from './guest-permission-remove.ts';
import { guestReboot } from './guest-reboot.ts';
import { guestReplicationAdd } from './guest-replication-add.ts';
import { guestReplicationEdit } from './guest-replication-edit.ts';
import { guestReplicationLog } from './guest-replication-log.ts';
import { guestReplicationRemove } from './guest-replication-remove.ts';
import { guestReplicationRun } from './guest-replication-run.ts';
import { guestReset } from './guest-reset.ts';
import { guestResume } from './guest-resume.ts';
import { guestRevert } from './guest-revert.ts';
import { guestRngSet } from './guest-rng-set.ts';
import { guestRollback } from './guest-rollback.ts';
import { guestScreen } from './guest-screen.ts';
import { guestScreenshot } from './guest-screenshot.ts';
import { guestSerialAdd } from './guest-serial-add.ts';
import { guestSetAgent } from './guest-set-agent.ts';
import { guestSetBoot } from './guest-set-boot.ts';
import { guestSetConsole } from './guest-set-console.ts';
import { guestSetCpu } from './guest-set-cpu.ts';
import { guestSetDisplay } from './guest-set-display.ts';
import { guestSetDns } from './guest-set-dns.ts';
import { guestSetFeatures } from './guest-set-features.ts';
import { guestSetMachine } from './guest-set-machine.ts';
import { guestSetMemory } from './guest-set-memory.ts';
import { guestSetName } from './guest-set-name.ts';
import { guestSetOptions } from './guest-set-options.ts';
import { guestSetSmbios } from './guest-set-smbios.ts';
import { guestSetSpice } from './guest-set-spice.ts';
import { guestSetSystem } from './guest-set-system.ts';
import { guestSevSet } from './guest-sev-set.ts';
import { guestShell } from './guest-shell.ts';
import { guestShutdown } from './guest-shutdown.ts';
import { guestSnapshot } from './guest-snapshot.ts';
import { guestSpice } from './guest-spice.ts';
import { guestStart } from './guest-start.ts';
import { guestStop } from './guest-stop.ts';
import { guestSuspend } from './guest-suspend.ts';
import { guestTags } from './guest-tags.ts';
import { guestTdxSet } from './guest-tdx-set.ts';
import { guestTemplate } from './guest-template.ts';
import { guestTpmAdd } from './guest-tpm-add.ts';
import { guestUnlockAdvice } from './guest-unlock-advice.ts';
import { guestUsbAdd } from './guest-usb-add.ts';
import { guestUsbEdit } from './guest-usb-edit.ts';
import { guestVirtiofsAdd } from './guest-virtiofs-add.ts';
import { guestVirtiofsEdit } from './guest-virtiofs-edit.ts';
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
import { nodeUpgrade } from './node-upgrade.ts';
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
  guestBackup,
  guestBackupConfig,
  guestBackupNotes,
  guestBackupProtect,
  guestBackupRemove,
  guestReplicationAdd,
  guestReplicationRun,
  guestReplicationEdit,
  guestReplicationLog,
  guestReplicationRemove,
  guestPermissionAdd,
  guestPermissionRemove,
  guestMigrate,
  guestClone,
  guestTemplate,
  guestDestroy,
  guestUnlockAdvice,
  guestConsole,
  guestMonitor,
  guestShell,
  guestSpice,
  guestSetName,
  guestSetCpu,
  guestSetMemory,
  guestDiskAdd,
  guestDiskEdit,
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
  guestEfiAdd,
  guestEfiEnroll,
  guestTpmAdd,
  guestPciAdd,
  guestPciEdit,
  guestUsbAdd,
  guestUsbEdit,
  guestSerialAdd,
  guestAudioSet,
  guestRngSet,
  guestVirtiofsAdd,
  guestVirtiofsEdit,
  guestDeviceAdd,
  guestDeviceEdit,
  guestSevSet,
  guestTdxSet,
  guestHardwareRemove,
  guestSetDisplay,
  guestSetBoot,
  guestSetDns,
  guestSetFeatures,
  guestSetOptions,
  guestSetAgent,
  guestSetSystem,
  guestSetMachine,
  guestSetSmbios,
  guestSetSpice,
  guestSetConsole,
  guestCloudInit,
  guestCloudInitRegenerate,
  guestRevert,
  guestEditConfig,
  guestFirewallEditRule,
  guestFirewallToggleRule,
  guestFirewallAddRule,
  guestFirewallRuleUp,
  guestFirewallRuleDown,
  guestFirewallMoveRule,
  guestFirewallRemoveRule,
  guestFirewallSetOptions,
  guestFirewallAddAlias,
  guestFirewallEditAlias,
  guestFirewallRemoveAlias,
  guestFirewallAddSet,
  guestFirewallRemoveSet,
  guestFirewallAddEntry,
  guestFirewallRemoveEntry,
  guestTags,
  guestNotes,
  guestScreen,
  guestScreenshot,
  guestVnc,
  nodeCreateVm,
  nodeCreateContainer,
  nodeEvacuate,
  nodeConsole,
  nodeUpgrade,
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
