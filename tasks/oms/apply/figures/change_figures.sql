-- All figures are in units of stock.
select count(*)::integer as keys,
       count(*) filter (where diff <> 0)::integer as changed_keys,
       coalesce(sum(abs(diff)), 0)::float8 as units,
       coalesce(sum(diff), 0)::float8 as net_units,
       coalesce(max(abs(diff)), 0)::float8 as largest_change,
       count(*) filter (where on_hand_before > 0 and on_hand_before + diff <= 0)::integer as zero_or_below
  from sync_change;
