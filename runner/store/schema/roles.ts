import type { Queryable } from '../queryable.ts';

const ROLES = ['stockflow_worker', 'stockflow_auditor'];

/** Roles of `roles.sql` that the server lacks, as where the migrating role may make none. */
export async function missingRoles(db: Queryable): Promise<readonly string[]> {
  const { rows } = await db.query<{ name: string }>(
    `select name from unnest($1::text[]) as listed(name)
      where not exists (select from pg_roles where rolname = name)`,
    [ROLES],
  );
  return rows.map(({ name }) => name);
}
