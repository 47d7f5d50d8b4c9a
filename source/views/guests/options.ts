import { fact, segment } from '../../components/compose.ts';
import type { Line } from '../../components/line.ts';
import { detailOf } from '../../domain/detail.ts';
import { bytes, NOT_APPLICABLE } from '../../domain/format.ts';
import { type Guest, guestKey } from '../../domain/guest.ts';
import { parseStartup } from '../../domain/guest-boot.ts';
import { parseProperty, propertyValue } from '../../domain/guest-config.ts';
import type { ConfigEntry, GuestStatus, Pressure } from '../../domain/guest-detail.ts';
import { type SafeText, sanitise, say } from '../../domain/safe-text.ts';
import { unknownWord } from '../figure-words.ts';
import type { ViewContext } from '../types.ts';
import { guestActive } from './state.ts';

const onWords = new Set(['1', 'yes', 'on', 'true']);

/** `order 2, then 30 s of waiting`: what `startup` says. */
function startupWords(text: string): SafeText {
  const { order, up, down } = parseStartup(text);
  const parts = [
    order === undefined ? say`any order` : say`order ${order}`,
    ...(up === undefined ? [] : [say`next guest ${up} s later`]),
    ...(down === undefined ? [] : [say`${down} s to shut down`]),
  ];
  return parts.join(', ') as SafeText;
}

const deviceKey = /^(?:hostpci|usb)\d+$|^dev\d+$/;

/** A device of the node that the guest has: by its mapping's name, else where it is. */
function deviceWords(value: string): SafeText {
  const parsed = parseProperty(value);
  const mapping = propertyValue(parsed, 'mapping');
  if (mapping) return say`mapping ${sanitise(mapping)}`;
  const [place = ''] = value.split(',');
  return say`${sanitise(place.replace(/^(?:host|path)=/, ''))}, bound to this node`;
}

/** Options of the configuration that decide about the guest's life, and devices passed through. */
export function optionLines(guest: Guest, context: ViewContext): Line[] {
  const { data, failure } = detailOf(context.details, 'guest.pending', guestKey(guest));
  if (!data) return failure ? [fact(say`Options`, [segment(unknownWord, 'warn')])] : [];
  const value = (key: string): SafeText | undefined =>
    data.find((entry: ConfigEntry) => entry.key === key)?.value;
  const isOn = (key: string) => onWords.has(value(key) ?? '0');
  const startup = value('startup');
  const boot = isOn('onboot') ? say`yes` : say`no`;
  const devices = data.filter((entry) => deviceKey.test(entry.key) && entry.value !== undefined);
  return [
    fact(say`Start at boot`, startup ? say`${boot}, ${startupWords(startup)}` : boot),
    fact(
      say`Protection`,
      isOn('protection')
        ? [
            segment(say`on`, 'good'),
            segment(say`: Proxmox refuses to remove it or its disks`, 'dim'),
          ]
        : say`off`,
    ),
    ...devices.map(({ key, value: line }, index) =>
      fact(index === 0 ? say`Devices` : say``, [
        segment(key),
        segment(say`  ${deviceWords(line ?? '')}`, 'dim'),
      ]),
    ),
  ];
}

/** `9.2.3` → 9; undefined = not read. */
function majorOf(guest: Guest, { sites }: ViewContext): number | undefined {
  const version = sites.find(({ site }) => site === guest.site)?.version.data?.version;
  const major = version === undefined ? Number.NaN : Number.parseInt(version, 10);
  return Number.isNaN(major) ? undefined : major;
}

/** Why figures that came with PVE 9 are not there. */
function untold(guest: Guest, context: ViewContext): SafeText {
  const major = majorOf(guest, context);
  return major !== undefined && major < 9
    ? say`unknown: Proxmox VE ${major} does not tell it, 9 does`
    : say`unknown: the node did not tell it`;
}

const share = (value: number | undefined): SafeText =>
  value === undefined ? say`?` : say`${sanitise(value.toFixed(value < 10 ? 1 : 0))}%`;

/** From this share of waiting on something is worth a look. */
const pressing = 10;

function pressureLine(pressure: Pressure): Line {
  const parts: readonly (readonly [SafeText, number | undefined, number | undefined])[] = [
    [say`cpu`, pressure.cpuSome, pressure.cpuFull],
    [say`io`, pressure.ioSome, pressure.ioFull],
    [say`memory`, pressure.memorySome, pressure.memoryFull],
  ];
  return parts.flatMap(([name, some, full], index): Line => {
    const high = Math.max(some ?? 0, full ?? 0) >= pressing;
    return [
      ...(index === 0 ? [] : [segment(say` · `, 'dim')]),
      segment(say`${name} ${share(some)}/${share(full)}`, high ? 'warn' : undefined),
    ];
  });
}

/** Figures of PVE 9 that older servers leave out: waiting for cpu, disk and memory, and what the VM takes on the node. */
export function modernLines(
  guest: Guest,
  status: GuestStatus | undefined,
  context: ViewContext,
): Line[] {
  if (!guestActive(guest) || !status) return [];
  const { pressure, memhost } = status;
  const waiting: Line = pressure
    ? [...pressureLine(pressure), segment(say`  some/full, last 10 s`, 'dim')]
    : [segment(untold(guest, context), 'dim')];
  const host: Line =
    memhost === undefined
      ? [segment(untold(guest, context), 'dim')]
      : [segment(bytes(memhost, NOT_APPLICABLE)), segment(say`  with QEMU's own part`, 'dim')];
  return [
    fact(say`Pressure`, waiting),
    ...(guest.type === 'qemu' ? [fact(say`On the node`, host)] : []),
  ];
}
