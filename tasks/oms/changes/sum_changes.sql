-- The total over all reasons counts a key even if it was set and corrected back.
select r.reason, count(*) filter (where r.units <> 0 or r.reason = 'all')::integer as keys,
       coalesce(sum(r.units) filter (where r.units > 0), 0) as units_up,
       coalesce(-sum(r.units) filter (where r.units < 0), 0) as units_down, coalesce(sum(r.units), 0) as net_units
  from changed
 cross join lateral (values (1, 'reset', reset), (2, 'variance', variance), (3, 'delta', delta), (4, 'all', diff)) as r (place, reason, units)
 group by r.place, r.reason
having count(*) filter (where r.units <> 0) > 0 or r.reason = 'all'
 order by r.place
