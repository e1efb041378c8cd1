-- The session's next batch may be small again.
set local enable_nestloop to default;
discard plans;
