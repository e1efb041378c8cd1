-- The column judged_at is part of the OMS's tables, and so keeps its name.
-- $1 external system    $2 location    $3 bytes    $4 mtime    $5 outcome    $6 why it was refused
insert into oms.inventory_delta_file (external_system_id, location, bytes, modified_at, outcome, reason)
values ($1, $2, $3, $4, $5, $6)
on conflict (external_system_id, location) do update
   set bytes = excluded.bytes, modified_at = excluded.modified_at, outcome = excluded.outcome, reason = excluded.reason,
       judged_at = now();
