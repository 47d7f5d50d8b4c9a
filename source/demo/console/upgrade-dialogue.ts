import type { UpgradeTarget } from '../console-backend.ts';

/** `apt` breaks its list of names at this width. */
const width = 76;

function names(all: readonly { readonly name: string }[]): string {
  const rows: string[] = [];
  for (const { name } of all) {
    const last = rows[rows.length - 1];
    if (last === undefined || last.length + name.length + 1 > width) rows.push(`  ${name}`);
    else rows[rows.length - 1] = `${last} ${name}`;
  }
  return rows.join('\r\n');
}

/** What stands there before apt asks, or at once the end when there is nothing to do. */
export function upgradeStart({ packages }: UpgradeTarget): {
  readonly text: string;
  readonly asks: boolean;
} {
  const head =
    'Starting system upgrade: apt-get dist-upgrade\r\nReading package lists... Done\r\n' +
    'Building dependency tree... Done\r\nReading state information... Done\r\nCalculating upgrade... Done\r\n';
  const count = `${packages.length} upgraded, 0 newly installed, 0 to remove and 0 not upgraded.\r\n`;
  if (packages.length === 0) return { text: `${head}${count}${upgradeEnd}`, asks: false };
  const list = `The following packages will be upgraded:\r\n${names(packages)}\r\n`;
  return { text: `${head}${list}${count}${upgradeQuestion}`, asks: true };
}

export const upgradeQuestion = 'Do you want to continue? [Y/n] ';

const upgradeEnd = '\r\nYour System is up-to-date\r\n\r\nstarting shell\r\n';

/** After the answer; yes is what enter means, too. */
export function upgradeAnswer(target: UpgradeTarget, answer: string): string {
  if (!/^(?:y(?:es)?)?$/i.test(answer.trim())) {
    return "Abort.\r\n\r\nSystem not fully up to date (found error: command 'apt-get dist-upgrade' failed: exit code 1)\r\n\r\nstarting shell\r\n";
  }
  const { packages } = target;
  const steps = packages.map(
    ({ name, version, oldVersion }) =>
      `Unpacking ${name} (${version}) over (${oldVersion}) ...\r\nSetting up ${name} (${version}) ...\r\n`,
  );
  const kernel = packages.some(({ name }) => /^(?:proxmox|pve)-kernel-/.test(name))
    ? '\r\nSeems you installed a kernel update - Please consider rebooting\r\nthis node to activate the new kernel.\r\n'
    : '';
  target.installed();
  return `${steps.join('')}${kernel}${upgradeEnd}`;
}
