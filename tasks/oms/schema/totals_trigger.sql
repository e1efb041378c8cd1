create or replace function oms.add_details_to_totals() returns trigger language plpgsql as $$
begin
  update oms.inventory_item i
     set quantity_on_hand_total = i.quantity_on_hand_total + change.qoh,
         available_to_promise_total = i.available_to_promise_total + change.atp
    from (
      select inventory_item_id, sum(quantity_on_hand_diff) as qoh, sum(available_to_promise_diff) as atp
        from added
       group by inventory_item_id
    ) change
   where i.inventory_item_id = change.inventory_item_id;
  return null;
end $$;
create trigger inserted_details_add after insert on oms.inventory_item_detail
  referencing new table as added for each statement execute function oms.add_details_to_totals();
