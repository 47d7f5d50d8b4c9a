import { sanitise, say } from '../../domain/safe-text.ts';
import { Secret } from '../../domain/secret.ts';
import { certificateCommand } from '../../domain/site.ts';
import type { SshAsker } from '../../services/ssh/types.ts';
import type { Asker } from '../../services/types.ts';
import { setOverlay } from '../ui/changes.ts';
import type { Question } from '../ui/state.ts';
import { type Console, change } from './console.ts';

type Answer = { readonly key: string } | { readonly text: string } | undefined;

/** Questions of the services as dialogs, one after the other. */
export interface Questions extends Asker, SshAsker {
  /** The open question's answer; undefined = esc. */
  answer(id: number, answer: Answer): void;
  /** Shows the next waiting question when no dialog is open. */
  showNext(): void;
}

interface Waiting {
  readonly question: Question;
  readonly done: (answer: Answer) => void;
}

/** Makes the {@link Asker} and {@link SshAsker} of the full-screen console. The default of every question is no. */
export function createQuestions(app: () => Console): Questions {
  const waiting: Waiting[] = [];
  const showNext = () => {
    const [next] = waiting;
    const { overlay } = app().ui.getState();
    if (!next || overlay) return;
    change(
      app(),
      setOverlay({ kind: 'question', question: next.question, typed: '', armed: false }),
    );
  };
  const ask = (question: Question) =>
    new Promise<Answer>((done) => {
      waiting.push({ question, done });
      showNext();
    });
  return {
    async trustCertificate(question) {
      const lines = [
        question.product === 'pbs'
          ? say`Backup server ${sanitise(question.site)}, ${sanitise(question.endpoint)}`
          : say`Site ${sanitise(question.site)}, ${sanitise(question.endpoint)}`,
        say`SHA-256 ${sanitise(question.fingerprint)}`,
        ...(question.subject ? [say`Subject ${question.subject}`] : []),
        ...(question.issuer ? [say`Issuer ${question.issuer}`] : []),
        ...(question.notAfter ? [say`Valid until ${question.notAfter}`] : []),
        say`Compare it with the node's own: ${sanitise(certificateCommand[question.product ?? 'pve'])}`,
        say`If it differs, somebody may stand between you and the node.`,
      ];
      const answer = await ask({
        kind: 'certificate',
        id: app().nextId(),
        title: say`Trust this certificate?`,
        lines,
      });
      if (!answer || !('key' in answer)) return 'no';
      return answer.key === 'y' ? 'yes' : answer.key === 'o' ? 'once' : 'no';
    },
    async secondFactor(question) {
      const known = question.offered.filter(
        (kind): kind is 'totp' | 'recovery' | 'yubico' =>
          kind === 'totp' || kind === 'recovery' || kind === 'yubico',
      );
      const [first] = known;
      if (!first) return undefined;
      const lines = [
        say`User ${sanitise(question.user)}, site ${sanitise(question.site)}`,
        ...(question.refused ? [say`Refused: ${question.refused}`] : []),
        known.includes('recovery')
          ? say`Type the code of your app, or a recovery key (xxxx-xxxx-xxxx-xxxx).`
          : say`Type the code of your app.`,
      ];
      const answer = await ask({
        kind: 'second-factor',
        id: app().nextId(),
        title: say`Second factor`,
        lines,
        factors: known,
      });
      if (!answer || !('text' in answer) || answer.text === '') return undefined;
      const code = answer.text.trim();
      const looksLikeKey = /^[0-9a-f]{4}(-[0-9a-f]{4}){3}$/i.test(code);
      const kind = looksLikeKey && known.includes('recovery') ? 'recovery' : first;
      return { kind, code: new Secret(code) };
    },
    async trustHostKey(question) {
      const { host, address, keyType, fingerprint, file } = question;
      const lines = [
        host === address ? say`Host ${host}` : say`Host ${host}, ${address}`,
        say`${keyType} ${sanitise(fingerprint)}`,
        say`Nobody has vouched for this key yet. Compare it on the host itself:`,
        say`ssh-keygen -lf /etc/ssh/ssh_host_${sanitise(keyType.toLowerCase())}_key.pub`,
        say`If it differs, somebody may stand between you and the host.`,
        ...(file ? [say`Accepted, it is remembered in ${file}.`] : []),
      ];
      const title = say`Trust this host key?`;
      const answer = await ask({ kind: 'host-key', id: app().nextId(), title, lines });
      return answer !== undefined && 'key' in answer && answer.key === 'y';
    },
    async sshSecret({ prompt, host, instruction, refused, echo }) {
      const lines = [
        say`Asked for ${host}`,
        ...(instruction ? [instruction] : []),
        ...(refused ? [say`The last answer was not right.`] : []),
      ];
      const id = app().nextId();
      const answer = await ask({ kind: 'passphrase', id, title: prompt, lines, echo });
      return answer && 'text' in answer ? new Secret(answer.text) : undefined;
    },
    answer(id, answer) {
      const index = waiting.findIndex((each) => each.question.id === id);
      const [asked] = index < 0 ? [] : waiting.splice(index, 1);
      change(app(), (ui) =>
        ui.overlay?.kind === 'question' && ui.overlay.question.id === id
          ? { ...ui, overlay: undefined }
          : ui,
      );
      asked?.done(answer);
      showNext();
    },
    showNext,
  };
}
