-- Tables and views with their columns, indexes and triggers, and what the session's role may do with them.
--   $1 their oids
select c.oid::text as id, n.nspname as schema, c.relname as name, c.relkind as kind,
       has_table_privilege(c.oid, 'delete') as may_delete,
       -- The lock of a whole table asks for a right to the whole table.
       has_table_privilege(c.oid, 'update') as may_lock,
       (pg_relation_is_updatable(c.oid, true) & 8) <> 0 as takes_insert,
       (pg_relation_is_updatable(c.oid, true) & 16) <> 0 as takes_delete,
       coalesce((
         select jsonb_agg(jsonb_build_object(
                  'name', a.attname,
                  -- A domain is as its base type.
                  'type', format_type(coalesce(nullif(t.typbasetype, 0), t.oid), null),
                  'length', case when coalesce(nullif(t.typbasetype, 0), t.oid) in ('varchar'::regtype, 'bpchar'::regtype)
                                 then nullif(greatest(a.atttypmod, t.typtypmod), -1) - 4 end,
                  'isNotNull', a.attnotnull or t.typnotnull,
                  'hasDefault', a.atthasdef or a.attidentity <> '' or t.typdefault is not null,
                  'maySelect', has_column_privilege(c.oid, a.attnum, 'select'),
                  'mayInsert', has_column_privilege(c.oid, a.attnum, 'insert'),
                  'mayUpdate', has_column_privilege(c.oid, a.attnum, 'update'),
                  'isWritable', pg_column_is_updatable(c.oid, a.attnum, true))
                order by a.attnum)
           from pg_attribute a
           join pg_type t on t.oid = a.atttypid
          where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
       ), '[]') as columns,
       coalesce((
         select jsonb_agg(jsonb_build_object(
                  'name', x.relname,
                  'isUnique', i.indisunique and i.indimmediate and i.indpred is null,
                  'where', pg_get_expr(i.indpred, c.oid),
                  -- An expression has no name.
                  'columns', (select jsonb_agg(a.attname order by k.place)
                                from unnest(i.indkey[0:i.indnkeyatts - 1]) with ordinality as k (attnum, place)
                                left join pg_attribute a on a.attrelid = c.oid and a.attnum = k.attnum and k.attnum <> 0))
                order by x.relname)
           from pg_index i
           join pg_class x on x.oid = i.indexrelid
           join pg_am m on m.oid = x.relam
          where i.indrelid = c.oid and i.indisvalid and m.amname = 'btree'
       ), '[]') as indexes,
       coalesce((
         select jsonb_agg(jsonb_build_object(
                  'name', g.tgname,
                  'table', format('%I.%I', n.nspname, c.relname),
                  'isEnabled', g.tgenabled in ('O', 'A'),
                  'isOnInsert', (g.tgtype & 4) <> 0,
                  'isSecurityDefiner', f.prosecdef,
                  'source', f.prosrc)
                order by g.tgname)
           from pg_trigger g
           join pg_proc f on f.oid = g.tgfoid
          where g.tgrelid = c.oid and not g.tgisinternal
       ), '[]') as triggers
  from pg_class c
  join pg_namespace n on n.oid = c.relnamespace
 where c.oid = any ($1::text[]::oid[]);
