function two(value: number): string {
  return String(value).padStart(2, '0');
}

/** `vzdump-qemu-101-2026_07_18-02_00_02.vma.zst`; `seconds` since the epoch, in UTC as the demo's nodes are. */
export function archiveName(
  type: 'qemu' | 'lxc',
  vmid: number,
  seconds: number,
  packed = 'zst',
): string {
  const at = new Date(seconds * 1000);
  const date = `${at.getUTCFullYear()}_${two(at.getUTCMonth() + 1)}_${two(at.getUTCDate())}`;
  const time = `${two(at.getUTCHours())}_${two(at.getUTCMinutes())}_${two(at.getUTCSeconds())}`;
  return `vzdump-${type}-${vmid}-${date}-${time}.${type === 'qemu' ? 'vma' : 'tar'}${packed === '' ? '' : `.${packed}`}`;
}
