-- $1 external system    $2 business date         $3 revision    $4 the file's snapshot instant
-- $5 {facility_id: snapshot instant}             $6 go-live or null
-- $7 id type            $8 product ids           $9 their ids in the files
insert into oms.inventory_sync_freeze
       (external_system_id, business_date, revision, snapshot_at, facility_snapshots, go_live, id_type, product_ids, id_values,
        expectation_count, earlier_batch_count)
select $1, $2, $3, $4, $5, $6, $7, $8, $9,
       (select count(*) from oms.inventory_sync_expectation
         where external_system_id = $1 and business_date = $2 and revision = $3),
       (select count(*) from oms.inventory_sync_batch
         where external_system_id = $1 and (business_date, revision) <> ($2, $3));
