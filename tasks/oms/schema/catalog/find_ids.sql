-- The oids of tables and views by schema and name.  $1 schemas    $2 names, in the same order
select c.oid::text as id
  from unnest($1::text[], $2::text[]) as named (schema, name)
  join pg_namespace n on n.nspname = named.schema
  join pg_class c on c.relnamespace = n.oid and c.relname = named.name
 where c.relkind in ('r', 'p', 'v', 'm', 'f');
