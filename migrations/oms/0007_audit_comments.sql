-- In the words of docs/audit.md, where a test compares them.
comment on view audit.inventory_change is
  'One row for each count that a reset set, also where it was right already, and for each that a variance corrected.';
comment on column audit.inventory_change.batch_id is 'of the applied file, such as RESET-RETAIL_PRO-2026-06-18';
comment on column audit.inventory_change.kind is 'RESET or VARIANCE';
comment on column audit.inventory_change.external_system_id is 'whose counts they are';
comment on column audit.inventory_change.business_date is 'of the night';
comment on column audit.inventory_change.facility_id is 'the OMS''s own id';
comment on column audit.inventory_change.product_id is 'the OMS''s own id';
comment on column audit.inventory_change.snapshot_at is 'the instant as of which the count was set';
comment on column audit.inventory_change.quantity_before is 'as of the snapshot: of a reset what the OMS said, of a variance what the reset set';
comment on column audit.inventory_change.quantity_after is 'as of the snapshot';
comment on column audit.inventory_change.quantity_diff is 'what was posted';
comment on column audit.inventory_change.file_sha256 is 'of a reset the external system''s own file, of a variance the variance file';
comment on column audit.inventory_change.applied_at is 'when it was committed';
comment on column audit.inventory_change.attempt_token is 'of the attempt that applied it: its task instance and fence, as in audit.attempt';

comment on view audit.inventory_proof is
  'One row for each invariant each time that verify read a night back.';
comment on column audit.inventory_proof.external_system_id is 'whose counts were set';
comment on column audit.inventory_proof.business_date is 'the night';
comment on column audit.inventory_proof.invariant is 'I1 to I5';
comment on column audit.inventory_proof.claim is 'what must be true of each key';
comment on column audit.inventory_proof.checked is 'keys looked at';
comment on column audit.inventory_proof.wrong is 'keys of which it was not true; 0 is the proof';
comment on column audit.inventory_proof.examples is 'at most 10 of the wrong keys: facility_id, product_id, expected, found';
comment on column audit.inventory_proof.checked_at is 'when they were read, all of one instant';
comment on column audit.inventory_proof.attempt_token is 'of the attempt that read them: its task instance and fence';

comment on view audit.inventory_delta is
  'One row for each line of each applied delta file, also where a reset had counted it already.';
comment on column audit.inventory_delta.batch_id is 'of the applied file: DELTA-POS-, then the first 16 digits of the file''s sha256';
comment on column audit.inventory_delta.external_system_id is 'which system sent it';
comment on column audit.inventory_delta.facility_id is 'the OMS''s own id';
comment on column audit.inventory_delta.product_id is 'the OMS''s own id';
comment on column audit.inventory_delta.line is 'its number in the file; the header is line 1';
comment on column audit.inventory_delta.effective_date is 'when it happened, by the file';
comment on column audit.inventory_delta.on_hand_before is 'on hand when the file was applied';
comment on column audit.inventory_delta.quantity_diff is 'signed units: a sale is negative';
comment on column audit.inventory_delta.is_posted is 'whether it moved the count';
comment on column audit.inventory_delta.covered_by_batch_id is 'where it did not, the reset whose count held it already';
comment on column audit.inventory_delta.file_name is 'when it was applied; the same bytes may have come again under another';
comment on column audit.inventory_delta.file_sha256 is 'of the file';
comment on column audit.inventory_delta.applied_at is 'when it was committed';
comment on column audit.inventory_delta.attempt_token is 'of the attempt that applied it';
