import type { Pool } from 'pg';

const QUERIES = {
  column: `select table_schema || '.' || table_name || '.' || column_name || ' ' || data_type
                  || case when is_nullable = 'NO' then ' not null' else '' end
                  || coalesce(' default ' || column_default, '') || case when is_identity = 'YES' then ' identity' else '' end as line
             from information_schema.columns where table_schema in ('stockflow', 'audit', 'oms')`,
  constraint: `select n.nspname || '.' || r.relname || ' ' || c.conname || ' ' || pg_get_constraintdef(c.oid) as line
                 from pg_constraint c join pg_class r on r.oid = c.conrelid join pg_namespace n on n.oid = r.relnamespace
                where n.nspname in ('stockflow', 'oms') and c.contype <> 'n'`,
  index: `select indexdef as line from pg_indexes where schemaname in ('stockflow', 'oms')`,
  trigger: `select n.nspname || '.' || r.relname || ' ' || pg_get_triggerdef(t.oid) as line
              from pg_trigger t join pg_class r on r.oid = t.tgrelid join pg_namespace n on n.oid = r.relnamespace
             where n.nspname in ('stockflow', 'oms') and not t.tgisinternal`,
  function: `select n.nspname || '.' || p.proname || '(' || pg_get_function_arguments(p.oid) || ')' as line
               from pg_proc p join pg_namespace n on n.oid = p.pronamespace where n.nspname in ('stockflow', 'oms')`,
  grant: `select table_schema || '.' || table_name || ' ' || string_agg(lower(privilege_type), ', ' order by privilege_type)
                 || ' to ' || grantee as line
            from information_schema.role_table_grants
           where grantee in ('stockflow_auditor', 'stockflow_worker') group by table_schema, table_name, grantee`,
  column_grant: `select table_schema || '.' || table_name || '.' || column_name || ' ' || lower(privilege_type) || ' to ' || grantee as line
                   from information_schema.role_column_grants g
                  where grantee in ('stockflow_auditor', 'stockflow_worker')
                    and not exists (select from information_schema.role_table_grants t
                                     where (t.grantee, t.table_schema, t.table_name, t.privilege_type)
                                         = (g.grantee, g.table_schema, g.table_name, g.privilege_type))`,
};

/** Returns the tables, constraints, indexes, triggers, functions and grants of a database, a line each, sorted by kind. */
export async function schemaText(pool: Pool): Promise<string> {
  const lines: string[] = [];
  for (const [kind, query] of Object.entries(QUERIES)) {
    const { rows } = await pool.query<{ line: string }>(query);
    lines.push(...rows.map(({ line }) => `${kind} ${line}`).sort());
  }
  return `${lines.join('\n')}\n`;
}
