-- Open pages are told at once of what a person did. They look once a second for what the scheduler and the workers do:
-- NOTIFY holds one lock of the whole database until its transaction has ended, and no commit of the engine waits for it.
create function stockflow.notify_pages() returns trigger language plpgsql as $$
begin
  perform pg_notify('stockflow_live', '');
  return null;
end $$;
create trigger acts_of_people_notify_pages after insert on stockflow.event
  for each row when (new.channel not in ('scheduler', 'worker')) execute function stockflow.notify_pages();
