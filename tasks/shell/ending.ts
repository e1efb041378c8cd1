import { FailTask, SkipTask, TaskError } from '../../runner/task.ts';
import type { ShellParams } from './params.ts';
import type { CommandEnd } from './run_command.ts';

/** Returns the error with which the task ends, by the end of its command; null for a success. */
export function errorOfEnd(
  { command, exit_codes: codes }: Pick<ShellParams, 'command' | 'exit_codes'>,
  end: CommandEnd,
  lastLine: string | null,
): TaskError | null {
  const [program = ''] = command;
  const said = lastLine === null ? '' : `: ${lastLine.slice(0, 300)}`;
  if ('killedBy' in end) return new TaskError(`${program} was killed by ${end.killedBy}${said}`);
  const { exitCode } = end;
  const text = `${program} ended with exit code ${exitCode}${said}`;
  if (codes.success.includes(exitCode)) return null;
  if (codes.skip.includes(exitCode)) return new SkipTask(text);
  return codes.fail.includes(exitCode) ? new FailTask(text) : new TaskError(text);
}
