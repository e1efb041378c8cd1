-- Sets the bounds of the reads that follow. Settings, since COPY takes no parameters; they need no right and end with the transaction.
--   $1 product ids    $2 the instant after which single details are read    $3 external system    $4 business date
select set_config('stockflow.product_ids', $1::text[]::text, true), set_config('stockflow.since', $2::timestamptz::text, true),
       set_config('stockflow.external_system_id', $3, true), set_config('stockflow.business_date', $4, true);
