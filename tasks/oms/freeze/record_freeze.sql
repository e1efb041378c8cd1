-- $1 external system    $2 business date    $3 the file's snapshot instant    $4 {facility_id: snapshot instant}
-- $5 go-live or null    $6 id type          $7 product ids                    $8 their ids in the files
insert into oms.inventory_sync_freeze
       (external_system_id, business_date, snapshot_at, facility_snapshots, go_live, id_type, product_ids, id_values,
        expectation_count, earlier_batch_count)
select $1, $2, $3, $4, $5, $6, $7, $8,
       (select count(*) from oms.inventory_sync_expectation where external_system_id = $1 and business_date = $2),
       (select count(*) from oms.inventory_sync_batch where external_system_id = $1 and business_date <> $2);
