import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as pause } from 'node:timers/promises';
import { LineSplitter } from './lines.ts';

/**
 * Starts the command, which replaces this script, and beside it, in its process group, a watcher: it waits until the worker
 * closes the other end of descriptor 3, by will or by its death, and then kills the group. So no command outlives its worker,
 * however that ends, and none leaves processes behind. The arguments are passed as they are: nothing interprets them.
 */
const LAUNCHER = `( trap '' HUP INT TERM; read -r _ <&3; kill -s KILL 0 ) >/dev/null 2>&1 &
exec 3<&-
exec "$@"`;

/** The time in ms that processes which have left the group may keep the output open. */
const OUTPUT_CLOSES_WITHIN_MS = 2_000;

export interface Command {
  readonly command: readonly string[];
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  readonly killAfterMs: number;
  readonly signal: AbortSignal;
  readonly onLine: (stream: 'stdout' | 'stderr', line: string) => void;
}

/** The exit code, or the signal that ended the command. */
export type CommandEnd = { readonly exitCode: number } | { readonly killedBy: string };

/**
 * Runs the command. When the signal aborts, its process group gets SIGTERM, and SIGKILL after `killAfterMs`.
 * @throws the signal's reason once the command has ended after an abort
 */
export async function runCommand(command: Command): Promise<CommandEnd> {
  const { signal } = command;
  signal.throwIfAborted();
  const child = spawn('/bin/sh', ['-c', LAUNCHER, 'sh', ...command.command], {
    cwd: command.cwd,
    env: command.env,
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
  });
  const exited = once(child, 'exit');
  const closed = once(child, 'close');
  closed.catch(() => {}); // the same error as that of `exited`
  readLines(child, command.onLine);
  let killing: NodeJS.Timeout | undefined;
  const onAbort = () => {
    signalGroup(child, 'SIGTERM');
    killing = setTimeout(() => signalGroup(child, 'SIGKILL'), command.killAfterMs);
  };
  signal.addEventListener('abort', onAbort, { once: true });
  try {
    const [exitCode, killedBy] = await exited;
    releaseWatcher(child);
    await outputRead(child, closed);
    signal.throwIfAborted();
    return typeof exitCode === 'number' ? { exitCode } : { killedBy: String(killedBy) };
  } finally {
    signal.removeEventListener('abort', onAbort);
    clearTimeout(killing);
  }
}

function readLines(child: ChildProcess, onLine: Command['onLine']): void {
  for (const name of ['stdout', 'stderr'] as const) {
    const lines = new LineSplitter((line) => onLine(name, line));
    child[name]?.on('data', (chunk: Buffer) => lines.write(chunk));
    child[name]?.on('end', () => lines.end());
  }
}

/** Closes descriptor 3, upon which the watcher kills what is left of the group. */
function releaseWatcher(child: ChildProcess): void {
  const watched = child.stdio[3];
  if (watched !== null && watched !== undefined && 'destroy' in watched) watched.destroy();
}

async function outputRead(child: ChildProcess, closed: Promise<unknown>): Promise<void> {
  const giveUp = new AbortController();
  const late = pause(OUTPUT_CLOSES_WITHIN_MS, undefined, { signal: giveUp.signal }).catch(() => {});
  await Promise.race([closed, late]);
  giveUp.abort();
  child.stdout?.destroy();
  child.stderr?.destroy();
}

function signalGroup({ pid }: ChildProcess, name: NodeJS.Signals): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, name);
  } catch (error) {
    // The group has ended in between.
    if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error;
  }
}
