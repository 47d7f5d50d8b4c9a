import type { Failure, FailureKind } from '../../domain/failure.ts';
import { fail, ok, type Result } from '../../domain/result.ts';
import { joinSafe, type SafeText, sanitise, say } from '../../domain/safe-text.ts';
import type { Redactor } from '../http/redactor.ts';
import type { TransportAnswer } from '../http/transport.ts';
import { unanswered } from '../http/transport-failures.ts';
import type { AnswerContext, Envelope } from '../session/dialect.ts';

/**
 * Reads an answer of a Proxmox Backup Server. Only a 2xx body is JSON: errors are plain text, whatever their content type
 * says, and their usual status is 400.
 */
export function readAnswer(answer: TransportAnswer, context: AnswerContext): Result<Envelope> {
  if (answer.status < 200 || answer.status >= 300) return fail(refusal(answer, context));
  if (context.raw && /^\s*\{/.test(answer.body)) return ok({ data: answer.body });
  const json = parse(answer.body);
  if (json === undefined || !('data' in json)) return fail(stranger(answer));
  const total = Number(json.total);
  return ok({
    data: json.data,
    ...(json.total !== undefined && Number.isFinite(total) ? { total } : {}),
    ...(typeof json.active === 'boolean' ? { active: json.active } : {}),
  });
}

function parse(body: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(body);
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : undefined;
  } catch {
    return undefined;
  }
}

function stranger(answer: TransportAnswer): Failure {
  const web = /^\s*</.test(answer.body) || /html/i.test(answer.headers['content-type'] ?? '');
  return {
    kind: 'bad-answer',
    what: web
      ? say`The answer is a web page, not the Proxmox Backup Server API`
      : say`The answer is not what the Proxmox Backup Server API promises`,
    where: sanitise(answer.endpoint.url),
    next: say`check that this address is a Proxmox Backup Server, without a login page in between`,
    status: answer.status,
  };
}

/** Statuses with which a proxy in the middle says that the request went on and no answer came back. */
const lostBehindProxy = new Set([502, 504]);

function refusal(answer: TransportAnswer, context: AnswerContext): Failure {
  const { status } = answer;
  const { redactor, where } = context;
  const told = messageOf(answer).slice(0, longestMessage);
  const fields = fieldErrors(told, redactor);
  const words = redactor.safe(told || answer.reason.trim());
  const detail = fields ? describeFields(fields) : words;
  const common = {
    where,
    status,
    ...(detail === '' ? {} : { detail }),
    ...(fields ? { fields } : {}),
  };
  if (context.write && lostBehindProxy.has(status)) return { ...unanswered(where), ...common };
  if (status === 401) {
    return { kind: 'unauthenticated', what: say`The login is not valid`, ...common };
  }
  if (status === 502 || status === 503 || status === 504) {
    return {
      kind: 'unreachable',
      what: say`A proxy in between could not reach the server`,
      ...common,
    };
  }
  const missing = missingPrivilege(told);
  if (missing) {
    const names = joinSafe(missing.names, ' or ');
    return {
      kind: 'denied',
      what: say`Not permitted: ${names} on ${missing.path} is missing`,
      next: say`give the user and the token a role with this privilege on the path`,
      privilege: missing,
      ...common,
    };
  }
  if (status === 403 || /^permission check failed\b|^task access not allowed/.test(told)) {
    const next = say`ask for a role that allows it`;
    return { kind: 'denied', what: say`Not permitted`, next, ...common };
  }
  return { ...classify(status, told, fields !== undefined), ...common };
}

/** Characters of an error that are looked at; a body may be megabytes, and the patterns look back and forth. */
const longestMessage = 4096;

/** The body, or what its extended form says: a proxy of the maker may put it into JSON after all. */
function messageOf(answer: TransportAnswer): string {
  const body = answer.body.trim();
  if (/^\s*</.test(body)) return '';
  const json = body.startsWith('{') ? parse(body) : undefined;
  return json && typeof json.message === 'string' ? json.message.trim() : body;
}

/** `permission check failed - missing Datastore.Audit|Datastore.Backup on /datastore/main/prod`, in either spelling. */
function missingPrivilege(
  told: string,
): { readonly path: SafeText; readonly names: readonly SafeText[] } | undefined {
  const match = /missing (?:permissions? )?'?([A-Z][A-Za-z.|&]+)'? on '?(\/[^\s']*)'?/.exec(told);
  if (!match) return undefined;
  const names = (match[1] ?? '').split(/[|&]/).filter((name) => name !== '');
  return { path: sanitise(match[2]), names: names.map(sanitise) };
}

/** The lines `parameter 'keep-last': value must have a minimum value of 1` below `parameter verification errors`. */
function fieldErrors(
  told: string,
  redactor: Redactor,
): Readonly<Record<string, SafeText>> | undefined {
  if (!/^parameter verification (?:errors|failed)/i.test(told)) return undefined;
  const found = [...told.matchAll(/^parameter '([^']+)': (.*)$/gm)].map(
    ([, name, text]) => [sanitise(name), redactor.safe(text)] as const,
  );
  return found.length === 0 ? undefined : Object.fromEntries(found);
}

function describeFields(fields: Readonly<Record<string, SafeText>>): SafeText {
  return joinSafe(
    Object.entries(fields).map(([name, text]) => say`${sanitise(name)}: ${text}`),
    '; ',
  );
}

const rules: readonly {
  readonly pattern: RegExp;
  readonly kind: FailureKind;
  readonly what: SafeText;
  readonly next?: SafeText;
}[] = [
  {
    pattern: /not mounted|being unmounted/i,
    kind: 'rejected',
    what: say`The datastore is not mounted`,
    next: say`attach its disk and mount it`,
  },
  {
    pattern: /maintenance mode|datastore is being deleted/i,
    kind: 'rejected',
    what: say`The datastore is in maintenance`,
    next: say`whoever set the mode can end it`,
  },
  {
    pattern: /no such (?:datastore|task|job|remote|user)|unable to open .*No such file|not found/i,
    kind: 'not-found',
    what: say`It does not exist`,
  },
  {
    pattern: /cannot remove protected snapshot|protected snapshots?\b/i,
    kind: 'rejected',
    what: say`The snapshot is protected`,
    next: say`remove its protection first`,
  },
  {
    pattern:
      /unable to (?:acquire|get|obtain) .*lock|(?:is|already) locked|job .* already running/i,
    kind: 'locked',
    what: say`Something else works on it`,
    next: say`wait until that task has ended`,
  },
  {
    pattern: /backup owner check failed|not the owner|\bowner\b.*\bfailed\b/i,
    kind: 'denied',
    what: say`It belongs to another owner`,
    next: say`Datastore.Modify on the datastore allows it for all backups`,
  },
];

function classify(
  status: number,
  told: string,
  hasFields: boolean,
): Pick<Failure, 'kind' | 'what' | 'next'> {
  if (hasFields) return { kind: 'rejected', what: say`The server refused a value` };
  if (status === 501 || /^Path '.*' not found\.?$/.test(told)) {
    const what = say`This server does not have the call`;
    return { kind: 'unsupported', what, next: say`a newer Proxmox Backup Server may have it` };
  }
  for (const { pattern, kind, what, next } of rules) {
    if (pattern.test(told)) return { kind, what, ...(next === undefined ? {} : { next }) };
  }
  if (status === 404) return { kind: 'not-found', what: say`It does not exist` };
  if (status >= 400 && status < 600) return { kind: 'rejected', what: say`The server refused` };
  return { kind: 'bad-answer', what: say`The server answered with status ${status}` };
}
