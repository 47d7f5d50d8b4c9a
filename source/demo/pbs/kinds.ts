import type { PbsParameterSpec, PbsParameterTable } from './endpoint.ts';

type More = Omit<PbsParameterSpec, 'type' | 'optional'>;

const safeId = /^[A-Za-z0-9_][A-Za-z0-9._-]*$/;
const namespacePath = /^(?:(?:[A-Za-z0-9_][A-Za-z0-9._-]*\/){0,7}[A-Za-z0-9_][A-Za-z0-9._-]*)?$/;
const authId = /^[^\s:/]+@[A-Za-z0-9_][A-Za-z0-9._-]*(?:![A-Za-z0-9_][A-Za-z0-9._-]*)?$/;
/** Parts joined by nothing else than what a configuration line can hold. */
const oneLine = /^[^\p{Cc}]*$/u;

export function text(more: More = {}): PbsParameterSpec {
  return { type: 'string', ...more };
}

export function maybeText(more: More = {}): PbsParameterSpec {
  return { type: 'string', optional: true, ...more };
}

export function maybeInteger(more: More = {}): PbsParameterSpec {
  return { type: 'integer', optional: true, ...more };
}

export const maybeFlag: PbsParameterSpec = { type: 'boolean', optional: true };

export function maybeList(items: PbsParameterSpec): PbsParameterSpec {
  return { type: 'array', optional: true, items };
}

const name: More = { pattern: safeId, minLength: 3, maxLength: 32 };
export const storeName = text(name);
export const maybeStore = maybeText(name);
export const jobId = text(name);
export const maybeName = maybeText(name);
export const namespace = maybeText({ pattern: namespacePath, maxLength: 256 });
export const requiredNamespace = text({ pattern: namespacePath, maxLength: 256 });
export const someone = text({ pattern: authId, minLength: 3, maxLength: 64 });
export const maybeSomeone = maybeText({ pattern: authId, minLength: 3, maxLength: 64 });
export const comment = maybeText({ pattern: oneLine, maxLength: 128 });
export const depth = maybeInteger({ minimum: 0, maximum: 7 });
const threads = maybeInteger({ minimum: 1, maximum: 32 });
export const digest = maybeText();

export const storeParameters: PbsParameterTable = { store: storeName };
export const nodeParameters: PbsParameterTable = {
  node: text({ pattern: /^[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?$/ }),
};

const types = ['vm', 'ct', 'host'];
const backupId: More = { pattern: safeId };

export const groupParameters: PbsParameterTable = {
  ...storeParameters,
  ns: namespace,
  'backup-type': text({ enum: types }),
  'backup-id': text(backupId),
};

export const snapshotParameters: PbsParameterTable = {
  ...groupParameters,
  'backup-time': { type: 'integer', minimum: 1 },
};

export const maybeGroupParameters: PbsParameterTable = {
  ...storeParameters,
  ns: namespace,
  'backup-type': maybeText({ enum: types }),
  'backup-id': maybeText(backupId),
};

const count = maybeInteger({ minimum: 1 });

export const keepParameters: PbsParameterTable = {
  'keep-last': count,
  'keep-hourly': count,
  'keep-daily': count,
  'keep-weekly': count,
  'keep-monthly': count,
  'keep-yearly': count,
};

export const verifyParameters: PbsParameterTable = {
  'ignore-verified': maybeFlag,
  'max-depth': depth,
  ns: namespace,
  'outdated-after': maybeInteger({ minimum: 0 }),
  'read-threads': threads,
  'verify-threads': threads,
};

export const threadCount = threads;
export const rrdParameters: PbsParameterTable = {
  timeframe: text({ enum: ['hour', 'day', 'week', 'month', 'year', 'decade'] }),
  cf: text({ enum: ['MAX', 'AVERAGE'] }),
};
