/** The entry of `stockflow`. Imports as little as help and typing errors need: every command is imported when called. */
import { resolve } from 'node:path';
import type { Shell } from './commands/command.ts';
import { CommandError } from './commands/exit_code.ts';
import { processShell } from './commands/process_shell.ts';
import { runProgram } from './commands/program.ts';

const PACKAGE_DIR = resolve(import.meta.dirname, '..');

async function main(): Promise<number> {
  let shell: Shell;
  try {
    shell = processShell();
  } catch (error) {
    if (!(error instanceof CommandError)) throw error;
    process.stderr.write(`error: ${error.message}\n`);
    return error.exitCode;
  }
  return await runProgram(process.argv.slice(2), shell, [
    resolve(PACKAGE_DIR, 'demo/commands'),
    resolve(shell.env.STOCKFLOW_TASKS || 'tasks', 'commands'),
  ]);
}

const exitCode = await main();
// A task that ignores its signal must not keep a worker's process alive; what was written must still arrive.
process.stdout.write('', () => process.stderr.write('', () => process.exit(exitCode)));
