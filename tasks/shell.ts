import { statSync } from 'node:fs';
import { z } from 'zod';
import { defineTask, FailTask, type Json } from '../runner/task.ts';
import { errorOfEnd } from './shell/ending.ts';
import { commandEnvironment, withoutSecrets } from './shell/environment.ts';
import { shellParams } from './shell/params.ts';
import { runCommand } from './shell/run_command.ts';

/** How many lines of a command the log keeps, and how long each may be. */
const LOGGED_LINES_MAX = 10_000;
const LOGGED_CHARS_MAX = 2_000;

/**
 * Runs a command as an argument list, without a shell. It never outlives its worker: if the worker is killed, so are the command
 * and all processes of its group. Then it is run again, so it must tolerate that.
 */
export default defineTask({
  type: 'shell',
  description: 'Runs a command of the host, without a shell, and takes its exit code as the result',
  params: shellParams,
  async run(context) {
    const { params, log, signal } = context;
    if (statSync(params.working_dir, { throwIfNoEntry: false })?.isDirectory() !== true)
      throw new FailTask(`working_dir: there is no folder ${params.working_dir} below ${process.cwd()}`);
    const { env, secrets } = commandEnvironment(context, process.env);
    const lines = { logged: 0, left: 0 };
    const last = { stdout: '', any: '' };
    const end = await runCommand({
      command: params.command,
      cwd: params.working_dir,
      env,
      killAfterMs: params.kill_after,
      signal,
      onLine: (stream, raw) => {
        const line = withoutSecrets(raw, secrets);
        if (line.trim() === '') return;
        last.any = line;
        if (stream === 'stdout') last.stdout = line;
        if (lines.logged === LOGGED_LINES_MAX) lines.left += 1;
        else {
          lines.logged += 1;
          log[stream === 'stdout' ? 'info' : 'warn'](line.slice(0, LOGGED_CHARS_MAX), { stream });
        }
      },
    });
    if (lines.left > 0) log.warn('further lines of the command are not kept', { lines: lines.left });
    const error = errorOfEnd(params, end, last.any === '' ? null : last.any);
    if (error !== null) throw error;
    const exitCode = 'exitCode' in end ? end.exitCode : 0;
    if (params.output === 'exit_code') return { exit_code: exitCode };
    return { exit_code: exitCode, json: jsonLine(last.stdout) };
  },
});

/** @throws FailTask if the line is not JSON */
function jsonLine(line: string): Json {
  try {
    return z.json().parse(JSON.parse(line));
  } catch (cause) {
    if (!(cause instanceof SyntaxError)) throw cause;
    const found = line === '' ? 'nothing was written there' : JSON.stringify(line.slice(0, 100));
    throw new FailTask(`output: last_json_line: the last line of stdout is not JSON: ${found}`, { cause });
  }
}
