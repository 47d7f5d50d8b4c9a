/** A key that belongs to the program and not to an action, with what it does. */
export interface FixedKey {
  readonly keys: string;
  readonly words: string;
}

/** Lists and detail pages alike. */
export const movingKeys: readonly FixedKey[] = [
  { keys: '↑ ↓ j k', words: 'one row' },
  { keys: 'PgUp PgDn', words: 'one page' },
  { keys: 'g G', words: 'first, last' },
  { keys: 'enter', words: 'into the row' },
  { keys: 'l', words: 'log: tasks of a guest, journal of a node' },
  { keys: 't', words: 'snapshot tree of the guest' },
  { keys: 'esc', words: 'back: filter, marks, page' },
  { keys: '0–7', words: 'views' },
  { keys: 'ctrl-t', words: 'snapshots of all guests' },
];

/** Detail pages only. */
export const pageKeys: readonly FixedKey[] = [
  { keys: 'tab ← →', words: 'tabs' },
  { keys: '[ ]', words: 'shorter or longer graphs' },
];

/** Lists only. */
export const listKeys: readonly FixedKey[] = [
  {
    keys: '/',
    words: 'filter: words, tag: node: status: type: pool: site:, older:30d newer:12h, ! inverts',
  },
  { keys: 'S', words: 'sort' },
  { keys: 'space', words: 'mark a row; ctrl-a marks all shown' },
  { keys: 'ctrl-z', words: 'only the sick rows' },
];

/** Wherever no dialog is open. */
export const everywhereKeys: readonly FixedKey[] = [
  { keys: ':', words: 'command palette: actions, views, every object by name' },
  { keys: 'r', words: 'refresh now' },
  { keys: 'y', words: 'copy name, id, address, UPID' },
  { keys: 'L', words: 'calls this console made' },
  { keys: 'ctrl-x', words: 'batch: start no further one; what runs goes on' },
  { keys: '?', words: 'this help' },
  { keys: 'q', words: 'quit' },
];

/** The key that opens the menu of all actions. */
export const actionMenuKey: FixedKey = {
  keys: 'a',
  words: 'menu of all actions, with the reason where one is not possible; / finds one',
};

/** Letters inside the power menu by the verb of the action, so that `p` and one key is enough. */
export const powerKeys: Readonly<Record<string, string>> = {
  start: 's',
  shutdown: 'd',
  reboot: 'r',
  stop: 'x',
  reset: 't',
  suspend: 'z',
  hibernate: 'h',
  resume: 'u',
  wake: 'w',
  'start-all': 'S',
  'stop-all': 'X',
};

/** Letters inside the edit menu by the verb of the action. */
export const editKeys: Readonly<Record<string, string>> = {
  'set-name': 'a',
  'set-cpu': 'c',
  'set-memory': 'm',
  'disk-add': 'd',
  'disk-edit': 'F',
  'disk-grow': 'g',
  'disk-move': 'v',
  'disk-detach': 't',
  'disk-attach': 'A',
  'disk-reassign': 's',
  'disk-remove': 'X',
  'mount-iso': 'i',
  eject: 'E',
  'nic-add': 'n',
  'nic-edit': 'w',
  'nic-remove': 'N',
  'efi-add': 'I',
  'efi-enroll': 'M',
  'tpm-add': 'T',
  'pci-add': 'P',
  'pci-edit': 'p',
  'usb-add': 'Z',
  'usb-edit': 'z',
  'serial-add': 'S',
  'audio-set': 'O',
  'rng-set': 'r',
  'virtiofs-add': 'V',
  'virtiofs-edit': 'Y',
  'device-add': 'P',
  'device-edit': 'p',
  'sev-set': 'C',
  'tdx-set': 'l',
  'hardware-remove': 'H',
  'set-display': 'y',
  'set-boot': 'b',
  'set-dns': 'D',
  'set-features': 'f',
  'set-options': 'o',
  'cloud-init': 'u',
  'cloud-init-regenerate': 'U',
  'edit-config': 'e',
};

/** Letters inside the create menu by the verb of the action. */
export const createKeys: Readonly<Record<string, string>> = {
  'create-vm': 'v',
  'create-container': 'c',
};

/** Letters inside the firewall menu by the verb of the action; those of rows are their keys there. */
export const firewallKeys: Readonly<Record<string, string>> = {
  'firewall-add-rule': 'N',
  'firewall-edit-rule': 'e',
  'firewall-toggle-rule': 'x',
  'firewall-rule-up': 'K',
  'firewall-rule-down': 'J',
  'firewall-move-rule': 'm',
  'firewall-remove-rule': 'D',
  'firewall-set-options': 'o',
  'firewall-add-alias': 'a',
  'firewall-edit-alias': 'A',
  'firewall-remove-alias': 'X',
  'firewall-add-set': 'i',
  'firewall-remove-set': 'I',
  'firewall-add-entry': '+',
  'firewall-remove-entry': '-',
};

const menus: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  create: createKeys,
  edit: editKeys,
  firewall: firewallKeys,
};

/** The letters of a menu that collects actions. */
export function menuLetters(menu: string): Readonly<Record<string, string>> {
  return menus[menu] ?? powerKeys;
}
