-- One row per key. Equal repeats are one; two different quantities are no quantity.
--   $1 external system    $2 business date
insert into sync_key (facility_id, product_id, quantity, line_count, location_seq_id, status)
select r.facility_id, r.product_id, min(r.quantity), count(*), min(r.location_seq_id),
       case
         when min(r.quantity) <> max(r.quantity) then 'conflicting'
         when bool_or(h.facility_id is not null) then 'held'
         else 'usable'
       end
  from sync_row r
  left join (
    select distinct facility_id, product_id
      from oms.inventory_sync_held_key
     where external_system_id = $1 and business_date = $2
  ) h using (facility_id, product_id)
 where r.problem is null
 group by r.facility_id, r.product_id;
