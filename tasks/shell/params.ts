import { z } from 'zod';
import { duration } from '../../runner/task.ts';

const VARIABLE = /^[A-Za-z_][A-Za-z0-9_]{0,127}$/;
const variable = z.string().regex(VARIABLE, 'a variable is A-Z, a-z, 0-9 and _, not beginning with a digit');
const text = z.string().refine((found) => !found.includes('\0'), { error: 'holds a NUL' });
const exitCodes = z.array(z.int().min(0).max(255));

/** Variables that commands expect and that hold no secret. */
export const USUAL_VARIABLES = ['PATH', 'HOME', 'LANG', 'LC_ALL', 'TMPDIR', 'TZ'];

export const shellParams = z.strictObject({
  command: z
    .array(text)
    .min(1)
    .refine(([program]) => program !== '', { error: 'begins with an empty text, and a program is meant' })
    .describe('the program and its arguments. No shell reads them; for one, write [sh, -c, ...]'),
  env: z.record(variable, text).default({}).describe('variables of the command, without secrets'),
  pass_env: z
    .array(variable)
    .default([])
    .describe(`variables of the worker that the command gets too, besides ${USUAL_VARIABLES.join(', ')}`),
  working_dir: z
    .string()
    .refine((path) => !path.startsWith('/') && !path.split('/').includes('..'), {
      error: 'must be a folder below the project, such as scripts',
    })
    .default('.')
    .describe('the folder below the project in which the command runs'),
  exit_codes: z
    .strictObject({
      success: exitCodes.default([0]),
      skip: exitCodes.default([]).describe('the task is skipped'),
      fail: exitCodes.default([126, 127]).describe('the task fails without a retry'),
    })
    .prefault({})
    .describe('every other exit code is a failure that is retried'),
  output: z
    .enum(['exit_code', 'last_json_line'])
    .default('exit_code')
    .describe('last_json_line: the last line of stdout as JSON, beside the exit code'),
  kill_after: duration({ description: 'the time from SIGTERM to SIGKILL at a cancel or a timeout' }).prefault(
    '4s',
  ),
});

export type ShellParams = z.output<typeof shellParams>;
