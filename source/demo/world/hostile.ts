import { makeGuest } from './guest-plan.ts';
import { homelabParts } from './homelab.ts';
import type { GuestState } from './model.ts';
import type { World, WorldParts } from './world.ts';

const esc = '\u001b';
const bel = '\u0007';

/** Names that try to move the cursor, change colours, hide, or look like another guest. */
const names: readonly string[] = [
  `${esc}[2J${esc}[Hcleared`,
  `${esc}]0;owned title${bel}title`,
  `${esc}]52;c;cm0gLXJmIC8=${bel}clipboard`,
  `${esc}]8;;https://evil.example/${esc}\\link${esc}]8;;${esc}\\`,
  `${esc}[32mRUNNING${esc}[0m`,
  `${esc}[8mhidden${esc}[28m`,
  '\u009b2Jc1-csi',
  `${esc}Pq#0;2;0;0;0~-${esc}\\sixel`,
  `${esc}_Gf=24,s=1,v=1;AAAA${esc}\\kitty`,
  'stopped\rRUNNING',
  'prod\b\b\b\btest',
  bel.repeat(1000),
  '\u202Egnp.exe',
  'web-ser\u200Bver',
  'd\u0430tabase-server',
  'n'.repeat(10_000),
  '👨‍👩‍👧‍👦 家庭サーバー',
  `z${'\u0301'.repeat(50)}algo`,
  'cafÃ© \ud800 lone',
  'two\nlines\tand a tab',
];

const notes: readonly string[] = [
  `First line\r\nsecond line${esc}[31m in red${esc}[0m\n${esc}]0;title${bel}`,
  `x${'0123456789abcdef'.repeat(65_536)}`,
  'right \u2067to\u2069 left \u202Ereversed\u202C and zero\u200Bwidth\uFEFF',
];

function guests(now: number): GuestState[] {
  return names.map((name, index) => {
    const vmid = 300 + index;
    const lxc = index % 4 === 3;
    return makeGuest(
      {
        vmid,
        type: lxc ? 'lxc' : 'qemu',
        name,
        node: 'pve1',
        cores: 1,
        memory: 512,
        disks: lxc
          ? { rootfs: `local-lvm:vm-${vmid}-disk-0,size=4G` }
          : { scsi0: `local-lvm:vm-${vmid}-disk-0,size=4G` },
        ...(index % 3 === 0 ? { up: 3600 * (index + 1) } : {}),
        tags: index % 2 === 0 ? `a${esc}[31mred;b\u202Erev` : 'plain',
        config: { description: notes[index % notes.length] ?? '' },
        snapshots: [
          { name: 'clean', ago: 9000, description: `ok${esc}[2J${esc}[1;1Hgone\nnext line` },
          {
            name: 'second',
            ago: 4000,
            parent: 'clean',
            description: `\u202E${name.slice(0, 60)}\t${bel}`,
          },
        ],
      },
      now,
    );
  });
}

/** The homelab with guests whose texts attack the terminal. `now` in ms. */
export function hostileParts(now: number): WorldParts {
  const parts = homelabParts(now);
  const pools = new Map([...parts.pools, ['lab', `May break${esc}[5m and blink\u202E`]]);
  const hostile = `ok${esc}[2J${esc}]0;owned${bel}\u202Edrop`;
  const rule = { type: 'in', action: 'ACCEPT', enable: 1 };
  const firewall = {
    ...parts.firewall,
    guests: {
      ...parts.firewall?.guests,
      300: {
        options: { enable: 1 },
        rules: [
          { ...rule, macro: 'SSH', comment: hostile },
          { ...rule, source: `+gone${esc}[8m`, comment: 'z'.repeat(10_000) },
        ],
        aliases: { trap: { name: 'trap', cidr: '10.0.0.1', comment: hostile } },
        sets: { trap: { comment: hostile, entries: [{ cidr: '10.0.0.0/8', comment: hostile }] } },
      },
    },
    log: [
      ...(parts.firewall?.log ?? []),
      { node: 'pve1', vmid: 300, text: `300 6 tap300i0-IN ${esc}[2Jcleared ${bel}\u202E` },
    ],
  };
  return {
    ...parts,
    pools,
    firewall,
    guests: [...parts.guests, ...guests(Math.floor(now / 1000))],
  };
}

/** Texts that come from tasks, journals and packages. */
export function spreadHostileText(world: World): void {
  const node = world.node('pve1');
  const journal = world.journals.get('pve1');
  for (const [index, name] of names.entries()) {
    journal?.add(
      world.clock.now - (names.length - index) * 10,
      `unit${esc}[7m`,
      666,
      name.slice(0, 300),
    );
  }
  node.updates = node.updates.map((update) => ({
    ...update,
    title: `${update.title}${esc}]0;pwned${bel}`,
  }));
  const service = node.services.find((one) => one.service === 'postfix');
  if (service) node.services.push({ ...service, service: `post${esc}[8mfix`, desc: `a\rb${bel}` });
  world.tasks.start(
    { node: 'pve1', type: 'vzdump', id: '300', auth: { user: 'root@pam' } },
    function* (task) {
      task.log(`INFO: ${esc}[2J${esc}[32mTASK OK${esc}[0m`);
      task.log('INFO:  10%\rINFO:  50%\rINFO: 100%');
      task.log(`INFO: ${esc}]52;c;cm0gLXJmIC8=${bel} \u009b31m \u202Ereversed`);
      task.log('y'.repeat(70_000));
      task.warn(`${esc}[8mhidden warning`);
      yield 2;
    },
  );
}
