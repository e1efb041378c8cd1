/** Reports the problems of a DAG file as a user reads them. */
import { parseDag } from '../../../../../runner/core/dag_file/parse.ts';
import { formatProblem } from '../../../../../runner/core/dag_file/problem.ts';

/** Returns the problems of the text, one line each, without the file's name and cron's own words. */
export function report(source: string, file = '<stdin>'): string[] {
  return parseDag(source, file).problems.map((problem) =>
    formatProblem(problem)
      .slice(file.length + 1)
      .replace(/( at its column \d+): .+$/, '$1'),
  );
}

export const HEAD = `dag_id: night
timezone: America/New_York
schedule: null
`;

/** A right DAG around tasks in flow style, the first on line 5 with its brace at column 5. */
export function withTasks(...tasks: string[]): string {
  return `${HEAD}tasks:\n${tasks.map((task) => `  - ${task}\n`).join('')}`;
}

export const TASK = '{task_id: a, type: noop}';
