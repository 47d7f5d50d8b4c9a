import type { ParameterSpec, ParameterTable } from './endpoint.ts';

type More = Omit<ParameterSpec, 'type' | 'optional'>;

export function text(more: More = {}): ParameterSpec {
  return { type: 'string', ...more };
}

export function optionalText(more: More = {}): ParameterSpec {
  return { type: 'string', optional: true, ...more };
}

export function optionalInteger(more: More = {}): ParameterSpec {
  return { type: 'integer', optional: true, ...more };
}

export function optionalNumber(more: More = {}): ParameterSpec {
  return { type: 'number', optional: true, ...more };
}

export function optionalFlag(more: More = {}): ParameterSpec {
  return { type: 'boolean', optional: true, ...more };
}

export const nodeParameter: ParameterTable = { node: text({ format: 'pve-node' }) };

export const guestParameters: ParameterTable = {
  ...nodeParameter,
  vmid: { type: 'integer', minimum: 100, maximum: 999_999_999, format: 'pve-vmid' },
};

export const optionalVmid: ParameterSpec = optionalInteger({
  minimum: 100,
  maximum: 999_999_999,
  format: 'pve-vmid',
});

export const storageParameters: ParameterTable = {
  ...nodeParameter,
  storage: text({ format: 'pve-storage-id' }),
};

export const snapshotParameters: ParameterTable = {
  ...guestParameters,
  snapname: text({ maxLength: 40, format: 'pve-configid' }),
};
