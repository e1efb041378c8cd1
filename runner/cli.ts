/** The entry of `stockflow`. Imports as little as help and typing errors need: every command is imported when called. */
import type { Shell } from './commands/cli/command.ts';
import { CommandError } from './commands/cli/exit_code.ts';
import { commandFolders } from './commands/cli/found_commands.ts';
import { processShell } from './commands/cli/process_shell.ts';
import { answerTop } from './commands/cli/top_help.ts';

async function main(): Promise<number> {
  let shell: Shell;
  try {
    shell = processShell();
  } catch (error) {
    if (!(error instanceof CommandError)) throw error;
    process.stderr.write(`error: ${error.message}\n`);
    return error.exitCode;
  }
  const words = process.argv.slice(2);
  const folders = commandFolders(shell.env);
  const answered = answerTop(words, shell, folders);
  if (answered !== null) return answered;
  const { runProgram } = await import('./commands/cli/program.ts');
  const exitCode = await runProgram(words, shell, folders);
  await Promise.all([process.stdout, process.stderr].map(flushed));
  return exitCode;
}

/** Waits until a stream has written all: a pipe with a slow reader has taken only what fits into it, and the rest would be lost. */
async function flushed(stream: NodeJS.WriteStream): Promise<void> {
  if (stream.writableLength > 0) await new Promise<void>((resolve) => stream.write('', () => resolve()));
}

// A task that ignores its signal must not keep a worker's process alive.
process.exit(await main());
