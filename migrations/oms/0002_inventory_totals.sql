-- inventory_item totals = the sum of its details, whatever is written. Work is per statement, so that a million details
-- cost one grouped update; numeric sums are exact, so adding and taking away never drifts.

create function oms.add_details_to_totals() returns trigger language plpgsql as $$
declare
  item_count bigint;
  updated_count bigint;
begin
  with change as materialized (
    select inventory_item_id, sum(quantity_on_hand_diff) as qoh, sum(available_to_promise_diff) as atp
      from added
     group by inventory_item_id
  ), updated as (
    update oms.inventory_item i
       set quantity_on_hand_total = i.quantity_on_hand_total + change.qoh,
           available_to_promise_total = i.available_to_promise_total + change.atp
      from change
     where i.inventory_item_id = change.inventory_item_id
    returning 1
  )
  select (select count(*) from change), (select count(*) from updated) into item_count, updated_count;

  if updated_count <> item_count then
    raise foreign_key_violation using message = format('%s of the details'' inventory items do not exist, e.g. %s',
      item_count - updated_count,
      (select inventory_item_id from added
        where not exists (select from oms.inventory_item i where i.inventory_item_id = added.inventory_item_id) limit 1));
  end if;
  return null;
end $$;

create function oms.take_details_from_totals() returns trigger language plpgsql as $$
begin
  update oms.inventory_item i
     set quantity_on_hand_total = i.quantity_on_hand_total - change.qoh,
         available_to_promise_total = i.available_to_promise_total - change.atp
    from (
      select inventory_item_id, sum(quantity_on_hand_diff) as qoh, sum(available_to_promise_diff) as atp
        from removed
       group by inventory_item_id
    ) change
   where i.inventory_item_id = change.inventory_item_id;
  return null;
end $$;

-- Transition tables allow one event a trigger: an update is its old rows taken away and its new rows added.
create trigger inserted_details_add after insert on oms.inventory_item_detail
  referencing new table as added for each statement execute function oms.add_details_to_totals();
create trigger updated_details_add after update on oms.inventory_item_detail
  referencing new table as added for each statement execute function oms.add_details_to_totals();
create trigger updated_details_take after update on oms.inventory_item_detail
  referencing old table as removed for each statement execute function oms.take_details_from_totals();
create trigger deleted_details_take after delete on oms.inventory_item_detail
  referencing old table as removed for each statement execute function oms.take_details_from_totals();

create function oms.zero_totals() returns trigger language plpgsql as $$
begin
  update oms.inventory_item
     set quantity_on_hand_total = 0, available_to_promise_total = 0
   where quantity_on_hand_total <> 0 or available_to_promise_total <> 0;
  return null;
end $$;

create trigger truncated_details_take after truncate on oms.inventory_item_detail
  for each statement execute function oms.zero_totals();

create function oms.ignore_written_totals() returns trigger language plpgsql as $$
begin
  select coalesce(sum(quantity_on_hand_diff), 0), coalesce(sum(available_to_promise_diff), 0)
    into new.quantity_on_hand_total, new.available_to_promise_total
    from oms.inventory_item_detail
   where inventory_item_id = new.inventory_item_id;
  return new;
end $$;

-- Totals are derived, like a generated column's value: what an insert or update says of them is replaced by the sum.
-- Depth 0 lets the triggers above through at no cost.
create trigger inserted_totals_are_the_sum before insert on oms.inventory_item
  for each row when (new.quantity_on_hand_total <> 0 or new.available_to_promise_total <> 0)
  execute function oms.ignore_written_totals();
create trigger updated_totals_are_the_sum before update of quantity_on_hand_total, available_to_promise_total
  on oms.inventory_item
  for each row when (pg_trigger_depth() = 0)
  execute function oms.ignore_written_totals();

create function oms.keep_items_with_details() returns trigger language plpgsql as $$
declare
  kept text;
begin
  select r.inventory_item_id into kept
    from removed r join oms.inventory_item_detail d using (inventory_item_id) limit 1;
  if found then
    raise foreign_key_violation using message = format('inventory item %s has details; delete them first', kept);
  end if;
  return null;
end $$;

create trigger deleted_items_have_no_details after delete on oms.inventory_item
  referencing old table as removed for each statement execute function oms.keep_items_with_details();
