/* IP addresses as PVE checks them. Every function answers why the server would refuse, or undefined. */

type Problem = string | undefined;

const octet = '(?:25[0-5]|2[0-4]\\d|1\\d\\d|[1-9]?\\d)';
const ipv4 = new RegExp(`^${octet}(?:\\.${octet}){3}$`);

export function isIpv4(text: string): boolean {
  return ipv4.test(text);
}

/** Also with an IPv4 tail; no zone (`%eth0`). */
export function isIpv6(text: string): boolean {
  const tail = /^(.*:)(\d+\.\d+\.\d+\.\d+)$/.exec(text);
  if (tail) return isIpv4(tail[2] ?? '') && isIpv6(`${tail[1]}0:0`);
  const halves = text.split('::');
  if (halves.length > 2) return false;
  const groups = halves.map((half) => (half === '' ? [] : half.split(':')));
  const all = groups.flat();
  if (!all.every((group) => /^[0-9a-f]{1,4}$/i.test(group))) return false;
  return halves.length === 2 ? all.length <= 7 : all.length === 8;
}

export function ipProblem(text: string): Problem {
  return isIpv4(text) || isIpv6(text) ? undefined : 'not an IP address';
}

export function ipv4Problem(text: string): Problem {
  return isIpv4(text) ? undefined : 'not an IPv4 address like 192.168.1.1';
}

export function ipv6Problem(text: string): Problem {
  return isIpv6(text) ? undefined : 'not an IPv6 address like fd00::1';
}

/** `CIDRv4`: PVE wants a prefix of 8 to 32. */
export function cidr4Problem(text: string): Problem {
  const [address = '', prefix, rest] = text.split('/');
  if (prefix === undefined && isIpv4(address)) return 'the prefix is missing, like /24';
  if (!isIpv4(address) || rest !== undefined) return 'not like 192.168.1.10/24';
  return prefixFits(prefix, 32) ? undefined : 'the prefix goes from /8 to /32';
}

/** `CIDRv6`: PVE wants a prefix of 8 to 128. */
export function cidr6Problem(text: string): Problem {
  const [address = '', prefix, rest] = text.split('/');
  if (prefix === undefined && isIpv6(address)) return 'the prefix is missing, like /64';
  if (!isIpv6(address) || rest !== undefined) return 'not like fd00::10/64';
  return prefixFits(prefix, 128) ? undefined : 'the prefix goes from /8 to /128';
}

export function cidrProblem(text: string): Problem {
  return text.includes(':') ? cidr6Problem(text) : cidr4Problem(text);
}

function prefixFits(prefix: string | undefined, max: number): boolean {
  if (prefix === undefined || !/^\d{1,3}$/.test(prefix)) return false;
  return Number(prefix) >= 8 && Number(prefix) <= max;
}

/** `ip=` of a container's NIC (`dhcp`, `manual`) and of cloud-init (`dhcp` only, `words` says which). */
export function ip4ConfigProblem(text: string, words: readonly string[] = ['dhcp']): Problem {
  return words.includes(text) ? undefined : cidr4Problem(text);
}

/** `ip6=`: cloud-init takes `auto` and `dhcp`, containers also `manual`. */
export function ip6ConfigProblem(
  text: string,
  words: readonly string[] = ['auto', 'dhcp'],
): Problem {
  return words.includes(text) ? undefined : cidr6Problem(text);
}

/** Addresses of name servers, separated by commas or spaces. */
export function nameserversProblem(text: string): Problem {
  const bad = text.split(/[;, ]+/).find((each) => each !== '' && ipProblem(each) !== undefined);
  return bad === undefined ? undefined : `${bad} is not an IP address`;
}
