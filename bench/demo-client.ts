import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { writeConfig } from '../test/support/demo.ts';
import type { DemoCounts, DemoQuestion, DemoReady } from './demo-process.ts';

export interface BenchDemo {
  readonly configDir: string;
  readonly info: DemoReady['info'];
  ask(what: DemoQuestion['ask']): Promise<DemoCounts>;
  close(): Promise<void>;
}

/** Starts a demo in a process of its own and writes a configuration for it into `configDir`. */
export async function startBenchDemo(scenario: string, configDir: string): Promise<BenchDemo> {
  const child = fork(join(import.meta.dirname, 'demo-process.ts'), [scenario], {
    execArgv: ['--import', 'tsx'],
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  const { info } = await answerOf<DemoReady>(child);
  writeConfig(configDir, [{ demo: { info } }]);
  const ask = (what: DemoQuestion['ask']) => {
    const answer = answerOf<DemoCounts>(child);
    child.send({ ask: what });
    return answer;
  };
  return {
    configDir,
    info,
    ask,
    close: async () => {
      const ended = once(child, 'exit');
      await ask('close');
      await ended;
    },
  };
}

function answerOf<T>(child: ChildProcess): Promise<T> {
  return new Promise((resolve, reject) => {
    const ended = (code: number | null) => reject(new Error(`The demo ended with code ${code}`));
    child.once('exit', ended);
    child.once('message', (message) => {
      child.off('exit', ended);
      resolve(message as T);
    });
  });
}
