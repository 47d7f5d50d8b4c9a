import { isIPv4, isIPv6 } from 'node:net';

/** What is wrong with a value, in PVE's words; undefined = nothing. */
type Check = (value: string) => string | undefined;

const name = '[A-Za-z][A-Za-z0-9\\-_]+';
const alias = new RegExp(`^(?:dc/|guest/)?(${name})$`);

const services = new Set(
  'ssh domain http https smtp ftp telnet ntp imap imaps pop3 pop3s ldap ldaps postgresql mysql ms-wbt-server'.split(
    ' ',
  ),
);
const protocols = new Map(
  'icmp:1 igmp:2 ipencap:4 tcp:6 udp:17 dccp:33 ipv6:41 gre:47 esp:50 ah:51 ipv6-icmp:58 icmpv6:58 ospf:89 vrrp:112 sctp:132 udplite:136'
    .split(' ')
    .map((each) => each.split(':') as [string, string]),
);
export const icmpTypes = new Set(
  'any echo-reply echo-request destination-unreachable network-unreachable host-unreachable port-unreachable source-quench redirect router-advertisement router-solicitation time-exceeded parameter-problem timestamp-request timestamp-reply'.split(
    ' ',
  ),
);
export const icmpv6Types = new Set(
  'destination-unreachable no-route packet-too-big time-exceeded parameter-problem echo-request echo-reply router-solicitation router-advertisement neighbor-solicitation neighbor-advertisement redirect'.split(
    ' ',
  ),
);

export function isIcmpProtocol(proto: string): boolean {
  return proto === 'icmp' || proto === 'icmpv6' || proto === 'ipv6-icmp';
}

export const protocolsWithPorts = new Set('udp 17 udplite 136 tcp 6 dccp 33 sctp 132'.split(' '));

/** Every bit of an address, first to last. */
function bits(address: string): string {
  if (isIPv4(address)) {
    return address
      .split('.')
      .map((part) => Number(part).toString(2).padStart(8, '0'))
      .join('');
  }
  const [head = '', tail] = new URL(`http://[${address}]`).hostname.slice(1, -1).split('::');
  const parts = (text: string | undefined) => (text ? text.split(':') : []);
  const [before, after] = [parts(head), parts(tail)];
  const zeros = Array<string>(8 - before.length - after.length).fill('0');
  return [...before, ...zeros, ...after]
    .map((part) => Number.parseInt(part, 16).toString(2).padStart(16, '0'))
    .join('');
}

const versionOf = (address: string) => (isIPv4(address) ? 4 : isIPv6(address) ? 6 : undefined);

/** The IP version of one element of a list, or what Net::IP says about it. */
function element(text: string): 4 | 6 | string {
  const [from = '', to] = text.split('-').map((part) => part.trim());
  if (to !== undefined) {
    const version = versionOf(from);
    if (version === undefined || version !== versionOf(to)) return `Invalid IP ${text}`;
    return bits(from) > bits(to) ? `Begin is after end: ${text}` : version;
  }
  const [address = '', prefix] = text.split('/');
  const version = versionOf(address);
  if (version === undefined) return `Cannot determine IP version for ${address}`;
  if (prefix === undefined) return version;
  const most = version === 4 ? 32 : 128;
  if (!/^\d+$/.test(prefix) || Number(prefix) > most) return `Invalid prefix length ${prefix}`;
  return bits(address).slice(Number(prefix)).includes('1') ? `Invalid prefix ${text}` : version;
}

/** The IP version of an address specification (undefined = any or not told by it). @throws Error in PVE's words */
export function addressVersion(spec: string): 4 | 6 | undefined {
  if (/^\+\S+$/.test(spec)) {
    if (spec.length > 65) throw new Error('ipset name too long');
    return undefined;
  }
  if (alias.test(spec)) {
    if (spec.length > 64) throw new Error('alias name too long');
    return undefined;
  }
  const parts = spec.split(',');
  if (parts.at(-1) === '') throw new Error('extraneous commas in list');
  let version: 4 | 6 | undefined;
  for (const part of parts) {
    const found = element(part);
    if (typeof found === 'string') throw new Error(`invalid IP address: ${found}`);
    if (version !== undefined && found !== version) {
      throw new Error(`detected mixed ipv4/ipv6 addresses in address list '${spec}'`);
    }
    version = found;
  }
  if (parts.length > 1 && parts.some((part) => part.includes('-'))) {
    throw new Error("you can't use a range in a list");
  }
  return version;
}

/** @throws Error in PVE's words */
export function checkPorts(spec: string, icmp: boolean): void {
  const parts = spec.split(',');
  if (parts.at(-1) === '') throw new Error('extraneous commas in list');
  let count = 0;
  for (const part of parts) {
    const range = /^(\d+):(\d+)$/.exec(part);
    const ports = range ? [range[1] ?? '', range[2] ?? ''] : /^\d+$/.test(part) ? [part] : [];
    count += ports.length;
    for (const port of ports) if (Number(port) > 65_535) throw new Error(`invalid port '${port}'`);
    if (range && Number(range[1]) > Number(range[2])) {
      throw new Error(
        `backwards range '${part}' not allowed, did you mean '${range[2]}:${range[1]}'?`,
      );
    }
    const named = services.has(part) || (icmp && (icmpTypes.has(part) || icmpv6Types.has(part)));
    if (ports.length === 0 && !named) throw new Error(`invalid port '${part}'`);
  }
  if (count > 15) throw new Error('too many entries in port list (> 15 numbers)');
}

function told(check: (value: string) => unknown): Check {
  return (value) => {
    try {
      if (value !== '') check(value);
      return undefined;
    } catch (error) {
      return (error as Error).message;
    }
  };
}

const ipOrCidr: Check = (value) => {
  const [address = '', prefix, rest] = value.split('/');
  const version = versionOf(address);
  const good =
    version !== undefined &&
    rest === undefined &&
    (prefix === undefined ||
      (/^\d+$/.test(prefix) && Number(prefix) <= (version === 4 ? 32 : 128)));
  return good ? undefined : 'value does not look like a valid IP address or CIDR network';
};

/** What the schema's named formats of the firewall take. */
export const firewallFormats: Readonly<Record<string, Check>> = {
  IPorCIDR: ipOrCidr,
  IPorCIDRorAlias: (value) => (alias.test(value) ? undefined : ipOrCidr(value)),
  'pve-iface': (value) =>
    /^[a-zA-Z][a-zA-Z0-9_]{1,20}(?:[:.]\d+)?$/.test(value)
      ? undefined
      : `invalid network interface name '${value}'`,
  'pve-fw-addr-spec': told(addressVersion),
  'pve-fw-sport-spec': told((value) => checkPorts(value, false)),
  'pve-fw-dport-spec': told((value) => checkPorts(value, true)),
  'pve-fw-protocol-spec': (value) =>
    value === '' || protocols.has(value) || [...protocols.values()].includes(value)
      ? undefined
      : `unknown protocol '${value}'`,
  'pve-fw-icmp-type-spec': (value) =>
    value === '' || icmpTypes.has(value) || icmpv6Types.has(value)
      ? undefined
      : `invalid icmp-type value '${value}'`,
};
