import { runDemoForeground } from '../demo/foreground.ts';
import { createSpiceBackend } from '../demo/spice/backend.ts';
import type { CommandContext } from './command.ts';
import { pveSpicePort, scenarioProblem } from './demo-homelab.ts';
import { exitCodes } from './exit-codes.ts';

/** `demo`: the embedded homelab for other clients, until ctrl-c or a signal. */
export async function runDemo({ global, values, host, output }: CommandContext): Promise<number> {
  const lines = scenarioProblem(global.scenario);
  if (lines) {
    for (const line of lines) output.err(line);
    return exitCodes.usage;
  }
  const { now, env } = host;
  const { port } = values;
  const code = await runDemoForeground(
    {
      json: global.json,
      ...(global.scenario === undefined ? {} : { scenario: global.scenario }),
      ...(typeof port === 'number' ? { port } : {}),
    },
    { stdout: (text) => output.raw(text), stderr: (text) => output.err(text.trimEnd()) },
    host.interrupted(),
    () => createSpiceBackend({ now, path: env.PATH ?? '', port: pveSpicePort }),
  );
  return code === 0 || code === exitCodes.usage ? code : exitCodes.failed;
}
