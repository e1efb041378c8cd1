-- One array per column, in the same order.
insert into delta_line (line, facility_id, external_facility_id, id_type, id_value, quantity, effective_date, problem, raw)
select line, facility_id, external_facility_id, id_type, id_value, quantity, effective_date, problem, raw
  from unnest($1::integer[], $2::text[], $3::text[], $4::text[], $5::text[], $6::integer[], $7::timestamptz[], $8::text[], $9::text[])
       as given (line, facility_id, external_facility_id, id_type, id_value, quantity, effective_date, problem, raw);
