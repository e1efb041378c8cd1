-- A backfill may leave room for the runs of the schedule: no date of it begins that could be in the way of one.
-- compatible_from: 0021
alter table stockflow.backfill
  add column yields_to text,
  add constraint yields_to_is_known check (yields_to in ('scheduled'));
