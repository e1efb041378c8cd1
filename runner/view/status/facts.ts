/** Reads the facts about every DAG from which its status follows. */
import { formatProblem } from '../../core/dag_file/problem.ts';
import type { ClosedDate } from '../../core/time/closed_dates.ts';
import { readParsedDag } from '../../engine/dags/parsed.ts';
import { type DagRow, listDags } from '../../store/dag/dag.ts';
import { type DueInstant, lastDueInstants } from '../../store/run/last_due_run.ts';
import { dagFilesIn, dagIdOfFile } from '../dag/files.ts';
import type { ViewSource } from '../source.ts';
import type { DagFacts } from './last_run_status.ts';

/** Returns the DAGs that the database knows and those of files that no worker has read yet, by id. */
export async function dagFacts(
  { pool, versions }: ViewSource,
  dagsDir: string,
): Promise<readonly DagFacts[]> {
  const decided = await lastDueInstants(pool);
  const lastDue = new Map(decided.filter((due) => due.closedAs === null).map((due) => [due.dagId, due]));
  const lastClosed = new Map(decided.flatMap((due) => lastClosedOf(due)));
  const problems = await problemsOfFiles(dagsDir);
  const rows = (await listDags(pool)).filter(({ retiredAt }) => retiredAt === null);
  const known = rows.map(
    async (row): Promise<DagFacts> => ({
      dagId: row.dagId,
      dag: row.dagVersionId === null ? null : ((await versions.getReadable(row.dagVersionId))?.dag ?? null),
      isPaused: row.isPaused,
      problems: problemsNow(row, problems),
      lastDue: lastDue.get(row.dagId) ?? null,
      lastClosed: lastClosed.get(row.dagId) ?? null,
      cursor: row.scheduleCursor,
    }),
  );
  const knownIds = new Set(rows.map(({ dagId }) => dagId));
  const unread = [...problems]
    .filter(([dagId]) => !knownIds.has(dagId))
    .map(
      ([dagId, found]): DagFacts => ({
        dagId,
        dag: null,
        isPaused: false,
        problems: found,
        lastDue: null,
        lastClosed: null,
        cursor: null,
      }),
    );
  return [...(await Promise.all(known)), ...unread].toSorted((a, b) => (a.dagId < b.dagId ? -1 : 1));
}

function lastClosedOf(due: DueInstant): readonly (readonly [string, ClosedDate])[] {
  const { dagId, scheduledFor: at, businessDate: date, closedAs: name, movedTo } = due;
  return name === null ? [] : [[dagId, { date, name, movedTo, at }]];
}

/** Returns the problems of the DAG's file here; where it is valid or absent, those that a worker found, which knows the task types too. */
function problemsNow(row: DagRow, ofFiles: ReadonlyMap<string, readonly string[]>): readonly string[] {
  const found = ofFiles.get(row.dagId) ?? [];
  return found.length > 0 ? found : (row.problems ?? []).map(formatProblem);
}

/** Returns the problems of each file of the dags folder as it stands now, by dag_id. */
async function problemsOfFiles(dagsDir: string): Promise<ReadonlyMap<string, readonly string[]>> {
  const files = await dagFilesIn(dagsDir);
  const checked = await Promise.all(
    files.map(async (file) => {
      const { problems } = await readParsedDag(file);
      return [dagIdOfFile(file), problems.map(formatProblem)] as const;
    }),
  );
  return new Map(checked);
}
