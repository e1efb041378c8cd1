-- The night's batches, of all its revisions, and the physical inventories that carry their ids.
--   $1 external system    $2 business date
select b.kind, b.batch_id, b.revision,
       array(
         select p.physical_inventory_id
           from oms.physical_inventory p
          where starts_with(p.physical_inventory_id, b.batch_id || ':')
       ) as physical_inventory_ids
  from oms.inventory_sync_batch b
 where b.external_system_id = $1
   and b.business_date = $2;
