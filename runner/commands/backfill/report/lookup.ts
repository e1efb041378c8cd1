import type { Pool } from 'pg';
import { didYouMeanOrList } from '../../../core/value/suggest.ts';
import { type Backfill, findBackfill } from '../../../store/backfill/backfill.ts';
import { listBackfills } from '../../../store/backfill/report.ts';
import { listDags } from '../../../store/dag/dag.ts';
import { CommandError, EXIT } from '../../cli/exit_code.ts';

/** The backfill that a person names: by its id, or as the newest of a DAG. @throws CommandError (not found) */
export async function findNamedBackfill(pool: Pool, name: string): Promise<Backfill> {
  if (/^\d{1,15}$/.test(name)) {
    const backfill = await findBackfill(pool, Number(name));
    if (backfill !== null) return backfill;
    throw new CommandError(EXIT.notFound, `there is no backfill ${name}; stockflow backfill list shows them`);
  }
  const [newest] = await listBackfills(pool, { dagId: name, limit: 1 });
  if (newest !== undefined) return newest;
  const known = (await listDags(pool)).map(({ dagId }) => dagId);
  throw new CommandError(
    EXIT.notFound,
    known.includes(name)
      ? `${name} has no backfill yet; stockflow backfill create ${name} --help shows how one is made`
      : `there is no backfill and no DAG ${name}${didYouMeanOrList(name, known)}`,
  );
}
