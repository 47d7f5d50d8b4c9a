import { open } from 'node:fs/promises';
import type { Failure } from '../domain/failure.ts';
import type { SecretReference } from '../domain/homelab.ts';
import { fail, ok, type Result } from '../domain/result.ts';
import { type SafeText, sanitise, say } from '../domain/safe-text.ts';
import { Secret } from '../domain/secret.ts';
import { errorCode, fileErrorWords } from './private-file.ts';
import { type Ran, runProgram } from './run-program.ts';

/** What resolving may use. `wait` = deadline of a program in ms (10 s by default). */
export interface SecretContext {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly wait?: number;
  readonly signal?: AbortSignal;
}

/** 16 KiB: no token or password is longer. */
const SIZE_LIMIT = 16_384;

function refuse(what: SafeText, where: SafeText, next?: SafeText): Result<Secret> {
  const failure: Failure = { kind: 'config', what, where };
  return fail(next === undefined ? failure : { ...failure, next });
}

/** Fetches the secret that a reference stands for. Nothing is kept; failures never contain any of it. */
export async function resolveSecret(
  reference: SecretReference,
  context: SecretContext,
): Promise<Result<Secret>> {
  switch (reference.from) {
    case 'env':
      return fromEnv(reference.name, context);
    case 'file':
      return fromFile(reference.path);
    case 'cmd':
      return fromProgram(reference.argv, context);
    case 'keyring':
      return fromKeyring(reference.service, reference.account, context);
  }
}

function fromEnv(name: string, { env }: SecretContext): Result<Secret> {
  const where = sanitise(`env:${name}`);
  const value = env[name];
  if (value === undefined || value === '') {
    return refuse(
      say`the variable ${sanitise(name)} is not set`,
      where,
      say`set it before starting, for example with: read -rs ${sanitise(name)} && export ${sanitise(name)}`,
    );
  }
  return oneLine(value, where);
}

/** A secret goes into an HTTP header or a form: control characters would be an accident or an attack. */
function oneLine(raw: string, where: SafeText): Result<Secret> {
  const value = raw.replace(/\r?\n$/, '');
  if (value === '') return refuse(say`the secret is empty`, where);
  if (/[\u0000-\u001f\u007f]/.test(value)) {
    return refuse(say`the secret has more than one line or control characters`, where);
  }
  return ok(new Secret(value));
}

async function fromFile(path: string): Promise<Result<Secret>> {
  const where = sanitise(`file:${path}`);
  try {
    // Looked at through the open descriptor, so that a symbolic link's target is what is checked and what is read.
    const file = await open(path, 'r');
    try {
      const stat = await file.stat();
      if (!stat.isFile()) return refuse(say`the secret file is not a regular file`, where);
      if (process.platform !== 'win32') {
        if ((stat.mode & 0o077) !== 0) {
          return refuse(
            say`others can read the secret file (mode ${sanitise((stat.mode & 0o777).toString(8).padStart(4, '0'))})`,
            where,
            sanitise(`run: chmod 600 '${path}'`),
          );
        }
        const user = process.getuid?.();
        if (user !== undefined && user !== 0 && stat.uid !== user && stat.uid !== 0) {
          return refuse(
            say`the secret file belongs to somebody else`,
            where,
            sanitise(`run: sudo chown "$USER" '${path}'`),
          );
        }
      }
      if (stat.size > SIZE_LIMIT) return refuse(say`the secret file is larger than 16 KiB`, where);
      return oneLine(await file.readFile('utf8'), where);
    } finally {
      await file.close();
    }
  } catch (error) {
    const words = sanitise(fileErrorWords(error));
    return refuse(
      say`the secret file cannot be read: ${words}`,
      where,
      errorCode(error) === 'ENOENT'
        ? sanitise(`make it with: (umask 077; cat > '${path}')`)
        : undefined,
    );
  }
}

/** The sentence for a program that gave no secret. Its own output stays out: it may hold a secret. */
function programFailure(program: SafeText, ran: Ran): SafeText | undefined {
  switch (ran.end) {
    case 'not-started':
      return say`${program} could not be started: ${sanitise(fileErrorWords(ran.error))}`;
    case 'deadline':
      return say`${program} gave no answer in time`;
    case 'cancelled':
      return say`${program} was stopped`;
    case 'too-much':
      return say`${program} wrote far more than a secret`;
    case 'signal':
      return say`${program} was ended by ${sanitise(ran.signal)}`;
    case 'exit':
      return ran.code === 0 ? undefined : say`${program} ended with exit code ${ran.code}`;
  }
}

async function fromProgram(
  argv: readonly string[],
  context: SecretContext,
): Promise<Result<Secret>> {
  const program = sanitise(argv[0] ?? '');
  const where = say`cmd: ${program}`;
  const ran = await runProgram(argv, context);
  const what = programFailure(program, ran);
  if (what) return refuse(what, where, say`run the command yourself to see why`);
  return oneLine(ran.output.split('\n', 1)[0] ?? '', where);
}

async function fromKeyring(
  service: string,
  account: string,
  context: SecretContext,
): Promise<Result<Secret>> {
  const where = sanitise(`keyring:${service}/${account}`);
  const ran = await runProgram(
    ['secret-tool', 'lookup', 'service', service, 'account', account],
    context,
  );
  if (ran.end === 'not-started' && errorCode(ran.error) === 'ENOENT') {
    return refuse(
      say`the keyring is reached through secret-tool, which is not installed`,
      where,
      say`run: apt install libsecret-tools, or refer to the secret with file: or cmd:`,
    );
  }
  if (ran.end === 'exit' && (ran.code === 1 || (ran.code === 0 && ran.output === ''))) {
    return refuse(
      say`the keyring gave no such secret, or there is no keyring in this session`,
      where,
      sanitise(
        `store it with: secret-tool store --label=homelab-tui service '${service}' account '${account}'`,
      ),
    );
  }
  const what = programFailure(sanitise('secret-tool'), ran);
  if (what) return refuse(what, where, say`use file: or cmd: where no keyring runs`);
  return oneLine(ran.output, where);
}
