-- Records a batch of events in the simulated OMS, many in one statement, so that nights stay fast.
create schema nights;

-- All or none, each list in an order in which its rows can refer to one another.
create function nights.record_writes(writes jsonb) returns void language plpgsql as $$
begin
  -- The reset may have created the item, under its own id.
  insert into oms.inventory_item (inventory_item_id, product_id, facility_id)
  select distinct facility_id || '/' || product_id, product_id, facility_id
    from jsonb_to_recordset(writes -> 'movements') as m (facility_id text, product_id text)
      on conflict (product_id, facility_id) do nothing;

  insert into oms.item_issuance (item_issuance_id, order_id, inventory_item_id, facility_id, product_id, quantity,
                                 issued_date_time)
  select s.item_issuance_id, 'SO' || s.item_issuance_id, i.inventory_item_id, i.facility_id, i.product_id, s.quantity,
         s.issued_date_time
    from jsonb_to_recordset(writes -> 'issuances')
           as s (item_issuance_id text, facility_id text, product_id text, quantity numeric, issued_date_time timestamptz)
    join oms.inventory_item i using (facility_id, product_id);

  update oms.item_issuance s
     set cancel_quantity = s.cancel_quantity + c.quantity
    from jsonb_to_recordset(writes -> 'cancellations') as c (item_issuance_id text, quantity numeric)
   where s.item_issuance_id = c.item_issuance_id;

  insert into oms.inventory_item_detail (inventory_item_id, inventory_item_detail_seq_id, effective_date,
                                         quantity_on_hand_diff, available_to_promise_diff, item_issuance_id)
  select i.inventory_item_id, m.seq_id, m.effective_date, m.on_hand, m.available, m.item_issuance_id
    from jsonb_to_recordset(writes -> 'movements')
           as m (facility_id text, product_id text, seq_id text, effective_date timestamptz, on_hand numeric,
                 available numeric, item_issuance_id text)
    join oms.inventory_item i using (facility_id, product_id);

  insert into oms.external_inventory_posting (posting_id, item_issuance_id, posting_type, facility_id, product_id,
                                              quantity_diff, sent_at)
  select p.posting_id, p.item_issuance_id, p.posting_type, p.facility_id, p.product_id, p.quantity_diff, p.sent_at
    from jsonb_to_recordset(writes -> 'postings')
           as p (posting_id text, item_issuance_id text, posting_type text, facility_id text, product_id text,
                 quantity_diff numeric, sent_at timestamptz);

  update oms.external_inventory_posting p
     set response_at = coalesce(a.response_at, p.response_at),
         external_posted_at = coalesce(a.external_posted_at, p.external_posted_at)
    from (
      select posting_id, max(response_at) as response_at, max(external_posted_at) as external_posted_at
        from jsonb_to_recordset(writes -> 'answers')
               as a (posting_id text, response_at timestamptz, external_posted_at timestamptz)
       group by posting_id
    ) a
   where p.posting_id = a.posting_id;

  delete from oms.external_inventory_posting where posting_id in (select jsonb_array_elements_text(writes -> 'withdrawn'));
end
$$;
