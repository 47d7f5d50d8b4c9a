import { createCipheriv, randomBytes, timingSafeEqual } from 'node:crypto';
import { constants, createDeflate, type Deflate } from 'node:zlib';
import { type Area, around, type DemoDisplay } from './display.ts';
import type { Line } from './rfb-wire.ts';
import { zrleTiles } from './zrle-tiles.ts';

const RAW = 0;
const ZRLE = 16;
const LONGEST_CUT = 65_536;
const CONTROL = [0xffe3, 0xffe4];
const ALT = [0xffe9, 0xffea];

/** Serves RFB 3.8 with VNC authentication to one client, until it goes. */
export async function serveRfb(line: Line, display: DemoDisplay, name: string, password: string) {
  try {
    if (await welcome(line, display, name, password)) await new Client(line, display).run();
  } catch {
    // The client has gone, or spoke something else.
  }
  line.end();
}

async function welcome(line: Line, display: DemoDisplay, name: string, password: string) {
  line.write(Buffer.from('RFB 003.008\n'));
  if (!/^RFB 003\.00[378]\n$/.test((await line.read(12)).toString('latin1'))) return false;
  line.write(Buffer.of(1, 2));
  if ((await line.read(1))[0] !== 2) return false;
  const challenge = randomBytes(16);
  line.write(challenge);
  if (!timingSafeEqual(await line.read(16), encrypt(password, challenge))) {
    const reason = Buffer.from('Authentication failed');
    const head = Buffer.alloc(8);
    head.writeUInt32BE(1, 0);
    head.writeUInt32BE(reason.length, 4);
    line.write(Buffer.concat([head, reason]));
    return false;
  }
  line.write(Buffer.alloc(4));
  await line.read(1);
  const title = Buffer.from(name);
  const init = Buffer.alloc(24 + title.length);
  init.writeUInt16BE(display.width, 0);
  init.writeUInt16BE(display.height, 2);
  init.set([32, 24, 0, 1, 0, 255, 0, 255, 0, 255, 16, 8, 0], 4);
  init.writeUInt32BE(title.length, 20);
  init.set(title, 24);
  line.write(init);
  return true;
}

/** DES with the password's first 8 characters, each byte's bits the other way round. */
function encrypt(password: string, challenge: Buffer): Buffer {
  const key = Buffer.alloc(8);
  for (let index = 0; index < Math.min(8, password.length); index += 1) {
    const bits = password.charCodeAt(index).toString(2).padStart(8, '0');
    key[index] = Number.parseInt([...bits].reverse().join(''), 2);
  }
  const cipher = createCipheriv('des-ede3-ecb', Buffer.concat([key, key, key]), null);
  cipher.setAutoPadding(false);
  return Buffer.concat([cipher.update(challenge), cipher.final()]);
}

class Client {
  readonly #line: Line;
  readonly #display: DemoDisplay;
  #encoding = RAW;
  #shifts: readonly [number, number, number] = [16, 8, 0];
  #wanted = false;
  #sending = false;
  #dirty: Area | undefined;
  #deflate: Deflate | undefined;
  #held = new Set<number>();

  constructor(line: Line, display: DemoDisplay) {
    this.#line = line;
    this.#display = display;
  }

  async run(): Promise<void> {
    const stop = this.#display.onDamage((area) => {
      this.#dirty = around(this.#dirty, area);
      this.#send();
    });
    this.#line.onClose(() => {
      stop();
      this.#deflate?.destroy();
    });
    while (await this.#message()) {
      // The next one.
    }
  }

  /** False for what it does not speak. */
  async #message(): Promise<boolean> {
    const line = this.#line;
    const [type] = await line.read(1);
    if (type === 0) return this.#format(await line.read(19));
    if (type === 2) this.#encodings(await line.read((await line.read(3)).readUInt16BE(1) * 4));
    else if (type === 3) this.#request((await line.read(9))[0] === 0);
    else if (type === 4) this.#key(await line.read(7));
    else if (type === 5) await line.read(5);
    else if (type === 6) {
      const length = (await line.read(7)).readUInt32BE(3);
      if (length > LONGEST_CUT) return false;
      await line.read(length);
    } else return false;
    return true;
  }

  #format(bytes: Buffer): boolean {
    const [bits, , big, colours] = bytes.subarray(3);
    if (bits !== 32 || big !== 0 || colours === 0) return false;
    this.#shifts = [bytes[13] ?? 16, bytes[14] ?? 8, bytes[15] ?? 0];
    return true;
  }

  #encodings(bytes: Buffer): void {
    for (let at = 0; at < bytes.length; at += 4) {
      const encoding = bytes.readInt32BE(at);
      if (encoding !== RAW && encoding !== ZRLE) continue;
      this.#encoding = encoding;
      return;
    }
  }

  #request(whole: boolean): void {
    const { width, height } = this.#display;
    if (whole) this.#dirty = { x: 0, y: 0, width, height };
    this.#wanted = true;
    this.#send();
  }

  #key(bytes: Buffer): void {
    const keysym = bytes.readUInt32BE(3);
    if (bytes[0] === 0) this.#held.delete(keysym);
    else {
      const holds = (keys: readonly number[]) => keys.some((each) => this.#held.has(each));
      this.#held.add(keysym);
      this.#display.key(keysym, { control: holds(CONTROL), alt: holds(ALT) });
    }
  }

  #send(): void {
    const area = this.#dirty;
    if (!this.#wanted || this.#sending || area === undefined || this.#line.closed) return;
    this.#wanted = false;
    this.#dirty = undefined;
    const head = Buffer.alloc(16);
    head.writeUInt16BE(1, 2);
    head.writeUInt16BE(area.x, 4);
    head.writeUInt16BE(area.y, 6);
    head.writeUInt16BE(area.width, 8);
    head.writeUInt16BE(area.height, 10);
    const plain = this.#shifts.join() === '16,8,0';
    if (this.#encoding !== ZRLE || !plain) {
      this.#line.write(Buffer.concat([head, this.#raw(area)]));
      return;
    }
    head.writeInt32BE(ZRLE, 12);
    this.#sending = true;
    const { pixels, width } = this.#display;
    void this.#compress(zrleTiles(pixels, width, area)).then((packed) => {
      const length = Buffer.alloc(4);
      length.writeUInt32BE(packed.length);
      this.#line.write(Buffer.concat([head, length, packed]));
      this.#sending = false;
      this.#send();
    });
  }

  #raw({ x, y, width, height }: Area): Buffer {
    const { pixels, width: stride } = this.#display;
    const [red, green, blue] = this.#shifts;
    const bytes = Buffer.alloc(width * height * 4);
    for (let row = 0, at = 0; row < height; row += 1) {
      for (let column = 0; column < width; column += 1, at += 4) {
        const pixel = pixels[(y + row) * stride + x + column] ?? 0;
        const value =
          ((pixel >>> 16) << red) | (((pixel >>> 8) & 255) << green) | ((pixel & 255) << blue);
        bytes.writeInt32LE(value, at);
      }
    }
    return bytes;
  }

  /** One stream over all rectangles, as ZRLE wants it. */
  #compress(bytes: Buffer): Promise<Buffer> {
    this.#deflate ??= createDeflate({ flush: constants.Z_SYNC_FLUSH }).on('error', () => {});
    const deflate = this.#deflate;
    return new Promise((resolve) => {
      const parts: Buffer[] = [];
      const keep = (part: Buffer) => void parts.push(part);
      deflate.on('data', keep);
      deflate.write(bytes, () => {
        while (deflate.read() !== null);
        deflate.off('data', keep);
        resolve(Buffer.concat(parts));
      });
    });
  }
}
