-- By our id or by the external one; ours takes precedence.  $1 the id
select facility_id
  from oms.facility
 where facility_id = $1 or external_id = $1
 order by (facility_id = $1) desc, facility_id collate "C"
 limit 1;
