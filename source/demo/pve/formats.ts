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

const checks: Readonly<Record<string, Check>> = {
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
