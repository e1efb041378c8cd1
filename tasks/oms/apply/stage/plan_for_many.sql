-- The OMS maintains its totals by a trigger. The session caches the trigger's plan for a handful of details, which would look
-- up each of a million items separately, all over the table. A new plan scans the table once.
set local enable_nestloop = off;
discard plans;
