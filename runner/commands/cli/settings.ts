/** The settings of the environment, validated. Connections are read where they are used. */
import { z } from 'zod';
import type { LogFormat, LogOptions } from '../../log.ts';
import { CommandError, EXIT } from './exit_code.ts';
import { databaseUrlProblem } from './settings/database_url.ts';

export interface Settings {
  /** The database's URL; null for the embedded database. */
  readonly databaseUrl: string | null;
  readonly homeDir: string;
  readonly dagsDir: string;
  readonly tasksDir: string;
  /** The most task instances at once in one worker. */
  readonly concurrency: number;
  readonly logFormat: LogFormat;
  /** The channels that are told of all DAGs. */
  readonly alertsTo: readonly string[];
  /** Whether stacks of errors and log lines of level debug are written. */
  readonly isDebug: boolean;
}

const schema = z.object({
  DATABASE_URL: z
    .string()
    .check(({ value, issues }) => {
      const message = databaseUrlProblem(value);
      if (message !== null) issues.push({ code: 'custom', message, input: value });
    })
    .optional(),
  STOCKFLOW_HOME: z.string().default('.stockflow'),
  STOCKFLOW_DAGS: z.string().default('dags'),
  STOCKFLOW_TASKS: z.string().default('tasks'),
  // Tasks mostly wait for files and databases, so a few fit on the smallest machine.
  STOCKFLOW_CONCURRENCY: z
    .string()
    .regex(/^[1-9]\d{0,2}$/, 'write a whole number from 1 to 999')
    .default('4'),
  STOCKFLOW_LOG: z
    .enum(['pretty', 'json'] satisfies readonly LogFormat[], { error: 'write pretty or json' })
    .default('pretty'),
  STOCKFLOW_ALERTS_TO: z
    .string()
    .regex(/^\s*[a-z][a-z0-9_]{0,62}(\s*,\s*[a-z][a-z0-9_]{0,62})*\s*$/, {
      error: 'write the ids of channels, such as ops_slack,night_mail: ops_slack is STOCKFLOW_CONN_OPS_SLACK',
    })
    .optional(),
  STOCKFLOW_DEBUG: z.string().optional(),
});

/** @throws CommandError (usage) that names every variable which is wrong, and never the database's value */
export function readSettings(env: Readonly<Record<string, string | undefined>>): Settings {
  const given = Object.fromEntries(Object.keys(schema.shape).map((name) => [name, env[name] || undefined]));
  const parsed = schema.safeParse(given);
  if (!parsed.success) {
    const problems = parsed.error.issues.map(({ path, message }) => {
      const name = String(path[0]);
      return `${name}${name === 'DATABASE_URL' ? '' : `=${given[name]}`}: ${message}`;
    });
    throw new CommandError(EXIT.usage, problems.join('\n'));
  }
  const { data } = parsed;
  return {
    databaseUrl: data.DATABASE_URL ?? null,
    homeDir: data.STOCKFLOW_HOME,
    dagsDir: data.STOCKFLOW_DAGS,
    tasksDir: data.STOCKFLOW_TASKS,
    concurrency: Number(data.STOCKFLOW_CONCURRENCY),
    logFormat: data.STOCKFLOW_LOG,
    alertsTo: [
      ...new Set(
        (data.STOCKFLOW_ALERTS_TO ?? '')
          .split(',')
          .map((id) => id.trim())
          .filter((id) => id !== ''),
      ),
    ],
    isDebug: data.STOCKFLOW_DEBUG !== undefined,
  };
}

/** Returns the options of a log of `level`, or of debug under STOCKFLOW_DEBUG. */
export function logOptions(settings: Settings, level: LogOptions['level'] | 'silent'): LogOptions {
  const format = settings.logFormat;
  if (settings.isDebug) return { format, level: 'debug' };
  return level === 'silent' ? { format, level: 'error', silent: true } : { format, level };
}
