, effect as (
  select facility_id, sku, product_id, before, reset, variance, delta, before + diff as after, diff
    from changed
), totals as (
  -- The total over all reasons counts a key even if it was set and corrected back.
  select r.place, r.reason, count(*) filter (where r.units <> 0 or r.reason = 'all')::integer as keys,
         coalesce(sum(r.units) filter (where r.units > 0), 0) as units_up,
         coalesce(-sum(r.units) filter (where r.units < 0), 0) as units_down, coalesce(sum(r.units), 0) as net_units
    from effect
   cross join lateral (values (1, 'reset', reset), (2, 'variance', variance), (3, 'delta', delta), (4, 'all', diff)) as r (place, reason, units)
   group by r.place, r.reason
  having count(*) filter (where r.units <> 0) > 0 or r.reason = 'all'
), largest as (
  select row_number() over () as place, l.*
    from (
      select *
        from effect
       -- A count that was set and corrected back is a change too, sorted after those that stayed.
       order by abs(diff) desc, abs(reset) desc, facility_id collate "C", product_id collate "C"
       limit $6
    ) l
), zeroed as (
  select row_number() over (order by before desc, facility_id collate "C", product_id collate "C") as place, effect.*
    from effect
   where before > 0 and after <= 0
)
-- One pass over the changed keys, which every part reads.
--   $6 how many of the largest    $7 how many of those that went to zero, or null for all
select coalesce((select json_agg(to_jsonb(t) - 'place' order by t.place) from totals t), '[]') as totals,
       coalesce((select json_agg(to_jsonb(l) - 'place' order by l.place) from largest l), '[]') as largest,
       coalesce((select json_agg(to_jsonb(z) - 'place' order by z.place) from zeroed z where $7::integer is null or z.place <= $7), '[]') as zeroed,
       (select count(*)::integer from zeroed) as zeroed_total
