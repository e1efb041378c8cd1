import { createHash } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import { z } from 'zod';
import { FailTask } from '../../runner/task.ts';

const MAX_STATEMENT_BYTES = 1 << 20;

export interface Statement {
  /** The path as the DAG file writes it. */
  readonly file: string;
  readonly text: string;
  readonly sha256: string;
}

/**
 * Accepts the path of a `.sql` file, below the folder in which the runner is started. The file must exist when the DAG file is
 * checked.
 */
export function statementFile() {
  return z
    .string()
    .describe('the path of a .sql file below the project, such as dags/sql/close_day.sql')
    .superRefine((file, context) => {
      const message = problemOf(file);
      if (message !== null) context.addIssue({ code: 'custom', message });
    });
}

/** Reads the statement. @throws FailTask if the file is no longer there */
export function readStatement(file: string): Statement {
  const problem = problemOf(file);
  if (problem !== null) throw new FailTask(problem);
  const bytes = readFileSync(file);
  return { file, text: bytes.toString('utf8'), sha256: createHash('sha256').update(bytes).digest('hex') };
}

function problemOf(file: string): string | null {
  const shown = JSON.stringify(file);
  const isBelow = !file.startsWith('/') && !file.split(/[/\\]/).includes('..');
  if (!isBelow || !file.endsWith('.sql')) {
    return `${shown} is not the path of a .sql file below the project, such as dags/sql/close_day.sql`;
  }
  const found = statSync(file, { throwIfNoEntry: false });
  if (found === undefined) return `there is no file ${file} below ${process.cwd()}`;
  if (!found.isFile()) return `${file} is not a file`;
  if (found.size > MAX_STATEMENT_BYTES) return `${file} has more than ${MAX_STATEMENT_BYTES} bytes`;
  return null;
}
