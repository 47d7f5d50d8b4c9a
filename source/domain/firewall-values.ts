/*
 * PVE's own rules for what a firewall takes (pve-firewall, Firewall.pm), asked before a call. Every function answers in a
 * few words why the server would refuse, or undefined.
 */
import { isIpv4, isIpv6 } from './address.ts';

type Problem = string | undefined;

export const logLevels = [
  ...['nolog', 'emerg', 'alert', 'crit', 'err', 'warning', 'notice', 'info', 'debug'],
] as const;

export const policies = ['ACCEPT', 'DROP', 'REJECT'] as const;

/** Protocols whose packets have ports, by name and number. */
const withPorts = ['tcp', 'udp', 'udplite', 'dccp', 'sctp', '6', '17', '33', '132', '136'];
const icmp = ['icmp', 'icmpv6', 'ipv6-icmp'];

export function hasPorts(proto: string): boolean {
  return withPorts.includes(proto);
}

export function isIcmp(proto: string): boolean {
  return icmp.includes(proto);
}

const name = '[A-Za-z][A-Za-z0-9_-]+';
const wholeName = new RegExp(`^${name}$`);
const alias = new RegExp(`^(?:dc/|guest/)?${name}$`);
const set = new RegExp(`^\\+(?:dc/|guest/|sdn/)?${name}$`);

/** Names of aliases and IP sets. */
export function firewallNameProblem(text: string): Problem {
  if (text.length < 2) return 'needs at least 2 characters';
  if (text.length > 64) return `at most 64 characters, this has ${text.length}`;
  if (!/^[A-Za-z]/.test(text)) return 'must start with a letter';
  return wholeName.test(text) ? undefined : 'only letters, digits, - and _';
}

export function groupNameProblem(text: string): Problem {
  if (text.length > 20) return `at most 20 characters, this has ${text.length}`;
  return firewallNameProblem(text);
}

/** An address as a number, so that ranges and prefixes can be compared. */
function numberOf(address: string): bigint {
  if (isIpv4(address)) {
    return address.split('.').reduce((sum, part) => sum * 256n + BigInt(part), 0n);
  }
  const tail = /^(.*:)(\d+)\.(\d+)\.(\d+)\.(\d+)$/.exec(address);
  const hex = (a = '0', b = '0') => (Number(a) * 256 + Number(b)).toString(16);
  const plain = tail ? `${tail[1]}${hex(tail[2], tail[3])}:${hex(tail[4], tail[5])}` : address;
  const [head = '', rest] = plain.split('::');
  const groups = (text: string) => (text === '' ? [] : text.split(':'));
  const left = groups(head);
  const right = rest === undefined ? [] : groups(rest);
  const middle = Array<string>(Math.max(0, 8 - left.length - right.length)).fill('0');
  const all = rest === undefined ? left : [...left, ...middle, ...right];
  return all.reduce((sum, part) => sum * 65_536n + BigInt(`0x${part}`), 0n);
}

const bitsOf = (address: string) => (isIpv4(address) ? 32 : 128);

interface Element {
  readonly version: 4 | 6;
  readonly range: boolean;
}

/** One part of a list: an address, a network without host bits, or a range. */
function element(text: string): Element | string {
  const [from = '', to, more] = text.split('-').map((part) => part.trim());
  if (to !== undefined) {
    const known = [from, to].every((each) => isIpv4(each) || isIpv6(each));
    if (more !== undefined || !known) return `${text} is no range like 10.0.0.1-10.0.0.9`;
    if (isIpv4(from) !== isIpv4(to)) return `${text} mixes IPv4 and IPv6`;
    if (numberOf(from) > numberOf(to)) return `${text} runs backwards`;
    return { version: isIpv4(from) ? 4 : 6, range: true };
  }
  const network = networkProblem(text, 'exact');
  return network ?? { version: isIpv4(text.split('/')[0] ?? '') ? 4 : 6, range: false };
}

/** An address or network. `exact` = the bits behind the prefix have to be zero. */
function networkProblem(text: string, host: 'exact' | 'any'): Problem {
  const [address = '', prefix, more] = text.split('/');
  if (!isIpv4(address) && !isIpv6(address)) return `${text} is no address`;
  if (prefix === undefined) return undefined;
  const bits = bitsOf(address);
  if (more !== undefined || !/^\d{1,3}$/.test(prefix) || Number(prefix) > bits) {
    return `the prefix of ${text} goes from /0 to /${bits}`;
  }
  const hostBits = numberOf(address) & ((1n << BigInt(bits - Number(prefix))) - 1n);
  return host === 'exact' && hostBits !== 0n
    ? `${text} is an address in a network: give the network itself, or the address without its prefix`
    : undefined;
}

/** `source` and `dest` of a rule: addresses, networks, a range, an alias, or `+` and an IP set. */
export function addressSpecProblem(text: string): Problem {
  if (text.length > 512) return `at most 512 characters, this has ${text.length}`;
  if (text.startsWith('+')) return set.test(text) ? undefined : 'no IP set like +name or +dc/name';
  if (alias.test(text)) return undefined;
  const parts = text.split(',');
  if (parts.some((part) => part.trim() === '')) return 'a comma too many';
  const elements = parts.map(element);
  const wrong = elements.find((each) => typeof each === 'string');
  if (typeof wrong === 'string') {
    return /[a-z]/i.test(text) && !/[:.]/.test(text) ? `${text} is no address and no alias` : wrong;
  }
  const found = elements.flatMap((each) => (typeof each === 'string' ? [] : [each]));
  if (new Set(found.map(({ version }) => version)).size > 1) return 'IPv4 and IPv6 do not mix';
  return found.length > 1 && found.some(({ range }) => range)
    ? 'a range stands alone, not in a list'
    : undefined;
}

/** What an alias stands for: an address or a network. */
export function aliasCidrProblem(text: string): Problem {
  return networkProblem(text, 'any');
}

/** An entry of an IP set: an address, a network, or an alias. */
export function entryProblem(text: string): Problem {
  if (alias.test(text)) return undefined;
  return networkProblem(text, 'any') ?? (/\/0+$/.test(text) ? 'no /0 in an IP set' : undefined);
}

/** Ports, ranges (`80:90`) and names of services, separated by commas. */
export function portsProblem(text: string): Problem {
  const parts = text.split(',');
  if (parts.some((part) => part === '')) return 'a comma too many';
  let count = 0;
  for (const part of parts) {
    const range = /^(\d+):(\d+)$/.exec(part);
    if (/^\d+-\d+$/.test(part)) return `a range is written ${part.replace('-', ':')}`;
    if (!range && !/^(?:\d+|[a-z][a-z0-9_.+-]*)$/i.test(part)) return `${part} is no port`;
    count += range ? 2 : 1;
    const figures = range ? [range[1], range[2]] : /^\d+$/.test(part) ? [part] : [];
    const high = figures.find((each) => Number(each) > 65_535);
    if (high !== undefined) return `${high} is no port, they go up to 65535`;
    if (range && Number(range[1]) > Number(range[2])) return `${part} runs backwards`;
  }
  return count > 15 ? 'at most 15 ports, a range counts as two' : undefined;
}

/** A protocol's name or number as /etc/protocols has them; the names themselves only the server knows. */
export function protocolProblem(text: string): Problem {
  if (/^\d+$/.test(text)) return Number(text) <= 255 ? undefined : 'a number up to 255';
  return /^[a-z][a-z0-9.+-]*$/i.test(text) ? undefined : 'no protocol like tcp';
}

/** A network device of a guest by its key. */
export function nicKeyProblem(text: string): Problem {
  return /^net\d+$/.test(text) ? undefined : 'a network device like net0';
}

/** The rest of a line in a file: a line break would be another rule. */
export function firewallCommentProblem(text: string): Problem {
  return /[\r\n]/.test(text) ? 'one line only' : undefined;
}
