import { joinSafe, type SafeText, sanitise, say } from '../../domain/safe-text.ts';
import type { Secret } from '../../domain/secret.ts';
import { answerChallenge } from './auth.ts';
import { type Parser, ProtocolError, skip, take, takeByte, takeU16, takeU32 } from './stream.ts';

/** The server did not let us in, for a reason of its own. */
export class Refused extends Error {
  readonly kind: 'unauthenticated' | 'unsupported';
  readonly what: SafeText;
  readonly detail: SafeText | undefined;

  constructor(kind: Refused['kind'], what: SafeText, detail?: SafeText) {
    super(what);
    this.kind = kind;
    this.what = what;
    this.detail = detail;
  }
}

export interface ServerInit {
  readonly width: number;
  readonly height: number;
  readonly name: SafeText;
}

/** Longest text of the server that is read. */
const LONGEST_TEXT = 4096;
const NONE = 1;
const VNC = 2;
/** Security types that servers of Proxmox VE may be set to and that this client does not speak. */
const known: Readonly<Record<number, string>> = {
  5: 'RA2',
  16: 'Tight',
  18: 'TLS',
  19: 'VeNCrypt',
  20: 'SASL',
  30: 'Apple',
};

/**
 * The opening of RFB 3.8 and of 3.3 and 3.7 as older servers speak them, up to the server's first message about its screen.
 * @throws Refused when the server does not let us in, ProtocolError when it is no VNC server
 */
export function* handshake(
  password: Secret,
  write: (bytes: Uint8Array) => void,
): Parser<ServerInit> {
  const version = yield* takeVersion();
  write(Buffer.from(`RFB 003.00${version}\n`, 'latin1'));
  const chosen = version === 3 ? yield* givenSecurity() : yield* chooseSecurity(write);
  if (chosen === VNC) {
    const challenge = yield* take(16);
    write(answerChallenge(password, challenge));
  }
  // Before 3.8, nobody is told how it went when nothing was asked.
  if (chosen === VNC || version === 8) yield* takeSecurityResult(version === 8);
  // Shared: whoever else looks at this screen stays connected.
  write(Uint8Array.of(1));
  return yield* takeServerInit();
}

function* takeVersion(): Parser<3 | 7 | 8> {
  const text = Buffer.from(yield* take(12)).toString('latin1');
  const [, major, minor] = /^RFB (\d{3})\.(\d{3})\n$/.exec(text) ?? [];
  if (major === undefined || Number(major) < 3) throw new ProtocolError('is no VNC server');
  if (Number(major) > 3 || Number(minor) >= 8) return 8;
  return Number(minor) === 7 ? 7 : 3;
}

function* chooseSecurity(write: (bytes: Uint8Array) => void): Parser<number> {
  const count = yield* takeByte();
  if (count === 0) {
    throw new Refused('unauthenticated', say`The VNC server refused us`, yield* takeText());
  }
  const offered = [...(yield* take(count))];
  const chosen = [VNC, NONE].find((each) => offered.includes(each));
  if (chosen === undefined) throw unsupported(offered);
  write(Uint8Array.of(chosen));
  return chosen;
}

function* givenSecurity(): Parser<number> {
  const given = yield* takeU32();
  if (given === 0) {
    throw new Refused('unauthenticated', say`The VNC server refused us`, yield* takeText());
  }
  if (given !== NONE && given !== VNC) throw unsupported([given]);
  return given;
}

function unsupported(offered: readonly number[]): Refused {
  const names = offered.map((each) => sanitise(known[each] ?? `type ${each}`));
  return new Refused(
    'unsupported',
    say`The VNC server asks for ${joinSafe(names, ' or ')}, which this console does not speak`,
  );
}

function* takeSecurityResult(withReason: boolean): Parser<void> {
  const result = yield* takeU32();
  if (result === 0) return;
  const reason = withReason ? yield* takeText() : undefined;
  throw new Refused('unauthenticated', say`The VNC server refused the password`, reason);
}

function* takeServerInit(): Parser<ServerInit> {
  const width = yield* takeU16();
  const height = yield* takeU16();
  // Its own pixel format: we set ours.
  yield* skip(16);
  return { width, height, name: yield* takeText() };
}

function* takeText(): Parser<SafeText> {
  const length = yield* takeU32();
  if (length > LONGEST_TEXT) throw new ProtocolError('sends a text without end');
  return sanitise(Buffer.from(yield* take(length)).toString('utf8'));
}
