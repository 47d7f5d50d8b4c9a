import { isIPv4, isIPv6 } from 'node:net';
import { firewallFormats } from './firewall-formats.ts';

type Check = (value: string) => string | undefined;

function byPattern(pattern: RegExp, problem: (value: string) => string): Check {
  return (value) => (pattern.test(value) ? undefined : problem(value));
}

function list(check: Check): Check {
  return (value) => {
    for (const item of value.split(/[,;\s\0]+/).filter(Boolean)) {
      const problem = check(item);
      if (problem !== undefined) return problem;
    }
    return undefined;
  };
}

const configId = byPattern(/^[a-z][a-z0-9_-]+$/i, (value) => `invalid configuration ID '${value}'`);
const dnsName = byPattern(
  /^(?:(?:[a-zA-Z0-9](?:[a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?)\.)*[a-zA-Z0-9](?:[a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?$/,
  () => 'value does not look like a valid DNS name',
);
const vmid: Check = (value) =>
  /^[1-9][0-9]{2,8}$/.test(value) ? undefined : 'value does not look like a valid VM ID';
const tag = byPattern(/^[a-z0-9_][a-z0-9_\-+.]*$/i, () => 'invalid characters in tag');
const contents = ['images', 'rootdir', 'vztmpl', 'iso', 'backup', 'snippets', 'import', 'none'];
const content: Check = (value) =>
  contents.includes(value) ? undefined : `invalid content type '${value}'`;

const volumeId = byPattern(
  /^[a-z][a-z0-9\-_.]*[a-z0-9]:\S+$/i,
  (value) => `unable to parse volume ID '${value}'`,
);

const isMac: Check = (value) =>
  /^[a-f0-9][02468ace](?::[a-f0-9]{2}){5}$/i.test(value)
    ? undefined
    : 'value does not look like a valid unicast MAC address';

/** An address with its prefix length, or one of the words. */
function cidr(version: 4 | 6, words: readonly string[], what: string): Check {
  const [isAddress, most] = version === 4 ? ([isIPv4, 32] as const) : ([isIPv6, 128] as const);
  return (value) => {
    if (words.includes(value)) return undefined;
    const [address = '', prefix = '', ...rest] = value.split('/');
    const good = isAddress(address) && /^\d+$/.test(prefix) && rest.length === 0;
    return good && Number(prefix) <= most ? undefined : `value does not look like a valid ${what}`;
  };
}

/** `ip=…,gw=…`: cloud-init's addresses of one NIC. */
const ipConfig: Check = (value) => {
  const known: Readonly<Record<string, Check>> = {
    ip: cidr(4, ['dhcp'], 'ipv4 network configuration'),
    ip6: cidr(6, ['dhcp', 'auto'], 'ipv6 network configuration'),
    gw: (one) => (isIPv4(one) ? undefined : 'value does not look like a valid IPv4 address'),
    gw6: (one) => (isIPv6(one) ? undefined : 'value does not look like a valid IPv6 address'),
  };
  const seen = new Map<string, string>();
  for (const part of value.split(',').filter(Boolean)) {
    const [key = '', one = ''] = part.split('=');
    const problem = known[key] ? known[key](one) : `unknown key '${key}'`;
    if (problem !== undefined) return `${key}: ${problem}`;
    seen.set(key, one);
  }
  if (seen.has('gw') && !seen.has('ip'))
    return 'gateway specified without specifying an IP address';
  if (seen.has('gw6') && !seen.has('ip6'))
    return 'IPv6 gateway specified without specifying an IPv6 address';
  if (seen.has('gw') && seen.get('ip') === 'dhcp') return 'gateway specified together with DHCP';
  return undefined;
};

const bootOrder: Check = (value) => {
  const order = /^(?:legacy=)?[acdn]{1,4}$|^order=(.*)$/.exec(value);
  if (!order) return 'unable to parse boot order';
  const bad = (order[1] ?? '')
    .split(';')
    .filter(Boolean)
    .find((device) => !/^(?:(?:ide|sata|scsi|virtio|net|usb|hostpci)\d+)$/.test(device));
  return bad === undefined ? undefined : `'${bad}' is not a bootable device`;
};

const storagePair: Check = (value) =>
  /^(?:1|[a-z][a-z0-9\-_.]*[a-z0-9](?::[a-z][a-z0-9\-_.]*[a-z0-9])?)$/i.test(value)
    ? undefined
    : `storage ID '${value}' contains illegal characters`;

const urlEncoded: Check = (value) =>
  /^[-%a-zA-Z0-9_.!~*'()]*$/.test(value) ? undefined : 'value is not urlencoded';

const checks: Readonly<Record<string, Check>> = {
  ...firewallFormats,
  'pve-node': byPattern(
    /^[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?$/,
    () => 'value does not look like a valid node name',
  ),
  'pve-vmid': vmid,
  'pve-vmid-list': list(vmid),
  'pve-configid': configId,
  'pve-configid-list': list(
    byPattern(/^[a-z][a-z0-9_-]+\d*$/i, (value) => `invalid configuration ID '${value}'`),
  ),
  'pve-storage-id': byPattern(
    /^[a-z][a-z0-9\-_.]*[a-z0-9]$/i,
    (value) => `storage ID '${value}' contains illegal characters`,
  ),
  'pve-storage-content': content,
  'pve-storage-content-list': list(content),
  'pve-poolid': byPattern(
    /^[A-Za-z0-9.\-_]+(?:\/[A-Za-z0-9.\-_]+){0,2}$/,
    (value) => `pool name '${value}' contains invalid characters`,
  ),
  'pve-realm': byPattern(
    /^[A-Za-z][A-Za-z0-9.\-_]+$/,
    () => 'value does not look like a valid realm',
  ),
  'pve-tag-list': list(tag),
  'dns-name': dnsName,
  'dns-name-list': list(dnsName),
  address: byPattern(
    /^(?:[0-9a-fA-F:]+(?:%\w+)?|[a-zA-Z0-9](?:[a-zA-Z0-9.-]*[a-zA-Z0-9])?)$/,
    (value) => `value does not look like a valid address: ${value}`,
  ),
  'disk-size': byPattern(
    /^\d+(?:\.\d+)?[KMGT]?$/,
    (value) => `value does not look like a valid disk size: ${value}`,
  ),
  'mac-addr': isMac,
  'pve-bridge-id': byPattern(/^[-_.\w\d]+$/, (value) => `invalid bridge ID '${value}'`),
  'pve-volume-id': volumeId,
  'pve-drive': (value) =>
    value === 'none' || value === 'cdrom' || value.startsWith('/') ? undefined : volumeId(value),
  'pve-lxc-mp-string': byPattern(/^\S.*$/, () => 'unable to parse volume'),
  ipv4: (value) => (isIPv4(value) ? undefined : 'value does not look like a valid IPv4 address'),
  ipv6: (value) => (isIPv6(value) ? undefined : 'value does not look like a valid IPv6 address'),
  'pve-ipv4-config': cidr(4, ['dhcp', 'manual'], 'ipv4 network configuration'),
  'pve-ipv6-config': cidr(6, ['auto', 'dhcp', 'manual'], 'ipv6 network configuration'),
  'pve-qm-ipconfig': ipConfig,
  'pve-qm-boot': bootOrder,
  'address-list': list(
    byPattern(
      /^[0-9a-zA-Z:.%-]+$/,
      (value) => `value does not look like a valid address: ${value}`,
    ),
  ),
  'storage-pair-list': list(storagePair),
  urlencoded: urlEncoded,
  'pve-hotplug-features': list((value) =>
    ['0', '1', 'network', 'disk', 'cpu', 'memory', 'usb', 'cloudinit'].includes(value)
      ? undefined
      : `unknown hotplug feature '${value}'`,
  ),
  'pve-task-status-type-list': list((value) =>
    ['ok', 'warning', 'error', 'unknown'].includes(value)
      ? undefined
      : `invalid task status type '${value}'`,
  ),
  'pve-startup-order': byPattern(
    /^(?:\d+|(?:order|up|down)=\d+)(?:,(?:order|up|down)=\d+)*$/,
    () => 'unable to parse startup options',
  ),
};

/** What is wrong with a value of this format, in PVE's manner; formats without a check here are accepted. */
export function checkFormat(format: string, value: string): string | undefined {
  const problem = checks[format]?.(value);
  return problem === undefined ? undefined : `invalid format - ${problem}`;
}
