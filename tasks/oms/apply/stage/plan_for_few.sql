-- Back to the default, since the session's next batch may be small.
set local enable_nestloop to default;
discard plans;
