import type { FirewallLogLine, FirewallParts } from './firewall.ts';
import { guestMac } from './guest-plan.ts';

const months = 'Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec'.split(' ');

/** `21/Nov/2026:18:45:12 +0000` */
function logTime(ms: number): string {
  const date = new Date(ms);
  const two = (value: number) => String(value).padStart(2, '0');
  const day = `${two(date.getUTCDate())}/${months[date.getUTCMonth()]}/${date.getUTCFullYear()}`;
  const clock = [date.getUTCHours(), date.getUTCMinutes(), date.getUTCSeconds()].map(two);
  return `${day}:${clock.join(':')} +0000`;
}

interface Packet {
  readonly node: string;
  readonly vmid: number;
  /** Seconds ago. */
  readonly ago: number;
  readonly verdict: string;
  readonly level: number;
  readonly from: string;
  readonly to: string;
  readonly port: number;
}

/** A line as pve-firewall's logger writes it: guest, level, chain, time, verdict, packet. */
function logLine(now: number, packet: Packet): FirewallLogLine {
  const { node, vmid, ago, verdict, level, from, to, port } = packet;
  const bridge = `IN=fwbr${vmid}i0 OUT=fwbr${vmid}i0 PHYSIN=fwln${vmid}i0`;
  const ends = `MAC=${guestMac(vmid).toLowerCase()} SRC=${from} DST=${to} LEN=60 TOS=0x00 TTL=52`;
  const ports = `PROTO=TCP SPT=${40_000 + ((ago * 7) % 20_000)} DPT=${port} WINDOW=64240 SYN`;
  const text = `${vmid} ${level} tap${vmid}i0-IN ${logTime(now - ago * 1000)} ${verdict}: ${bridge} ${ends} ${ports}`;
  return { node, vmid, text };
}

function log(now: number): readonly FirewallLogLine[] {
  const web = { node: 'pve1', vmid: 101, to: '192.168.1.101' };
  const database = { node: 'pve2', vmid: 103, to: '192.168.1.103' };
  const packets: Packet[] = [];
  for (let index = 0; index < 60; index += 1) {
    const ago = 12 + (60 - index) * 97;
    const from = `203.0.113.${(index * 37) % 250}`;
    const port = [23, 3389, 8080, 445][index % 4] ?? 23;
    packets.push({ ...web, ago, verdict: 'policy DROP', level: 6, from, port });
    if (index % 5 === 0) {
      packets.push({
        ...database,
        ago: ago - 5,
        verdict: 'DROP',
        level: 4,
        from: `192.168.20.${10 + index}`,
        port: 5432,
      });
    }
  }
  return packets.map((packet) => logLine(now, packet));
}

/** The cluster's firewall is on; a few guests have rules, one of them without the flag on its card. `now` in ms. */
export function homelabFirewall(now: number): FirewallParts {
  const ssh = { type: 'in', action: 'ACCEPT', macro: 'SSH', enable: 1 };
  return {
    cluster: {
      options: { enable: 1, policy_in: 'DROP' },
      rules: [{ ...ssh, source: '+dc/management', comment: 'Nodes from the house network' }],
      aliases: {
        router: { name: 'router', cidr: '192.168.1.1', comment: 'The way out' },
        house: { name: 'house', cidr: '192.168.1.0/24' },
      },
      sets: {
        management: {
          comment: 'Who may manage nodes',
          entries: [{ cidr: '192.168.1.20', comment: 'Laptop' }, { cidr: '192.168.1.0/28' }],
        },
        blacklist: { entries: [{ cidr: '203.0.113.0/24', comment: 'Scanners' }] },
      },
      groups: {
        monitoring: {
          comment: 'Prometheus may scrape',
          rules: [{ type: 'in', action: 'ACCEPT', proto: 'tcp', dport: '9100', enable: 1 }],
        },
        webserver: { rules: [{ type: 'in', action: 'ACCEPT', macro: 'Web', enable: 1 }] },
      },
    },
    guests: {
      101: {
        options: { enable: 1, policy_in: 'DROP', log_level_in: 'info' },
        rules: [
          { ...ssh, source: '+guest/admins', comment: 'Shell for the admins' },
          { type: 'in', action: 'ACCEPT', macro: 'Web', enable: 1 },
          { type: 'group', action: 'monitoring', enable: 1 },
          {
            type: 'in',
            action: 'ACCEPT',
            proto: 'tcp',
            dport: '8080,9000:9010',
            source: 'guest/staging',
            log: 'info',
            enable: 0,
            comment: 'Staging, only while it is tested',
          },
          { type: 'in', action: 'DROP', source: '+dc/blacklist', enable: 1 },
        ],
        aliases: {
          staging: { name: 'staging', cidr: '192.168.40.15', comment: 'Build machine' },
        },
        sets: {
          admins: {
            comment: 'People with a shell',
            entries: [
              { cidr: '192.168.1.20', comment: 'Laptop' },
              { cidr: '192.168.1.99', nomatch: 1, comment: 'Guest tablet' },
              { cidr: '192.168.1.0/24' },
            ],
          },
        },
      },
      103: {
        options: { enable: 1, policy_in: 'DROP', log_level_in: 'warning' },
        rules: [
          {
            type: 'in',
            action: 'ACCEPT',
            macro: 'PostgreSQL',
            source: 'dc/house',
            enable: 1,
            comment: 'Only from the house',
          },
          { type: 'in', action: 'DROP', proto: 'tcp', dport: '5432', log: 'warning', enable: 1 },
        ],
      },
      // Its network card has no firewall flag: these rules do nothing.
      104: {
        options: { enable: 1 },
        rules: [{ type: 'in', action: 'ACCEPT', proto: 'tcp', dport: '3000', enable: 1 }],
      },
      201: {
        options: { enable: 1, policy_out: 'REJECT', ipfilter: 1 },
        rules: [
          { type: 'in', action: 'ACCEPT', macro: 'HTTPS', iface: 'net0', enable: 1 },
          { type: 'out', action: 'ACCEPT', macro: 'DNS', dest: 'dc/router', enable: 1 },
        ],
      },
    },
    log: log(now),
  };
}
