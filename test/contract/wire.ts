import https from 'node:https';
import type { TestDemo } from '../support/demo.ts';

export interface WireAnswer {
  readonly status: number;
  readonly reason: string;
  readonly data: unknown;
  readonly body: Record<string, unknown>;
}

/** One request to the demo as root, past our own client; `path` without `/api2/json`. */
export function ask(
  { info }: Pick<TestDemo, 'info'>,
  path: string,
  method: 'GET' | 'POST' = 'GET',
): Promise<WireAnswer> {
  const { id, secret } = info.tokens.admin;
  return new Promise((resolve, reject) => {
    const request = https.request(
      `${info.pve[0]}/api2/json${path}`,
      {
        method,
        rejectUnauthorized: false,
        headers: { Authorization: `PVEAPIToken=${id}=${secret}` },
      },
      async (response) => {
        const chunks: Buffer[] = [];
        for await (const chunk of response) chunks.push(chunk as Buffer);
        let bytes = Buffer.concat(chunks);
        if (response.headers['content-encoding'] === 'gzip') {
          const { gunzipSync } = await import('node:zlib');
          bytes = gunzipSync(bytes);
        }
        const body = bytes.length === 0 ? {} : JSON.parse(bytes.toString('utf8'));
        const { statusCode: status = 0, statusMessage: reason = '' } = response;
        resolve({ status, reason, data: body.data, body });
      },
    );
    request.on('error', reject);
    request.end();
  });
}
