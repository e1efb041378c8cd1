-- Deletes an earlier freeze of a revision whose reset has not been applied.
--   $1 external system    $2 business date    $3 revision
with held as (
  delete from oms.inventory_sync_held_key where external_system_id = $1 and business_date = $2 and revision = $3
), expected as (
  delete from oms.inventory_sync_expectation where external_system_id = $1 and business_date = $2 and revision = $3
)
delete from oms.inventory_sync_freeze where external_system_id = $1 and business_date = $2 and revision = $3;
