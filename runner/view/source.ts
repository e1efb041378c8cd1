import type { Pool } from 'pg';
import { DagVersions } from '../engine/dags/versions.ts';

/** The sources that most views read: the database, and the parsed DAG versions in it. */
export interface ViewSource {
  readonly pool: Pool;
  /** Kept by a process that lives long, so that each version is parsed once. */
  readonly versions: DagVersions;
}

/** Returns the sources of views, with no version parsed yet. */
export function viewSource(pool: Pool): ViewSource {
  return { pool, versions: new DagVersions(pool) };
}
