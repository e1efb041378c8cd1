import type { Pool } from 'pg';
import { parseDag } from '../core/dag_file.ts';
import { type DagIndex, indexDag } from '../core/dag_index.ts';
import { formatProblem } from '../core/problem.ts';
import { findVersion } from '../store/dag.ts';
import type { Queryable } from '../store/queryable.ts';

/** How many parsed versions are kept; far more than are in force at once. */
const MAX_KEPT = 500;

/** DAG versions by id, parsed from the text that the database keeps. A run uses the version it began with. */
export class DagVersions {
  readonly #pool: Pool;
  readonly #kept = new Map<number, DagIndex>();

  constructor(pool: Pool) {
    this.#pool = pool;
  }

  /** @param db the open transaction's client, so that no second connection is waited for inside one */
  async get(dagVersionId: number, db: Queryable = this.#pool): Promise<DagIndex> {
    const kept = this.#kept.get(dagVersionId);
    if (kept !== undefined) return kept;
    const version = await findVersion(db, dagVersionId);
    if (version === null) throw new Error(`DAG version ${dagVersionId} is not in the database`);
    const { dag, problems } = parseDag(version.source, version.file);
    if (dag === null) {
      throw new Error(
        `DAG version ${dagVersionId} of ${version.dagId} cannot be read by this code: ${problems.map(formatProblem).join('; ')}`,
      );
    }
    const index = indexDag(dag);
    if (this.#kept.size >= MAX_KEPT) this.#kept.delete(this.#kept.keys().next().value ?? dagVersionId);
    this.#kept.set(dagVersionId, index);
    return index;
  }
}
