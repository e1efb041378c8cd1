import type { Pool } from 'pg';
import { calendarsOf } from '../../core/calendar/file/resolve.ts';
import { type DagIndex, indexDag } from '../../core/dag/index.ts';
import { parseDag } from '../../core/dag_file/parse.ts';
import { formatProblem, type Problem } from '../../core/dag_file/problem.ts';
import { findVersion } from '../../store/dag/dag.ts';
import type { Queryable } from '../../store/queryable.ts';

/** The largest number of tasks in the cache, about 1 KB each: enough for a busy minute of a thousand DAGs. */
const MAX_KEPT_TASKS = 50_000;

interface ReadVersion {
  readonly dagId: string;
  /** Null where the text has problems for this code. */
  readonly index: DagIndex | null;
  readonly problems: readonly Problem[];
}

/** Caches DAG versions by id, parsed from the text in the database. A run uses the version that it began with. */
export class DagVersions {
  readonly #pool: Pool;
  readonly #alertsTo: readonly string[];
  /** The cached versions, least recently used first. */
  readonly #kept = new Map<number, DagIndex>();
  #keptTasks = 0;

  /** @param alertsTo the channels that are told of all DAGs, as each index lists them */
  constructor(pool: Pool, alertsTo: readonly string[] = []) {
    this.#pool = pool;
    this.#alertsTo = alertsTo;
  }

  /**
   * Returns a version.
   * @param db the client of the open transaction, so that no second connection is needed inside it
   */
  async get(dagVersionId: number, db: Queryable = this.#pool): Promise<DagIndex> {
    const { dagId, index, problems } = await this.#read(dagVersionId, db);
    if (index !== null) return index;
    throw new Error(
      `DAG version ${dagVersionId} of ${dagId} cannot be read by this code: ${problems.map(formatProblem).join('; ')}`,
    );
  }

  /** Returns a version; null if an older release wrote it and this code cannot read it. */
  async getReadable(dagVersionId: number, db: Queryable = this.#pool): Promise<DagIndex | null> {
    return (await this.#read(dagVersionId, db)).index;
  }

  async #read(dagVersionId: number, db: Queryable): Promise<ReadVersion> {
    const kept = this.#kept.get(dagVersionId);
    if (kept !== undefined) {
      this.#kept.delete(dagVersionId);
      this.#kept.set(dagVersionId, kept);
      return { dagId: kept.dag.dagId, index: kept, problems: [] };
    }
    const version = await findVersion(db, dagVersionId);
    if (version === null) throw new Error(`DAG version ${dagVersionId} is not in the database`);
    const { dag, problems } = parseDag(version.source, version.file, calendarsOf(version.calendars));
    const index = dag && indexDag(dag, this.#alertsTo);
    if (index !== null) this.#keep(dagVersionId, index);
    return { dagId: version.dagId, index, problems };
  }

  #keep(dagVersionId: number, index: DagIndex): void {
    // Two callers may have loaded it at once.
    if (this.#kept.has(dagVersionId)) return;
    this.#kept.set(dagVersionId, index);
    this.#keptTasks += index.dag.tasks.length;
    for (const [oldest, { dag }] of this.#kept) {
      if (this.#keptTasks <= MAX_KEPT_TASKS || oldest === dagVersionId) return;
      this.#kept.delete(oldest);
      this.#keptTasks -= dag.tasks.length;
    }
  }
}
