import type { DemoDisplay } from './display.ts';
import { TextScreen } from './text-screen.ts';

const ENTER = 0xff0d;
const BACKSPACE = 0xff08;
const DELETE = 0xffff;
const LONGEST = 60;

const started = [
  'Finished systemd-fsck-root.service - File System Check on Root Device.',
  'Mounted -.mount - Root Mount.',
  'Reached target local-fs.target - Local File Systems.',
  'Started systemd-journald.service - Journal Service.',
  'Started systemd-networkd.service - Network Configuration.',
  'Started qemu-guest-agent.service - QEMU Guest Agent.',
  'Started ssh.service - OpenBSD Secure Shell server.',
  'Reached target multi-user.target - Multi-User System.',
];

/** A disk that cannot be mounted: what an admin finds when a VM answers to nothing after it was started. */
const stuck = [
  '[    1.204311] sd 0:0:0:0: [sda] Attached SCSI disk',
  '[    1.871020] EXT4-fs (sda1): bad geometry: block count 10485760 exceeds size of device',
  '[FAILED] Failed to mount sysroot.mount - /sysroot.',
  '[DEPEND] Dependency failed for initrd-root-fs.target - Initrd Root File System.',
  '',
  'You are in emergency mode. After logging in, type "journalctl -xb" to view system',
  'logs, "systemctl reboot" to reboot, or "exit" to continue bootup.',
  '',
  'Cannot open access to console, the root account is locked.',
  'See sulogin(8) man page for more details.',
  '',
  'Press Enter to continue.',
];

type State = 'login' | 'password' | 'shell' | 'stuck';

/** The console of a Linux guest: its boot messages, then a login that lets anybody in, and a shell that knows nothing. */
export function linuxScreen(name: string, broken: boolean): DemoDisplay & { blink(): void } {
  const screen = new TextScreen();
  let state: State = 'login';
  let line = '';
  let user = '';
  const prompt = () => {
    const words: Readonly<Record<State, string>> = {
      login: `\n${name} login: `,
      password: 'Password: ',
      shell: `${user}@${name}:~${user === 'root' ? '#' : '$'} `,
      stuck: '',
    };
    screen.write(words[state]);
  };
  const boot = () => {
    screen.clear();
    screen.write('SeaBIOS (version 1.16.3)\n\nBooting from Hard Disk...\n');
    if (broken) {
      screen.write(`${stuck.join('\n')}\n`);
      state = 'stuck';
    } else {
      screen.write(`${started.map((each) => `[  OK  ] ${each}`).join('\n')}\n`);
      screen.write(`\nDebian GNU/Linux 13 ${name} tty1\n`);
      state = 'login';
    }
    line = '';
    prompt();
  };
  const entered = () => {
    screen.write('\n');
    const typed = line.trim();
    line = '';
    if (state === 'stuck') screen.write('Press Enter to continue.\n');
    else if (state === 'login' && typed !== '') {
      user = typed;
      state = 'password';
    } else if (state === 'password') {
      state = 'shell';
      screen.write(`Linux ${name} 6.12.57+deb13-amd64 x86_64\n`);
    } else if (state === 'shell' && /^(exit|logout)$/.test(typed)) state = 'login';
    else if (state === 'shell' && typed !== '') {
      screen.write(`-bash: ${typed.split(' ')[0]}: command not found\n`);
    }
    prompt();
  };
  const erase = () => {
    if (line === '') return;
    line = line.slice(0, -1);
    if (state !== 'password') screen.write('\b');
  };
  boot();
  return {
    width: screen.width,
    height: screen.height,
    pixels: screen.pixels,
    onDamage: (listener) => screen.onDamage(listener),
    blink: () => screen.blink(),
    key: (keysym, { control, alt }) => {
      if (control && alt && keysym === DELETE) return boot();
      if (control || alt) return undefined;
      if (keysym === ENTER) return entered();
      if (keysym === BACKSPACE) return erase();
      if (keysym < 32 || keysym > 126 || line.length >= LONGEST || state === 'stuck')
        return undefined;
      line += String.fromCharCode(keysym);
      if (state !== 'password') screen.write(String.fromCharCode(keysym));
      return undefined;
    },
  };
}
