import { createRequire } from 'node:module';
import type winston from 'winston';

/** Writes the runner's lines and the tasks' echoes: structured, on stderr, so that stdout holds data only. */
export type Log = Readonly<Record<LogLevel, (message: string, facts?: object) => void>>;

/** The levels from the least to the most severe. */
const LEVELS = ['debug', 'info', 'warn', 'error'] as const;
export type LogLevel = (typeof LEVELS)[number];

export const LOG_FORMATS = ['pretty', 'json'] as const;
export type LogFormat = (typeof LOG_FORMATS)[number];

export interface LogOptions {
  readonly format: LogFormat;
  readonly level: LogLevel;
  readonly silent?: boolean;
}

/** winston is loaded with the first line that is written: most commands write none, and it takes longer than they do. */
export function createLog({ format, level, silent = false }: LogOptions): Log {
  let logger: winston.Logger | undefined;
  const at = (own: LogLevel) => {
    const isWritten = !silent && LEVELS.indexOf(own) >= LEVELS.indexOf(level);
    return (message: string, facts?: object): void => {
      if (!isWritten) return;
      logger ??= openLogger(format, level);
      logger.log({ ...facts, level: own, message });
    };
  };
  return { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') };
}

const require = createRequire(import.meta.url);

function openLogger(format: LogFormat, level: LogLevel): winston.Logger {
  const { createLogger, format: formats, transports }: typeof winston = require('winston');
  return createLogger({
    level,
    format:
      format === 'json' ? formats.combine(formats.timestamp(), formats.json()) : formats.printf(prettyLine),
    transports: [new transports.Console({ stderrLevels: ['error', 'warn', 'info', 'debug'] })],
  });
}

/** `12:00:01 warn  task failed dagId=nightly_load runId=3` */
function prettyLine({ level, message, ...facts }: winston.Logform.TransformableInfo): string {
  const time = Temporal.Now.plainTimeISO().toString({ smallestUnit: 'second' });
  const fields = Object.entries(facts).map(([name, value]) => ` ${name}=${prettyValue(value)}`);
  return `${time} ${level.padEnd(5)} ${String(message)}${fields.join('')}`;
}

function prettyValue(value: unknown): string {
  if (typeof value === 'string') return /^[^\s"=]+$/.test(value) ? value : JSON.stringify(value);
  return JSON.stringify(value) ?? String(value);
}
