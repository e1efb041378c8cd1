-- Auditors read the views of the OMS's schema audit. The role is made with the runner's tables, or by an administrator:
--   create role stockflow_auditor nologin
do $$
begin
  if not exists (select from pg_roles where rolname = 'stockflow_auditor') then return; end if;
  if not pg_has_role((select nspowner from pg_namespace where nspname = 'audit'), 'usage') then return; end if;
  grant usage on schema audit to stockflow_auditor;
  grant select on audit.inventory_change, audit.inventory_delta, audit.inventory_proof to stockflow_auditor;
end $$;
