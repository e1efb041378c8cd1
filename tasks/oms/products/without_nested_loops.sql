-- An OMS that grew since its statistics were taken, as one that was just loaded, is planned as if it were small: by nested
-- loops that compare every product with every id. Hash joins read each table once, whatever the statistics say.
set local enable_nestloop = off;
