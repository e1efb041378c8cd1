-- Closes the day of each store whose till has reported; the rest stays open for the next run.
update store_day
   set closed_at = now()
 where business_date = $1
   and reported_at is not null
   and closed_at is null
returning store_id
