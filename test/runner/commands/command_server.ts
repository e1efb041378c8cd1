/**
 * Run as a process of its own: runs the command lines that its parent sends, each as `cli.ts` does, and answers with what
 * the process would have ended with and written. Saves the start of a process for each of many commands.
 */
import { AsyncLocalStorage } from 'node:async_hooks';
import type { Output, Shell } from '../../../runner/commands/cli/command.ts';
import { commandFolders } from '../../../runner/commands/cli/found_commands.ts';
import { runProgram } from '../../../runner/commands/cli/program.ts';
import { answerTop } from '../../../runner/commands/cli/top_help.ts';
import type { CommandAnswer, CommandLine } from './command_client.ts';

interface Written {
  stdout: string;
  stderr: string;
}

/** Holds the output of the command that is running, since the log writes to the process's streams and not to the shell's. */
const written = new AsyncLocalStorage<Written>();

/** A process has one working directory: commands of one folder run at once, those of another one wait for them. */
const waiting: CommandLine[] = [];
let running = 0;

function startWaiting(): void {
  for (;;) {
    const [next] = waiting;
    if (next === undefined || (running > 0 && process.cwd() !== next.dir)) return;
    waiting.shift();
    process.chdir(next.dir);
    running += 1;
    void answer(next).then(() => {
      running -= 1;
      startWaiting();
    });
  }
}

async function answer({ id, args, env }: CommandLine): Promise<void> {
  const output: Written = { stdout: '', stderr: '' };
  const code = await written.run(output, () => runCommand(args, shellOf(env, output)));
  process.send?.({ id, end: { code, ...output } } satisfies CommandAnswer);
}

async function runCommand(args: readonly string[], shell: Shell): Promise<number> {
  const folders = commandFolders(shell.env);
  return answerTop(args, shell, folders) ?? (await runProgram(args, shell, folders));
}

function shellOf(env: CommandLine['env'], output: Written): Shell {
  const never = new AbortController().signal;
  return {
    env,
    stdout: pipe((text) => {
      output.stdout += text;
    }),
    stderr: pipe((text) => {
      output.stderr += text;
    }),
    signal: never,
    forceStop: never,
    exitCode: 0,
  };
}

function pipe(write: (text: string) => void): Output {
  return { write, isTTY: false, columns: 80, rows: 24, footer: null };
}

for (const name of ['stdout', 'stderr'] as const) {
  const real = process[name].write.bind(process[name]);
  process[name].write = (chunk: string | Uint8Array, ...rest: never[]): boolean => {
    const output = written.getStore();
    if (output === undefined) return real(chunk, ...rest);
    output[name] += typeof chunk === 'string' ? chunk : Buffer.from(chunk).toString('utf8');
    return true;
  };
}
process.on('message', (line: CommandLine) => {
  waiting.push(line);
  startWaiting();
});
process.on('disconnect', () => process.exit(0));
