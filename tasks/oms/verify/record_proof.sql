-- $1 external system    $2 business date    $3 attempt token    $4 [{invariant, checked, wrong, examples}]
-- $5 revision
insert into oms.inventory_sync_proof
       (external_system_id, business_date, attempt_token, revision, invariant, checked, wrong, examples)
select $1, $2, $3, $5, p.invariant, p.checked, p.wrong, p.examples
  from jsonb_to_recordset($4::jsonb) as p (invariant text, checked integer, wrong integer, examples jsonb)
-- The same attempt again, after the answer to its commit was lost: its first result stands.
    on conflict do nothing;
