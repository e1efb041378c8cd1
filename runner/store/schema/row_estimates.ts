import type { Queryable } from '../queryable.ts';

/** Returns the number of rows that the planner takes each table to have; a table that is not there is left out. */
export async function rowEstimates(
  db: Queryable,
  tables: readonly string[],
): Promise<ReadonlyMap<string, number>> {
  const { rows } = await db.query<{ table: string; rows: number }>(
    `select listed.name as table, greatest(c.reltuples, 0)::float8 as rows
       from unnest($1::text[]) as listed(name) join pg_class c on c.oid = to_regclass(listed.name)`,
    [tables],
  );
  return new Map(rows.map(({ table, rows: count }) => [table, count]));
}
