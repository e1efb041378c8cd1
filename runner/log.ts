import winston from 'winston';

/** Where the runner and the tasks' echoes are written: structured, on stderr, so that stdout holds data only. */
export type Log = Pick<winston.Logger, 'debug' | 'info' | 'warn' | 'error'>;

export const LOG_FORMATS = ['pretty', 'json'] as const;
export type LogFormat = (typeof LOG_FORMATS)[number];

export interface LogOptions {
  readonly format: LogFormat;
  readonly level: 'debug' | 'info' | 'warn' | 'error';
  readonly silent?: boolean;
}

export function createLog({ format, level, silent = false }: LogOptions): Log {
  return winston.createLogger({
    level,
    silent,
    format:
      format === 'json'
        ? winston.format.combine(winston.format.timestamp(), winston.format.json())
        : winston.format.printf(prettyLine),
    transports: [new winston.transports.Console({ stderrLevels: ['error', 'warn', 'info', 'debug'] })],
  });
}

/** `12:00:01 warn  task failed dagId=inventory_sync runId=3` */
function prettyLine({ level, message, ...facts }: winston.Logform.TransformableInfo): string {
  const time = Temporal.Now.plainTimeISO().toString({ smallestUnit: 'second' });
  const fields = Object.entries(facts).map(([name, value]) => ` ${name}=${prettyValue(value)}`);
  return `${time} ${level.padEnd(5)} ${String(message)}${fields.join('')}`;
}

function prettyValue(value: unknown): string {
  if (typeof value === 'string') return /^[^\s"=]+$/.test(value) ? value : JSON.stringify(value);
  return JSON.stringify(value) ?? String(value);
}
