select facility_id, external_id from oms.facility
