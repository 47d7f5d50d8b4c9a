import { createInterface } from 'node:readline';
import { Writable } from 'node:stream';
import { sanitise } from '../domain/safe-text.ts';
import { Secret } from '../domain/secret.ts';
import { certificateCommand } from '../domain/site.ts';
import type { SshAsker } from '../services/ssh/types.ts';
import type { Asker } from '../services/types.ts';
import type { Host } from './host.ts';
import type { Output } from './output.ts';

/** Reads one line from the terminal; hidden = nothing typed is shown. `undefined` = end of input or ctrl-c. */
function askLine(host: Host, output: Output, prompt: string, hidden: boolean) {
  return new Promise<string | undefined>((resolve) => {
    const sink = new Writable({ write: (_chunk, _encoding, done) => done() });
    const lines = createInterface({
      input: host.stdin,
      output: hidden ? sink : host.stderr,
      terminal: hidden,
      historySize: 0,
    });
    // Only now nothing that is typed in answer to it can be shown by the terminal itself.
    host.stderr.write(prompt);
    let answer: string | undefined;
    lines.once('line', (line) => {
      // A password may begin or end with a space.
      answer = hidden ? line : line.trim();
      lines.close();
    });
    lines.once('SIGINT', () => lines.close());
    lines.once('close', () => {
      if (hidden || answer === undefined) output.err('');
      host.stdin.pause();
      resolve(answer);
    });
  });
}

/**
 * Asks on standard error when a person sits at a terminal; without one every question is refused, with words on how to
 * answer it beforehand. One question at a time, whatever asks.
 */
export function createAsker(host: Host, output: Output): Asker & SshAsker {
  const person = host.stdin.isTTY === true && host.stderr.isTTY === true;
  let queue: Promise<unknown> = Promise.resolve();
  const inTurn = <T>(ask: () => Promise<T>): Promise<T> => {
    const turn = queue.then(ask);
    queue = turn.catch(() => undefined);
    return turn;
  };
  return {
    trustCertificate: (question) =>
      inTurn(async () => {
        output.err(
          [
            `The certificate of ${sanitise(question.endpoint)} (${question.product === 'pbs' ? 'backup server' : 'site'} ${question.site}) is not known.`,
            `  SHA-256  ${sanitise(question.fingerprint)}`,
            ...(question.subject ? [`  subject  ${question.subject}`] : []),
            ...(question.issuer ? [`  issuer   ${question.issuer}`] : []),
            ...(question.notAfter ? [`  until    ${question.notAfter}`] : []),
            `Compare it with the node: ${certificateCommand[question.product ?? 'pve']}`,
          ].join('\n'),
        );
        if (!person) {
          output.err(
            `Nobody is here to accept it. Put it into homelab.yaml when it is right: tls: {fingerprint: "${sanitise(question.fingerprint)}"}`,
          );
          return 'no';
        }
        const answer = await askLine(host, output, 'Trust it? Type yes, once or no [no]: ', false);
        return answer === 'yes' || answer === 'once' ? answer : 'no';
      }),
    trustHostKey: ({ host: name, address, keyType, fingerprint, file }) =>
      inTurn(async () => {
        const key = sanitise(keyType.toLowerCase());
        output.err(
          [
            `The key of SSH host ${name === address ? name : `${name} (${address})`} is not known.`,
            `  ${keyType}  ${sanitise(fingerprint)}`,
            `Compare it on the host itself: ssh-keygen -lf /etc/ssh/ssh_host_${key}_key.pub`,
          ].join('\n'),
        );
        if (!person) {
          output.err(`Nobody is here to accept it. Add it to ${file ?? 'known_hosts'} first.`);
          return false;
        }
        const answer = await askLine(host, output, 'Trust it? Type yes or no [no]: ', false);
        return answer === 'yes';
      }),
    sshSecret: ({ prompt, host: name, instruction, refused, echo }) =>
      inTurn(async () => {
        if (!person) {
          output.err(`${name} asks for "${prompt}" and nobody is here to give it. Use ssh-agent.`);
          return undefined;
        }
        if (instruction) output.err(instruction);
        if (refused) output.err('The last answer was not right.');
        const answer = await askLine(host, output, `${prompt}: `, !echo);
        return answer === undefined ? undefined : new Secret(answer);
      }),
    secondFactor: (question) =>
      inTurn(async () => {
        const kinds = question.offered.filter(
          (kind) => kind === 'totp' || kind === 'recovery' || kind === 'yubico',
        );
        const user = sanitise(question.user);
        if (question.refused) output.err(`The code was refused: ${question.refused}`);
        if (kinds.length === 0) {
          output.err(`${user} has a second factor that needs a browser. Use an API token instead.`);
          return undefined;
        }
        if (!person) {
          output.err(
            `${user} needs a second factor and nobody is here to give it. Use an API token.`,
          );
          return undefined;
        }
        const first = kinds[0] ?? 'totp';
        const prompt = kinds.includes('recovery')
          ? `One-time code of ${user}, or a recovery key: `
          : `One-time code of ${user}: `;
        const code = (await askLine(host, output, prompt, true))?.trim() ?? '';
        if (code === '') return undefined;
        const recovery = kinds.includes('recovery') && (first === 'recovery' || /-/.test(code));
        return { kind: recovery ? 'recovery' : first, code: new Secret(code) };
      }),
  };
}
