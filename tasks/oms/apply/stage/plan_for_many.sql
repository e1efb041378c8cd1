-- The OMS keeps its totals by a trigger, whose plan was made for a handful of details and is kept by the session: for a
-- million it would look up each item by itself, all over the table. Planned anew, it walks the table once.
set local enable_nestloop = off;
discard plans;
