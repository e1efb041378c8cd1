copy sync_line (line, facility_id, external_facility_id, id_type, id_value, quantity, location_seq_id, problem, raw)
from stdin
