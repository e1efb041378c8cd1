/** Runs and backfills by the name that a person gives: an id, or a DAG for its newest one. */
import type { Pool } from 'pg';
import { didYouMeanOrList } from '../../core/value/suggest.ts';
import { listDags } from '../../store/dag/dag.ts';
import { CommandError, EXIT } from '../cli/exit_code.ts';

export interface Named<Item> {
  readonly noun: 'run' | 'backfill';
  /** The command that lists all of them. */
  readonly listCommand: string;
  findById(id: number): Promise<Item | null>;
  newestOf(dagId: string): Promise<Item | undefined>;
  /** Returns the command that makes the first one of a DAG, with what it does. */
  firstText(dagId: string): string;
}

/** @throws CommandError (not found) */
export async function findNamed<Item>(pool: Pool, name: string, named: Named<Item>): Promise<Item> {
  const { noun } = named;
  if (/^\d{1,15}$/.test(name)) {
    const item = await named.findById(Number(name));
    if (item !== null) return item;
    throw new CommandError(EXIT.notFound, `there is no ${noun} ${name}; ${named.listCommand} shows them`);
  }
  const newest = await named.newestOf(name);
  if (newest !== undefined) return newest;
  const known = (await listDags(pool)).map(({ dagId }) => dagId);
  throw new CommandError(
    EXIT.notFound,
    known.includes(name)
      ? `${name} has no ${noun} yet; ${named.firstText(name)}`
      : `there is no ${noun} and no DAG ${name}${didYouMeanOrList(name, known)}`,
  );
}
