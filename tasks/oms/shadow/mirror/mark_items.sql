create temporary table mirrored_item on commit drop as select inventory_item_id from pg_temp.inventory_item;
create unique index on mirrored_item (inventory_item_id);
