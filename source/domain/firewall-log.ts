import { type SafeText, sanitise, say } from './safe-text.ts';

/** `101 6 tap101i0-IN 21/Nov/2026:18:38:19 +0000 policy DROP: IN=…`: guest, level, chain, time, verdict, packet. */
const line =
  /^\d+ \d+ \S*?-?(IN|OUT|FORWARD)? (\d\d\/[A-Za-z]{3})\/\d{4}:(\d\d:\d\d:\d\d) [+-]\d{4} ([^:]*): (.*)$/;

function part(packet: string, name: string): string | undefined {
  return new RegExp(`(?:^| )${name}=(\\S+)`).exec(packet)?.[1];
}

function end(address: string | undefined, port: string | undefined): string {
  const shown = address ?? '?';
  if (port === undefined) return shown;
  return shown.includes(':') ? `[${shown}]:${port}` : `${shown}:${port}`;
}

/**
 * A line of the firewall's log with what matters first: `21/Nov 18:38:19 IN policy DROP TCP 203.0.113.7:40321 → 192.168.1.101:23`.
 * A line of another form stays as it is.
 */
export function firewallLogWords(text: SafeText): SafeText {
  const [, direction = '', day = '', time = '', verdict = '', packet = ''] = line.exec(text) ?? [];
  if (packet === '' || part(packet, 'SRC') === undefined) return text;
  const from = end(part(packet, 'SRC'), part(packet, 'SPT'));
  const to = end(part(packet, 'DST'), part(packet, 'DPT'));
  const type = part(packet, 'TYPE');
  const proto = [part(packet, 'PROTO'), type && `type ${type}`].filter(Boolean).join(' ');
  const way = direction === '' ? say`` : say` ${sanitise(direction)}`;
  return say`${sanitise(day)} ${sanitise(time)}${way} ${sanitise(verdict)} ${sanitise(proto)} ${sanitise(from)} → ${sanitise(to)}`;
}
