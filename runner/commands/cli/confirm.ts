/** Asking a person before much is done. */
import { createInterface } from 'node:readline/promises';
import type { Shell } from './command.ts';
import { CommandError, EXIT } from './exit_code.ts';

/**
 * Returns where the person says yes; on anything but a terminal they must have said it with `-y`.
 *
 * @param what a question without its mark, `work 29 dates of nightly_load`
 * @throws CommandError: not confirmed; interrupted
 */
export async function confirm(shell: Shell, what: string, isConfirmed: boolean): Promise<void> {
  if (isConfirmed) return;
  if (process.stdin.isTTY !== true || !shell.stderr.isTTY) {
    throw new CommandError(EXIT.confirmationRequired, `${what}? Say yes with -y`);
  }
  shell.stderr.write(`${what}? [y/N] `);
  const answer = await readLine(shell);
  if (!/^\s*y(es)?\s*$/i.test(answer))
    throw new CommandError(EXIT.confirmationRequired, 'not confirmed; nothing was changed');
}

/** The terminal stays as it is, so that Ctrl-C is the signal it always is. */
async function readLine(shell: Shell): Promise<string> {
  const lines = createInterface({ input: process.stdin, terminal: false });
  try {
    return await lines.question('', { signal: shell.signal });
  } catch (error) {
    shell.signal.throwIfAborted();
    throw error;
  } finally {
    lines.close();
  }
}
