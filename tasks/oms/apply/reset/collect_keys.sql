-- One row per key. Equal repeats collapse into one; two different quantities leave none; rows of several locations of a store
-- are handled by resolve_locations.sql.
--   $1 external system    $2 business date    $3 revision
insert into sync_key
       (key_no, facility_id, product_id, quantity, line_count, location_count, location_seq_id, status)
select key_no, facility_id, product_id, min(quantity), count(*), 1, min(location_seq_id),
       case
         when min(coalesce(location_seq_id, '')) <> max(coalesce(location_seq_id, '')) then 'several_locations'
         when min(quantity) <> max(quantity) then 'conflicting'
         when (facility_id, product_id) in (
           select h.facility_id, h.product_id
             from oms.inventory_sync_held_key h
            where h.external_system_id = $1 and h.business_date = $2 and h.revision = $3
         ) then 'held'
         else 'usable'
       end
  from sync_row
 where problem is null
 group by key_no, facility_id, product_id;
