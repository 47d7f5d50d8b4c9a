import { spawn } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { connectQmp, type Qmp } from '../../source/demo/spice/qmp.ts';
import { tempDir } from './temp.ts';
import { until } from './until.ts';

/** vnc-machine.s assembled, without the zeros up to the signature in its last two bytes. */
const PROGRAM =
  '31c08ed8bc0070fbfcbea17cac84c07409b40ebb0700cd10ebf230e4cd163c3072313c3577292c300fb6f0d1e68b9c957c81fb0001730e89d8cd1080fb1375dae82400ebd5b8024fcd10e81a00ebcb3c7e7409b40ebb0700cd10ebbee80800b401cd1674f7ebb3b800a08ec0fe06947c31d252b8054f31dbcd105a31ff89f8c1e80300e00206947caa85ff75f04283fa0c72dfc300030013000101030105010701686f6d656c61622074657374206d616368696e650d0a6c6f67696e3a2';

/** A picture as QEMU itself has it. */
export interface Dump {
  readonly width: number;
  readonly height: number;
  /** 0xRRGGBB, row by row */
  readonly pixels: Uint32Array;
}

/** A QEMU with a VNC server and a program of 512 bytes that draws and echoes. */
export interface VncMachine {
  /** A new connection to its VNC server, after `password` was set for it. */
  dial(password: string): Promise<Socket>;
  /** Presses a key by QEMU's name (`a`, `1`, `shift-grave_accent`), not by way of VNC. */
  press(key: string): Promise<void>;
  /** What is on its screen. */
  dump(): Promise<Dump>;
  /** The guest stands still, its cursor too, until it goes on. */
  pause(): Promise<void>;
  resume(): Promise<void>;
  /** VNC clients that are connected now. */
  clients(): Promise<number>;
  /** Sets mode 0 to 5 and waits until the screen has its size. */
  mode(number: number): Promise<void>;
  quit(): Promise<void>;
}

/** The size of the screen in the modes 0 to 5; 320×200 is doubled by the VGA card. */
export const modes = ['720x400', '640x400', '640x480', '800x600', '1024x768', '1280x1024'] as const;

function bootDisk(): Buffer {
  const disk = Buffer.alloc(512);
  // The listing ends in the middle of the text: its closing blank follows.
  disk.set(Buffer.from(`${PROGRAM}0`, 'hex'));
  disk.writeUInt16LE(0xaa55, 510);
  return disk;
}

export async function startVncMachine(t: Pick<TestContext, 'after'>): Promise<VncMachine> {
  const folder = tempDir(t, 'vnc');
  const file = (name: string) => join(folder, name);
  writeFileSync(file('boot'), bootDisk());
  const child = spawn(
    'qemu-system-x86_64',
    [
      ...['-no-user-config', '-nodefaults', '-machine', 'pc,accel=tcg', '-m', '32'],
      ...['-vga', 'std', '-display', 'none', '-vnc', `unix:${file('vnc')},password=on`],
      ...['-qmp', `unix:${file('qmp')},server=on,wait=off`],
      ...['-drive', `if=floppy,format=raw,file=${file('boot')}`, '-boot', 'a'],
    ],
    { stdio: 'ignore' },
  );
  t.after(() => child.kill('SIGKILL'));
  const qmp: Qmp = await until('the monitor of QEMU', () =>
    connectQmp(file('qmp')).catch(() => undefined),
  );
  t.after(() => qmp.close());
  let dumps = 0;
  const dump = async () => {
    dumps += 1;
    await qmp.execute('screendump', { filename: file(`dump-${dumps}`) });
    return readPpm(readFileSync(file(`dump-${dumps}`)));
  };
  const press = async (key: string) => {
    const keys = key.split('-').map((data) => ({ type: 'qcode', data }));
    await qmp.execute('send-key', { keys });
  };
  const machine: VncMachine = {
    press,
    dump,
    dial: async (password) => {
      await qmp.execute('set_password', { protocol: 'vnc', password });
      return connect({ path: file('vnc') });
    },
    pause: async () => void (await qmp.execute('stop')),
    resume: async () => void (await qmp.execute('cont')),
    clients: async () => {
      const told = (await qmp.execute('query-vnc')) as { clients?: unknown[] };
      return told.clients?.length ?? 0;
    },
    mode: async (number) => {
      await press(String(number));
      await until(`a screen of ${modes[number]}`, async () => {
        const { width, height } = await dump();
        return `${width}x${height}` === modes[number];
      });
    },
    quit: async () => void (await qmp.execute('quit').catch(() => undefined)),
  };
  await until('the program of the test machine', async () => {
    const { width, pixels } = await dump();
    // Its greeting stands below what the firmware wrote; then a key is a key of the program.
    return width === 720 && litRows({ width, pixels }) >= 3;
  });
  return machine;
}

/** Text rows of 16 pixels that have something on them. */
function litRows({ width, pixels }: Pick<Dump, 'width' | 'pixels'>): number {
  let lit = 0;
  for (let row = 0; row < pixels.length / width / 16; row += 1) {
    if (pixels.subarray(row * 16 * width, (row + 1) * 16 * width).some((each) => each !== 0)) {
      lit += 1;
    }
  }
  return lit;
}

/** A portable pixmap, `P6` with 255 steps. */
export function readPpm(bytes: Buffer): Dump {
  const head = /^P6\s+(\d+)\s+(\d+)\s+255\s/.exec(bytes.toString('latin1', 0, 64));
  if (!head) throw new Error('no picture');
  const [width, height] = [Number(head[1]), Number(head[2])];
  const body = bytes.subarray(head[0].length);
  const pixels = new Uint32Array(width * height);
  for (let index = 0; index < pixels.length; index += 1)
    pixels[index] = body.readUIntBE(index * 3, 3);
  return { width, height, pixels };
}
