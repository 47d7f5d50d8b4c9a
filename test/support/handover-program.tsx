// A small Ink program that hands its terminal over, for tests: one letter per job.
import { Box, render, Text, useApp, useInput } from 'ink';
import { useEffect, useState } from 'react';
import { createTerminalHost } from '../../source/app/terminal-host.ts';
import { useTerminalHost } from '../../source/app/use-terminal-host.ts';

const { stdin, stdout, env } = process;
const file = process.argv[2] ?? '';
const host = createTerminalHost({ stdin, stdout, env }, (on) => {
  stdout.write(on ? '\u001b[?1000h' : '\u001b[?1000l');
});

function programOf(key: string): readonly string[] | undefined {
  const programs: Readonly<Record<string, readonly string[]>> = {
    v: ['vi', file],
    s: ['sh', '-i'],
    n: ['no-such-program-here'],
    k: ['sh', '-c', 'stty raw -echo; printf "\\033[?25l\\033[?1049h"; kill -9 $$'],
    i: [
      'sh',
      '-c',
      'trap "echo interrupted; exit 3" INT; echo waiting; while :; do sleep 0.1; done',
    ],
  };
  return programs[key];
}

async function work(key: string): Promise<string> {
  const argv = programOf(key);
  if (argv) {
    const ended = await host.handOver((terminal) => terminal.runProgram(argv));
    return ended.ok ? `exit code ${ended.value}` : ended.failure.what;
  }
  if (key === 'x') {
    return host.handOver(async (terminal) => {
      terminal.write('\u001b[?1003h\u001b[?25l\u001b[?1049hthe job is broken');
      throw new Error('broken job');
    });
  }
  return host.handOver(
    (terminal) =>
      new Promise((resolve) => {
        const told: string[] = [];
        const size = () => `${terminal.size().columns}x${terminal.size().rows}`;
        terminal.write(`raw at ${size()}\r\n`);
        terminal.onResize(() => terminal.write(`resized to ${size()}\r\n`));
        terminal.onInput((bytes) => {
          told.push(Buffer.from(bytes).toString('hex'));
          terminal.write(`got ${told.at(-1)}\r\n`);
          if (bytes.includes(0x2e)) resolve(`typed ${told.join(' ')}`);
        });
      }),
  );
}

function Program() {
  const { exit } = useApp();
  const [said, say] = useState('ready');
  const [ticks, tick] = useState(0);
  useTerminalHost(host);
  useEffect(() => {
    const timer = setInterval(() => tick((before) => before + 1), 100);
    return () => clearInterval(timer);
  }, []);
  useInput((input) => {
    if (input === 'q') return exit();
    say(`busy with ${input}`);
    work(input).then(say, (error: Error) => say(`failed: ${error.message}`));
    return undefined;
  });
  return (
    <Box flexDirection="column" height={10}>
      <Text>frame: {said}</Text>
      <Text>{ticks > 2 ? 'ticking' : 'starting'}</Text>
    </Box>
  );
}

render(<Program />, {
  alternateScreen: true,
  incrementalRendering: true,
  exitOnCtrlC: false,
  patchConsole: false,
  interactive: true,
});
