import assert from 'node:assert/strict';
import test from 'node:test';
import { guestScreen } from '../../../source/actions/guest-screen.ts';
import { guestScreenshot } from '../../../source/actions/guest-screenshot.ts';
import { guestVnc } from '../../../source/actions/guest-vnc.ts';
import type { Platform, RunContext, Terminal } from '../../../source/actions/types.ts';
import type { Failure } from '../../../source/domain/failure.ts';
import { fail, ok, type Result } from '../../../source/domain/result.ts';
import type { Secret } from '../../../source/domain/secret.ts';
import type { GuestApi } from '../../../source/services/types.ts';
import type { ScreenDoor, ScreenEnd } from '../../../source/services/vnc/types.ts';
import { fakeConsole } from '../vnc/rig.ts';
import { facts, fakeSite, guest, noon, platform, safe } from './fakes.ts';

const cut: Failure = { kind: 'unreachable', what: safe('cut') };

/** What an action makes of a console: which door it uses, and what became of the console. */
function rig(options: {
  readonly shown?: Result<ScreenEnd>;
  readonly connected?: Result<undefined>;
  readonly status?: GuestApi['status'];
  readonly endsWithAction?: boolean;
  readonly platform?: Partial<Platform>;
}) {
  const far = fakeConsole('onetime1');
  const diary: string[] = [];
  const close = () => {
    diary.push('closed');
  };
  const screens: ScreenDoor = {
    endsWithAction: options.endsWithAction ?? false,
    open: async (_console, { label }) => {
      diary.push(`open ${label}`);
      return ok({
        show: async (_terminal, asked) => {
          diary.push(`draw ${asked?.draw ?? 'as before'}`);
          const again = await asked?.reopen?.(new AbortController().signal);
          if (again?.ok) diary.push('opened again');
          return options.shown ?? ok('left');
        },
        picture: async () => ok(Uint8Array.of(1, 2, 3)),
        close,
      });
    },
    bridge: async () => {
      diary.push('bridge');
      return ok({
        port: 4711,
        connected: Promise.resolve(options.connected ?? ok(undefined)),
        ended: Promise.resolve(ok(undefined)).then((result) => {
          diary.push('viewer gone');
          return result;
        }),
        close,
      });
    },
    save: async (file, bytes) => {
      diary.push(`save ${file} ${bytes.length}`);
      return ok(safe(`/home/admin/${file}`));
    },
  };
  const context: RunContext = {
    site: fakeSite({
      consoles: { vnc: async () => ok(far.console) },
      guests: options.status ? { status: options.status } : {},
    }),
    signal: new AbortController().signal,
    now: () => noon,
    facts: facts(),
    progress: () => undefined,
    platform: platform({
      screens,
      terminal: {
        handOver: async (job) => {
          diary.push('hand over');
          const done = await job({} as Terminal);
          diary.push('taken back');
          return done;
        },
      },
      ...options.platform,
    }),
    followTask: async () => ok('ok'),
  };
  return { context, diary, far };
}

test('the screen is connected before the terminal is handed over', async () => {
  const { context, diary } = rig({});
  const done = await guestScreen.run(guest(), {}, context);
  assert.ok(done.ok && done.value.kind === 'done');
  assert.deepEqual(diary, [
    ...['open guest 101 web-server', 'hand over', 'draw as before', 'opened again'],
    ...['taken back', 'closed'],
  ]);
  const asked = rig({});
  await guestScreen.run(guest(), { draw: 'kitty' }, asked.context);
  assert.ok(asked.diary.includes('draw kitty'));
});

test('a screen that the server closed says what the guest is now', async () => {
  const stopped = rig({ shown: ok('closed'), status: async () => ok({ status: safe('stopped') }) });
  const ended = await guestScreen.run(guest(), {}, stopped.context);
  assert.ok(ended.ok && ended.value.kind === 'done');
  assert.equal(
    ended.value.message,
    'The screen of guest 101 web-server was closed: it is stopped now',
  );
  assert.equal(ended.value.warning, true);
  const gone = rig({
    shown: ok('closed'),
    status: async () => fail({ kind: 'not-found', what: safe('gone') }),
  });
  const moved = await guestScreen.run(guest(), {}, gone.context);
  assert.ok(moved.ok && moved.value.kind === 'done');
  assert.match(moved.value.message, /not on pve1 any more/);
  const unknown = rig({ shown: ok('closed'), status: async () => fail(cut) });
  const lost = await guestScreen.run(guest(), {}, unknown.context);
  assert.ok(lost.ok && lost.value.kind === 'done');
  assert.match(lost.value.message, /its state is not known/);
});

test('a failure of the screen is the failure of the action', async () => {
  const { context, diary } = rig({ shown: fail(cut) });
  assert.deepEqual(await guestScreen.run(guest(), {}, context), fail(cut));
  assert.equal(diary.at(-1), 'closed');
});

test('without a terminal it says what to use instead, and asks the server for nothing', async () => {
  const { context, diary } = rig({ platform: { terminal: undefined } });
  const done = await guestScreen.run(guest(), {}, context);
  assert.ok(!done.ok && done.failure.kind === 'local');
  assert.match(done.failure.next ?? '', /guest screenshot/);
  assert.deepEqual(diary, []);
});

test('a picture goes into the file that was named', async () => {
  const { context, diary } = rig({});
  const done = await guestScreenshot.run(guest(), { file: 'boot.png' }, context);
  assert.ok(done.ok && done.value.kind === 'done');
  assert.match(done.value.message, /is in \/home\/admin\/boot\.png/);
  assert.deepEqual(diary, ['open guest 101 web-server', 'save boot.png 3']);
});

test('remote-viewer gets the port of this machine and the password on its standard input', async () => {
  let text = '';
  const openViewer: Platform['openViewer'] = async (given) => {
    text = given;
    return ok({ pid: 1 });
  };
  const { context, diary, far } = rig({ platform: { openViewer } });
  const done = await guestVnc.run(guest(), {}, context);
  assert.ok(done.ok && done.value.kind === 'done');
  assert.equal(
    text,
    '[virt-viewer]\ntype=vnc\nhost=127.0.0.1\nport=4711\ntitle=101 web-server\npassword=onetime1\n',
  );
  assert.ok(!JSON.stringify(done).includes((far.console.password as Secret).reveal()));
  assert.deepEqual(diary.slice(0, 1), ['bridge']);
  assert.ok(!diary.includes('closed'));
});

test('a command waits for the end of the viewer', async () => {
  const { context, diary } = rig({ endsWithAction: true });
  const done = await guestVnc.run(guest(), {}, context);
  assert.ok(done.ok && done.value.kind === 'done');
  assert.match(done.value.message, /closed/);
  assert.deepEqual(diary, ['bridge', 'viewer gone']);
});

test('the bridge is closed when no viewer starts or comes', async () => {
  const failing = rig({ platform: { openViewer: async () => fail(cut) } });
  assert.deepEqual(await guestVnc.run(guest(), {}, failing.context), fail(cut));
  assert.ok(failing.diary.includes('closed'));
  const nobody = rig({ connected: fail(cut) });
  assert.deepEqual(await guestVnc.run(guest(), {}, nobody.context), fail(cut));
  assert.ok(nobody.diary.includes('closed'));
  const missing = rig({ platform: { viewerProblem: () => cut } });
  assert.deepEqual(await guestVnc.run(guest(), {}, missing.context), fail(cut));
  assert.deepEqual(missing.diary, []);
});
