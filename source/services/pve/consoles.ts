import type { Failure } from '../../domain/failure.ts';
import { fail, ok, type Result } from '../../domain/result.ts';
import { type SafeText, sanitise, say } from '../../domain/safe-text.ts';
import type { Secret } from '../../domain/secret.ts';
import { expectRow, integer, rowsOf, text } from '../decode.ts';
import type { Endpoint } from '../http/endpoint.ts';
import { encodeForm, expandPath } from '../http/form.ts';
import { base } from '../session/wire-request.ts';
import type { CallOptions, ConsoleApi, GuestAt, TextConsole, VncConsole } from '../types.ts';
import type { Caller } from './caller.ts';
import { notLetIn, saidAtStart, tokenSupport } from './console-failures.ts';
import { logInToConsole } from './console-login.ts';
import { consoleStream } from './console-stream.ts';
import { taskApi } from './tasks.ts';
import { cut, type Websocket, type WebsocketEnd } from './websocket.ts';

/** termproxy and the VNC proxy give up when nobody connects within 10 s. */
const connectWithin = 10_000;
const pingEvery = 30_000;
/** How long and how often the task behind is asked whether it is over. */
const taskPolls = 6;
const pollEvery = 250;
/** As much of the beginning as an error message takes. */
const beginning = 2_000;

type TextTarget = Parameters<ConsoleApi['text']>[0];

/** What a proxy call answered. */
interface Opened {
  readonly endpoint: Endpoint;
  readonly port: number;
  readonly ticket: Secret;
  readonly user: string;
  readonly upid: string | undefined;
  readonly password: Secret | undefined;
}

/** Where the console's calls lie: `/nodes/pve1/lxc/101`. */
interface Place {
  readonly template: string;
  readonly variables: Readonly<Record<string, string | number>>;
  readonly where: SafeText;
  readonly kind: 'qemu' | 'lxc' | 'node';
  readonly node: string;
}

/** `token` = the site is used with an API token, which older versions let into no text console. */
export function consoleApi(caller: Caller, token: boolean): ConsoleApi {
  return {
    text: (target, options) => openText(caller, token, target, options ?? {}),
    vnc: (guest, options) => openVnc(caller, guest, options ?? {}),
  };
}

function guestPlace(caller: Caller, guest: GuestAt): Place {
  return {
    template: `/nodes/{node}/${guest.type}/{vmid}`,
    variables: { node: guest.node, vmid: guest.vmid },
    where: caller.guest(guest),
    kind: guest.type,
    node: guest.node,
  };
}

function placeOf(caller: Caller, target: TextTarget): Place {
  if ('guest' in target) return guestPlace(caller, target.guest);
  const { node } = target;
  const where = caller.node(node);
  return { template: '/nodes/{node}', variables: { node }, where, kind: 'node', node };
}

async function openText(
  caller: Caller,
  token: boolean,
  target: TextTarget,
  options: CallOptions,
): Promise<Result<TextConsole>> {
  const place = placeOf(caller, target);
  const { where } = place;
  const parameters =
    'guest' in target
      ? { ...(target.serial === undefined ? {} : { serial: target.serial }) }
      : { ...(target.command === undefined ? {} : { cmd: target.command }) };
  const opened = await proxy(caller, place, 'termproxy', parameters, options);
  if (!opened.ok) return opened;
  const socket = await connect(caller, place, opened.value, options);
  if (!socket.ok) return socket;
  const login = await logInToConsole(socket.value, opened.value, where, options.signal);
  if (!login.ok) return login;
  if ('end' in login.value) {
    const { end } = login.value;
    if (end.kind === 'failed') return fail(end.failure);
    const needs = tokenSupport(place.kind);
    const installed = token ? await versionOf(caller, place, needs.package) : undefined;
    return fail(notLetIn({ token, needs, ...(installed ? { installed } : {}) }, where));
  }
  return ok(textConsole(caller, place, target, opened.value, socket.value, login.value.early));
}

function textConsole(
  caller: Caller,
  place: Place,
  target: TextTarget,
  opened: Opened,
  socket: Websocket,
  early: () => Uint8Array,
): TextConsole {
  const guest = 'guest' in target ? target.guest : undefined;
  const send = (message: string) => socket.send(Buffer.from(message));
  const ping = setInterval(() => send('2'), pingEvery);
  ping.unref();
  let start = '';
  const stream = consoleStream({
    socket,
    frame: inputFrame,
    first: early,
    watch: (bytes) => {
      if (start.length < beginning) start += Buffer.from(bytes).toString('utf8');
    },
    explain: async (end) =>
      saidAtStart(start, guest, place.where) ?? whyEnded(caller, opened, end, place.where),
    ended: () => clearInterval(ping),
  });
  return {
    ...stream,
    resize: (columns, rows) => send(`1:${columns}:${rows}:`),
  };
}

/** `0:<bytes>:<data>` */
export function inputFrame(bytes: Uint8Array): Uint8Array {
  return Buffer.concat([Buffer.from(`0:${bytes.length}:`), bytes]);
}

async function openVnc(
  caller: Caller,
  guest: GuestAt,
  options: CallOptions,
): Promise<Result<VncConsole>> {
  const place = guestPlace(caller, guest);
  // Without it servers before 9.x take the ticket's first 8 characters, which are always the same, as the password.
  const parameters: Record<string, boolean> = { websocket: true };
  if (guest.type === 'qemu') parameters['generate-password'] = true;
  const opened = await proxy(caller, place, 'vncproxy', parameters, options);
  if (!opened.ok) return opened;
  const socket = await connect(caller, place, opened.value, options);
  if (!socket.ok) return socket;
  const stream = consoleStream({
    socket: socket.value,
    frame: (bytes) => bytes,
    explain: (end) => whyEnded(caller, opened.value, end, place.where),
  });
  return ok({ ...stream, password: opened.value.password ?? opened.value.ticket });
}

/** Asks for a proxy: a port on the endpoint that answers, and the ticket for it. */
async function proxy(
  caller: Caller,
  { template, variables, where }: Place,
  call: 'termproxy' | 'vncproxy',
  parameters: Readonly<Record<string, string | boolean>>,
  options: CallOptions,
): Promise<Result<Opened>> {
  let endpoint: Endpoint | undefined;
  const answer = await caller.session.call(
    {
      method: 'POST',
      template: `${template}/${call}`,
      variables,
      parameters,
      where,
      answered: (from) => {
        endpoint = from;
      },
    },
    options,
  );
  if (!answer.ok) return answer;
  const row = expectRow(answer.value.data, where);
  if (!row.ok) return row;
  const { ticket, user, upid, password } = row.value;
  const port = integer(row.value.port);
  if (typeof ticket !== 'string' || typeof user !== 'string' || !port || !endpoint) {
    return fail({ kind: 'bad-answer', what: say`The server gave no port or no ticket`, where });
  }
  const { session } = caller;
  return ok({
    endpoint,
    port,
    ticket: session.hide(ticket),
    user,
    upid: typeof upid === 'string' ? upid : undefined,
    password: typeof password === 'string' && password ? session.hide(password) : undefined,
  });
}

function connect(
  caller: Caller,
  { template, variables, where }: Place,
  { endpoint, port, ticket }: Opened,
  options: CallOptions,
): Promise<Result<Websocket>> {
  const path = `${expandPath(template, variables) ?? ''}/vncwebsocket`;
  const pairs: [string, string][] = [
    ['port', String(port)],
    ['vncticket', ticket.reveal()],
  ];
  const params = caller.session.shown(pairs);
  return caller.session.websocket(
    {
      endpoint,
      path: `${base}${path}?${encodeForm(pairs)}`,
      shown: { path: sanitise(path), ...(params === undefined ? {} : { params }) },
      where,
    },
    { wait: connectWithin, ...(options.signal ? { signal: options.signal } : {}) },
  );
}

/**
 * The connection ended without a word. When the program behind was over, its task has ended too and says how; while that
 * still runs, the way to it was cut.
 */
async function whyEnded(
  caller: Caller,
  { endpoint, upid }: Opened,
  end: WebsocketEnd,
  where: SafeText,
): Promise<Failure | undefined> {
  if (end.kind === 'failed') return end.failure;
  if (upid === undefined) return cut(endpoint);
  for (let poll = 0; poll < taskPolls; poll += 1) {
    const status = await taskApi(caller).status(upid);
    if (!status.ok) return cut(endpoint);
    const { running, exitstatus } = status.value;
    if (!running) {
      if (exitstatus === 'OK') return undefined;
      return {
        kind: 'task-failed',
        what: say`The console ended with an error`,
        where,
        ...(exitstatus === undefined ? {} : { detail: exitstatus }),
      };
    }
    await new Promise((resolve) => setTimeout(resolve, pollEvery));
  }
  return cut(endpoint);
}

/** The version of a package on the node; undefined when it may not be read. */
async function versionOf(
  caller: Caller,
  { node, where }: Place,
  name: string,
): Promise<SafeText | undefined> {
  const answer = await caller.envelope(
    'GET /nodes/{node}/apt/versions',
    { node },
    {},
    { where, options: {} },
  );
  if (!answer.ok) return undefined;
  const row = rowsOf(answer.value.data).find((each) => each.Package === name);
  return row && (text(row.OldVersion) ?? text(row.Version));
}
