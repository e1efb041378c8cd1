/** The shell of this process: its environment with `.env`, its streams and its signals. */

import { terminalFooter } from '../output/terminal_footer.ts';
import type { Footer, Output, Shell } from './command.ts';
import { CommandError, EXIT, Interrupted } from './exit_code.ts';

/**
 * A Ctrl-C reaches the process twice when npm or npx stands above it: from the terminal and, forwarded, from npm. Two
 * signals this near each other are one.
 */
const SAME_SIGNAL_MS = 300;

/** @throws CommandError when there is a `.env` that cannot be read */
export function processShell(): Shell {
  loadEnvironment();
  const first = new AbortController();
  const second = new AbortController();
  listen(first, second);
  return {
    env: process.env,
    stdout: outputOf(
      () => process.stdout,
      () => null,
    ),
    stderr: outputOf(() => process.stderr, onceFooter()),
    signal: first.signal,
    forceStop: second.signal,
    exitCode: EXIT.ok,
  };
}

/** Adds the variables of `.env`; those of the environment keep their value. */
function loadEnvironment(): void {
  try {
    process.loadEnvFile('.env');
  } catch (cause) {
    if (cause instanceof Error && 'code' in cause && cause.code === 'ENOENT') return;
    throw new CommandError(EXIT.usage, '.env cannot be read', { cause });
  }
}

/** The stream is opened when it is first used: that costs more than most answers. */
function outputOf(stream: () => NodeJS.WriteStream, footer: () => Footer | null): Output {
  let isOpen = false;
  function opened(): NodeJS.WriteStream {
    const output = stream();
    if (!isOpen) output.on('error', onOutputError);
    isOpen = true;
    return output;
  }
  return {
    write: (text) => void opened().write(text),
    get isTTY() {
      return opened().isTTY === true;
    },
    get columns() {
      return opened().columns || 80;
    },
    get rows() {
      return opened().rows || 24;
    },
    get footer() {
      return footer();
    },
  };
}

/** @returns the one footer of stderr, or null where stderr cannot be redrawn */
function onceFooter(): () => Footer | null {
  let footer: Footer | undefined;
  return () => {
    if (process.stderr.isTTY !== true || process.env.TERM === 'dumb') return null;
    footer ??= terminalFooter();
    return footer;
  };
}

function onOutputError(error: NodeJS.ErrnoException): void {
  // The reader has seen enough (`stockflow runs list | head`).
  if (error.code === 'EPIPE') process.exit(EXIT.ok);
  throw error;
}

function listen(first: AbortController, second: AbortController): void {
  let lastMs = Number.NEGATIVE_INFINITY;
  const onSignal = (signalName: 'SIGINT' | 'SIGTERM') => {
    const nowMs = performance.now();
    if (nowMs - lastMs < SAME_SIGNAL_MS) return;
    lastMs = nowMs;
    if (second.signal.aborted) process.exit(EXIT.interrupted);
    if (first.signal.aborted) second.abort(new Interrupted(signalName));
    else first.abort(new Interrupted(signalName));
  };
  process.on('SIGINT', onSignal);
  process.on('SIGTERM', onSignal);
}
