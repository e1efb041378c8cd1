select count(*) filter (where reported_at is null) = 0 as have_all_reported
  from store_day
 where business_date = $1
