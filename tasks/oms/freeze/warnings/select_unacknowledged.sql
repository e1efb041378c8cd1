-- Shipments without a known booking long after they left. Each night's variance corrects the
-- count and so hides them: only this list shows an invoice that failed permanently.
--   $1 the age, as an interval, from which they are reported
select s.item_issuance_id, coalesce(s.order_id, '') as order_id, s.facility_id, s.product_id,
       trim_scale(s.quantity)::text as quantity,
       floor(extract(epoch from s.snapshot_at - s.issued_at) / 86400)::integer as age_days
  from issued s
  join frozen_product using (product_id)
 where s.issued_at <= s.snapshot_at - $1::interval
   and s.quantity <> 0
   and not s.settled
   and not exists (select from posted q where q.item_issuance_id = s.item_issuance_id and q.booked = 'yes')
 order by s.issued_at, s.item_issuance_id collate "C";
