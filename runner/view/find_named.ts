/** Runs and backfills by the name that a person gives: an id, or a DAG for its newest one. */
import { listDags } from '../store/dag/dag.ts';
import type { Queryable } from '../store/queryable.ts';
import { NotFound } from './errors.ts';

export interface Named<Item> {
  readonly noun: 'run' | 'backfill';
  findById(id: number): Promise<Item | null>;
  newestOf(dagId: string): Promise<Item | undefined>;
}

/** @throws NotFound */
export async function findNamed<Item>(db: Queryable, name: string, named: Named<Item>): Promise<Item> {
  const { noun } = named;
  if (/^\d{1,15}$/.test(name)) {
    const item = await named.findById(Number(name));
    if (item !== null) return item;
    throw new NotFound({ noun, name });
  }
  const newest = await named.newestOf(name);
  if (newest !== undefined) return newest;
  const known = (await listDags(db)).map(({ dagId }) => dagId);
  throw known.includes(name)
    ? new NotFound({ noun, name, emptyDagId: name }, `${name} has no ${noun} yet`)
    : new NotFound({ noun, name, known }, `there is no ${noun} and no DAG ${name}`);
}
