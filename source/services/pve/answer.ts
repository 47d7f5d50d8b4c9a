import type { Failure, FailureKind } from '../../domain/failure.ts';
import { fail, ok, type Result } from '../../domain/result.ts';
import { joinSafe, type SafeText, sanitise, say } from '../../domain/safe-text.ts';
import type { Redactor } from '../http/redactor.ts';
import type { TransportAnswer } from '../http/transport.ts';
import { unanswered } from '../http/transport-failures.ts';
import type { AnswerContext, Envelope } from '../session/dialect.ts';

/** Reads an answer: its envelope on 2xx, otherwise the failure it stands for. */
export function readAnswer(answer: TransportAnswer, context: AnswerContext): Result<Envelope> {
  const json = parse(answer.body);
  if (answer.status < 200 || answer.status >= 300) {
    return fail(refusal(answer, json, context));
  }
  const web = /^\s*</.test(answer.body) || /html/i.test(answer.headers['content-type'] ?? '');
  if (!isRecord(json) || !('data' in json)) {
    const what = web
      ? say`The answer is a web page, not the Proxmox VE API`
      : say`The answer is not what the Proxmox VE API promises`;
    return fail({
      kind: 'bad-answer',
      what,
      where: sanitise(answer.endpoint.url),
      next: say`check that this address is a Proxmox VE host, without a login page in between`,
      status: answer.status,
    });
  }
  const total = Number(json.total);
  return ok({
    data: json.data,
    ...(json.total !== undefined && Number.isFinite(total) ? { total } : {}),
  });
}

function parse(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Statuses with which a proxy in the middle says that the request went on and no answer came back. */
const lostBehindProxy = new Set([502, 504, 596, 597, 599]);

/** Characters of an error that are looked at; a body may be megabytes, and the patterns look back and forth. */
const longestMessage = 4096;

function refusal(answer: TransportAnswer, json: unknown, context: AnswerContext): Failure {
  const { status } = answer;
  const { redactor } = context;
  const body = isRecord(json) ? json : {};
  const fields = fieldErrors(body.errors, redactor);
  const message = typeof body.message === 'string' ? body.message.replace(/\n+$/, '') : '';
  // Precedence: the errors map, then the JSON message (since PVE 8.4), then the status line.
  const words = redactor.safe((message || answer.reason.trim()).slice(0, longestMessage));
  const detail = fields ? describeFields(fields) : words;
  const common = {
    where: context.where,
    status,
    ...(detail === '' ? {} : { detail }),
    ...(fields ? { fields } : {}),
  };
  if (context.write && lostBehindProxy.has(status)) {
    return { ...unanswered(context.where), ...common };
  }
  if (status === 595 || status === 596) return nodeUnreachable(status, context, common);
  if (status === 597 || status === 599) {
    return { kind: 'bad-answer', what: say`The node's answer broke off`, ...common };
  }
  if (status === 401) {
    return { kind: 'unauthenticated', what: say`The login is not valid`, ...common };
  }
  if (status === 403) return denied(words, common);
  if (status === 501) {
    const what = say`This server does not have the call`;
    return { kind: 'unsupported', what, next: say`a newer Proxmox VE may have it`, ...common };
  }
  if (status === 502 || status === 503 || status === 504) {
    return {
      kind: 'unreachable',
      what: say`A proxy in between could not reach the server`,
      ...common,
    };
  }
  return { ...classify(status, words, fields !== undefined), ...common };
}

function fieldErrors(
  errors: unknown,
  redactor: Redactor,
): Readonly<Record<string, SafeText>> | undefined {
  if (!isRecord(errors)) return undefined;
  const entries = Object.entries(errors).map(([name, text]) => [
    sanitise(name),
    redactor.safe(String(text).replace(/\n+$/, '')),
  ]);
  return entries.length === 0 ? undefined : Object.fromEntries(entries);
}

function describeFields(fields: Readonly<Record<string, SafeText>>): SafeText {
  return joinSafe(
    Object.entries(fields).map(([name, text]) => say`${sanitise(name)}: ${text}`),
    '; ',
  );
}

type Common = Pick<Failure, 'where' | 'status' | 'detail' | 'fields'>;

function nodeUnreachable(status: number, context: AnswerContext, common: Common): Failure {
  const node = context.node === undefined ? say`The node` : say`Node ${context.node}`;
  return {
    kind: 'unreachable',
    what: status === 595 ? say`${node} cannot be reached` : say`${node} did not answer in time`,
    next: say`the rest of the cluster still answers`,
    ...common,
  };
}

/** `Permission check failed (/vms/100, VM.PowerMgmt)`; several privileges are separated by `|`. */
function denied(words: SafeText, common: Common): Failure {
  const match = /\((\/[^,()]*), ?([A-Za-z.|, ]+)\)/.exec(words);
  if (!match) {
    const next = say`ask for a role that allows it`;
    return { kind: 'denied', what: say`Not permitted`, next, ...common };
  }
  const path = sanitise(match[1]);
  const names = (match[2] ?? '').split(/[|, ]+/).filter((name) => name !== '');
  const safeNames = names.map(sanitise);
  return {
    kind: 'denied',
    what: say`Not permitted: ${joinSafe(safeNames, ' or ')} on ${path} is missing`,
    next: say`give the user and the token a role with this privilege on the path`,
    privilege: { path, names: safeNames },
    ...common,
  };
}

const rules: readonly {
  readonly pattern: RegExp;
  readonly kind: FailureKind;
  readonly what: SafeText;
  readonly next?: SafeText;
}[] = [
  {
    pattern: /\b(?:VM|CT) is locked\b|can't lock file|got lock timeout/i,
    kind: 'locked',
    what: say`The guest is locked`,
    next: say`wait until the task that holds the lock has ended`,
  },
  {
    pattern: /[Cc]onfiguration file '.*' does not exist/,
    kind: 'not-found',
    what: say`The guest is not on this node any more`,
    next: say`refresh to see where it is now`,
  },
  {
    pattern:
      /no such (?:task|VM|CT|cluster node|container)|unknown node|hostname lookup '.*' failed/i,
    kind: 'not-found',
    what: say`It does not exist`,
  },
  {
    pattern:
      /(?:storage|snapshot|volume|service) '?[^' ]*'? (?:does not exist|not found)|no such (?:snapshot|storage)/i,
    kind: 'not-found',
    what: say`It does not exist`,
  },
  {
    pattern: /detected modified configuration|checksum mis+match/i,
    kind: 'rejected',
    what: say`Somebody else changed it meanwhile, so nothing was written`,
    next: say`look at what it is now, then change it again`,
  },
  {
    pattern: /protection mode enabled/i,
    kind: 'rejected',
    what: say`The guest is protected`,
    next: say`switch its protection off first`,
  },
  {
    pattern: /no quorum|cluster not ready/i,
    kind: 'rejected',
    what: say`The cluster has no quorum, nothing can be changed`,
    next: say`bring back enough nodes`,
  },
];

function classify(
  status: number,
  words: SafeText,
  hasFields: boolean,
): Pick<Failure, 'kind' | 'what' | 'next'> {
  if (hasFields) return { kind: 'rejected', what: say`The server refused a value` };
  for (const { pattern, kind, what, next } of rules) {
    if (pattern.test(words)) return { kind, what, ...(next === undefined ? {} : { next }) };
  }
  if (status === 404) return { kind: 'not-found', what: say`It does not exist` };
  if (status >= 400 && status < 600) return { kind: 'rejected', what: say`The server refused` };
  return { kind: 'bad-answer', what: say`The server answered with status ${status}` };
}
