import { type ChildProcess, fork } from 'node:child_process';
import path from 'node:path';

/** A command to run, as if `stockflow ...args` had been started in the folder `dir`. */
export interface CommandLine {
  readonly id: number;
  readonly dir: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

export interface CommandAnswer {
  readonly id: number;
  readonly end: CommandEnd;
}

export interface CommandEnd {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

let server: ChildProcess | undefined;
let lastId = 0;
const pending = new Map<number, PromiseWithResolvers<CommandEnd>>();

/** Runs it in the one process that all commands of this test file share; started with the first of them. */
export async function runCommandLine(
  line: Omit<CommandLine, 'id'>,
  serverEnv: Readonly<Record<string, string | undefined>>,
): Promise<CommandEnd> {
  server ??= startServer(serverEnv);
  lastId += 1;
  const answered = Promise.withResolvers<CommandEnd>();
  pending.set(lastId, answered);
  hold(server);
  server.send({ ...line, id: lastId } satisfies CommandLine);
  return await answered.promise;
}

function startServer(env: Readonly<Record<string, string | undefined>>): ChildProcess {
  const child = fork(path.join(import.meta.dirname, 'command_server.ts'), [], {
    env,
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  child.on('message', ({ id, end }: CommandAnswer) => {
    pending.get(id)?.resolve(end);
    pending.delete(id);
    if (pending.size === 0) release(child);
  });
  child.once('exit', (code, signal) => {
    server = undefined;
    for (const { reject } of pending.values())
      reject(new Error(`the process of the commands ended with ${code ?? signal}`));
    pending.clear();
  });
  return child;
}

/** It ends with this process, which must neither wait for it nor end before its answers. */
function hold(child: ChildProcess): void {
  child.ref();
  child.channel?.ref();
}

function release(child: ChildProcess): void {
  child.unref();
  child.channel?.unref();
}
