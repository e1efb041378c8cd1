-- The server and the session, as far as a night depends on them.  $1 the OMS's schema
select current_setting('server_version') as version, current_setting('server_version_num')::integer as version_number,
       current_database() as database, current_user as role,
       current_setting('TimeZone') as time_zone,
       pg_is_in_recovery() as is_standby,
       current_setting('default_transaction_read_only')::boolean as is_read_only,
       has_database_privilege(current_database(), 'temporary') as may_create_temporary,
       n.oid is not null as has_schema, coalesce(has_schema_privilege(n.oid, 'usage'), false) as may_use_schema
  from (select 1) one
  left join pg_namespace n on n.nspname = $1;
