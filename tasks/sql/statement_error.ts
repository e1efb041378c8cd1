import pg from 'pg';
import { FailTask, TaskError } from '../../runner/task.ts';
import type { Statement } from './statement_file.ts';

/** SQLSTATE classes of statements and values that fail in the same way each time: data exception, syntax or access. */
const FINAL = ['22', '42', '0A', '08P01', '25006'];

/** Returns the error with the place in the statement's file: `dags/sql/close_day.sql:3:12`. */
export function explainSqlError(error: unknown, { file, text }: Statement): unknown {
  if (!(error instanceof pg.DatabaseError)) return error;
  const { code = '', message, detail, hint, position } = error;
  const more = [detail, hint].filter((part) => part !== undefined).join('; ');
  const at = position === undefined ? file : `${file}:${placeOf(text, Number(position))}`;
  const sentence = `${at}: ${message}${more === '' ? '' : ` (${more})`} [SQLSTATE ${code}]`;
  return FINAL.some((prefix) => code.startsWith(prefix))
    ? new FailTask(sentence, { cause: error })
    : new CodedError(sentence, error);
}

/** An error that may be retried. It keeps the SQLSTATE, by which a transaction decides whether to begin again. */
class CodedError extends TaskError {
  readonly code: string | undefined;
  constructor(message: string, cause: pg.DatabaseError) {
    super(message, { cause });
    this.code = cause.code;
  }
}

/** Returns line and column of a 1-based position in characters. */
function placeOf(text: string, position: number): string {
  const before = [...text].slice(0, position - 1).join('');
  const lines = before.split('\n');
  return `${lines.length}:${[...(lines.at(-1) ?? '')].length + 1}`;
}
