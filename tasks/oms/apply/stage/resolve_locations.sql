-- Decides the keys with rows of several locations of one store: conflicting if one location has two quantities, else the sum
-- if the sender counts by location, else held out.
--   $1 external system    $2 business date    $3 revision    $4 'sum' or 'hold_out'
with by_location as (
  select r.key_no, coalesce(r.location_seq_id, '') as location, min(r.quantity) as quantity,
         min(r.quantity) <> max(r.quantity) as is_conflicting
    from sync_row r
    join sync_key k using (key_no)
   where k.status = 'several_locations' and r.problem is null
   group by r.key_no, coalesce(r.location_seq_id, '')
), by_key as (
  select key_no, sum(quantity) as quantity, count(*) as location_count, bool_or(is_conflicting) as is_conflicting
    from by_location
   group by key_no
)
update sync_key k
   set quantity = b.quantity,
       location_count = b.location_count,
       -- The item keeps its present count.
       location_seq_id = null,
       status = case
         when b.is_conflicting then 'conflicting'
         when $4 <> 'sum' then 'several_locations'
         when exists (
           select from oms.inventory_sync_held_key h
            where h.external_system_id = $1 and h.business_date = $2 and h.revision = $3
              and h.facility_id = k.facility_id and h.product_id = k.product_id
         ) then 'held'
         else 'usable'
       end
  from by_key b
 where b.key_no = k.key_no;
