import { X509Certificate } from 'node:crypto';
import type { JournalEntry } from '../../world/journal.ts';
import type { TaskControl, TaskScript } from '../../world/tasks.ts';
import { type Call, type Endpoint, Page } from '../endpoint.ts';
import { died } from '../errors.ts';
import { nodeParameter, optionalFlag, optionalInteger, optionalText } from '../parameter-kinds.ts';

const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** `Jul 18 22:00:02 pve1 pvestatd[912]: …` */
function line(node: string, entry: JournalEntry): string {
  const at = new Date(entry.time);
  const clock = at.toISOString().slice(11, 19);
  const day = String(at.getUTCDate()).padStart(2, '0');
  return `${months[at.getUTCMonth()]} ${day} ${clock} ${node} ${entry.unit}[${entry.pid}]: ${entry.text}`;
}

function cursor(call: Call, entry: { index: number; time: number }): string {
  const { noise } = call.world;
  const id = noise.hex(`journal/${call.node}`, 32);
  const boot = noise.hex(`boot/${call.node}`, 32);
  const micros = BigInt(entry.time) * 1000n;
  return `s=${id};i=${entry.index.toString(16)};b=${boot};m=${micros.toString(16)};t=${micros.toString(16)};x=${noise.hex('x', 16, entry.index)}`;
}

function cursorIndex(call: Call, name: 'startcursor' | 'endcursor'): number | undefined {
  const given = call.text(name);
  if (given === undefined) return undefined;
  const index = /(?:^|;)i=([0-9a-f]+)(?:;|$)/.exec(given)?.[1];
  if (index === undefined) throw died('Failed to seek to cursor: Invalid argument');
  return Number.parseInt(index, 16);
}

/** `[cursor of the first, line, …, cursor of the last]`; without lines the cursor stands at both ends. */
function journal(call: Call): string[] {
  const all = call.world.journals.get(call.node)?.entries ?? [];
  const after = cursorIndex(call, 'startcursor');
  const before = cursorIndex(call, 'endcursor');
  const since = call.number('since');
  const until = call.number('until');
  const last = call.number('lastentries');
  let entries = all.filter(
    (entry) =>
      (after === undefined || entry.index > after) &&
      (before === undefined || entry.index < before) &&
      (since === undefined || entry.time >= since * 1000) &&
      (until === undefined || entry.time <= until * 1000),
  );
  if (last !== undefined) entries = entries.slice(Math.max(0, entries.length - last));
  const [first, end] = [entries[0], entries.at(-1)];
  if (!first || !end) {
    const stays = call.text('startcursor') ?? call.text('endcursor');
    const here = stays ?? cursor(call, all.at(-1) ?? { index: 0, time: call.world.clock.now });
    return [here, here];
  }
  return [
    cursor(call, first),
    ...entries.map((entry) => line(call.node, entry)),
    cursor(call, end),
  ];
}

/** `2026-07-18`, with or without a time, as ms since the epoch. */
function moment(given: string | undefined): number | undefined {
  if (given === undefined) return undefined;
  const [date = '', clock = '00:00:00'] = given.split(' ');
  return Date.parse(`${date}T${clock.length === 5 ? `${clock}:00` : clock}Z`);
}

function syslog(call: Call): Page {
  const since = moment(call.text('since')) ?? 0;
  const until = moment(call.text('until')) ?? Number.POSITIVE_INFINITY;
  const service = call.text('service');
  const entries = (call.world.journals.get(call.node)?.entries ?? []).filter(
    (entry) =>
      entry.time >= since &&
      entry.time <= until &&
      (service === undefined || entry.unit === service),
  );
  const start = call.number('start') ?? 0;
  const rows = entries
    .slice(start, start + (call.number('limit') ?? 50))
    .map((entry, index) => ({ n: start + index + 1, t: line(call.node, entry) }));
  return new Page(rows, entries.length);
}

/** `C=…\nCN=…` → `/C=…/CN=…`, as PVE prints names. */
function slashes(name: string): string {
  return `/${name.split('\n').join('/')}`;
}

function certificate(filename: string, pem: string): unknown {
  const found = new X509Certificate(pem);
  const names = (found.subjectAltName ?? '').split(', ').filter(Boolean);
  return {
    filename,
    fingerprint: found.fingerprint256,
    subject: slashes(found.subject),
    issuer: slashes(found.issuer),
    san: names.map((name) => name.replace(/^(?:DNS|IP Address):/, '')),
    notbefore: Math.floor(Date.parse(found.validFrom) / 1000),
    notafter: Math.floor(Date.parse(found.validTo) / 1000),
    'public-key-type':
      found.publicKey.asymmetricKeyType === 'ec' ? 'id-ecPublicKey' : 'rsaEncryption',
    'public-key-bits': found.publicKey.asymmetricKeyType === 'ec' ? 256 : 2048,
    pem,
  };
}

function certificates(call: Call): unknown[] {
  const { ca, cert } = call.around.certificates(call.node);
  return [certificate('pve-root-ca.pem', ca), certificate('pve-ssl.pem', cert)];
}

function updates(call: Call): unknown[] {
  return call.world.node(call.node).updates.map((update) => ({
    Package: update.name,
    Title: update.title,
    Description: `${update.title}.`,
    OldVersion: update.oldVersion,
    Version: update.version,
    Origin: update.origin,
    Arch: 'amd64',
    Priority: 'optional',
    Section: update.section,
  }));
}

function* refreshScript(task: TaskControl): TaskScript {
  task.log('starting apt-get update');
  const suites = ['trixie', 'trixie-updates', 'trixie-security'];
  for (const suite of suites) {
    yield 1;
    task.log(`Hit: http://deb.debian.org/debian ${suite} InRelease`);
  }
  yield 1;
  task.log('Get:4 http://download.proxmox.com/debian/pve trixie InRelease [2,771 B]');
  task.log('Fetched 2,771 B in 2s (1,412 B/s)');
  task.log('Reading package lists...');
}

const common = { method: 'GET', proxyto: 'node' } as const;
const syslogRight = { path: '/nodes/{node}', privileges: ['Sys.Syslog'] };
const modify = { path: '/nodes/{node}', privileges: ['Sys.Modify'] };
const datePattern = /^\d{4}-\d{2}-\d{2}( \d{2}:\d{2}(:\d{2})?)?$/;
const epoch = optionalInteger({ minimum: 0 });

export const systemEndpoints: readonly Endpoint[] = [
  {
    ...common,
    path: '/nodes/{node}/journal',
    permission: syslogRight,
    alwaysGzip: true,
    parameters: {
      ...nodeParameter,
      endcursor: optionalText(),
      lastentries: epoch,
      since: epoch,
      startcursor: optionalText(),
      until: epoch,
    },
    handler: journal,
  },
  {
    ...common,
    path: '/nodes/{node}/syslog',
    permission: syslogRight,
    parameters: {
      ...nodeParameter,
      limit: epoch,
      service: optionalText({ maxLength: 128 }),
      since: optionalText({ pattern: datePattern }),
      start: epoch,
      until: optionalText({ pattern: datePattern }),
    },
    handler: syslog,
  },
  {
    ...common,
    path: '/nodes/{node}/certificates/info',
    permission: 'all',
    parameters: nodeParameter,
    handler: certificates,
  },
  {
    ...common,
    path: '/nodes/{node}/apt/update',
    permission: modify,
    parameters: nodeParameter,
    handler: updates,
  },
  {
    method: 'POST',
    path: '/nodes/{node}/apt/update',
    permission: modify,
    proxyto: 'node',
    parameters: { ...nodeParameter, notify: optionalFlag(), quiet: optionalFlag() },
    handler: (call) =>
      call.world.tasks.start(
        { node: call.node, type: 'aptupdate', id: '', auth: call.who },
        refreshScript,
      ),
  },
];
