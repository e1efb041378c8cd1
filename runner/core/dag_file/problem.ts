/** One problem of a file: its position, and a message that says what was found and what to do. */
export interface Problem {
  readonly file: string;
  /** 1-based. */
  readonly line: number;
  /** 1-based. */
  readonly column: number;
  /** The YAML key path, e.g. `tasks[2].depends_on`; empty for the whole file. */
  readonly key: string;
  readonly message: string;
}

/** Returns the problem as one line: `dags/x.yaml:12:5 tasks[0].retires: unknown key, did you mean retries?` */
export function formatProblem(problem: Problem): string {
  const key = problem.key === '' ? '' : ` ${problem.key}`;
  return `${problem.file}:${problem.line}:${problem.column}${key}: ${problem.message}`;
}
