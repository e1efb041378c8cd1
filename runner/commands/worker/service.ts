/** Commands that work until a signal stops them. */
import { once } from 'node:events';
import type { Shell } from '../cli/command.ts';
import { EXIT, Interrupted } from '../cli/exit_code.ts';

export async function untilStopped({ signal }: Pick<Shell, 'signal'>): Promise<void> {
  if (!signal.aborted) await once(signal, 'abort');
}

/** Sets the exit code of a service: a stop by the system is how one ends; Ctrl-C is an interruption like any other. */
export function endService(shell: Shell): void {
  const { reason } = shell.signal;
  const isStopped = reason instanceof Interrupted && reason.signalName === 'SIGTERM';
  shell.exitCode = isStopped ? EXIT.ok : EXIT.interrupted;
}
