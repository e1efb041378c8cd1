-- The products sold online at an instant, and the single id by which files name each.
--   $1 the instant    $2 good_identification_type_id, e.g. SKU
-- Byte order ("C"), so that the list is the same on every server, whatever its locale.
with active as (
  select p.product_id
    from oms.product p
   -- OFBiz's physical product types. A type not named here has no stock to count.
   where p.product_type_id in ('FINISHED_GOOD', 'GOOD', 'RAW_MATERIAL', 'SUBASSEMBLY', 'WIP', 'FINDIG_GOOD', 'AGGREGATED')
     -- A virtual product is the sum of its variants; only the variants have stock.
     and p.is_virtual is not true
     -- OFBiz treats a missing date as no limit.
     and (p.introduction_date is null or p.introduction_date <= $1)
     and (p.sales_discontinuation_date is null or p.sales_discontinuation_date > $1)
     and exists (select from oms.shopify_shop_product s where s.product_id = p.product_id)
), identified as (
  -- An id may overlap for a while with the one that replaces it: the one with the latest from_date counts.
  select distinct on (g.product_id) g.product_id, g.good_identification_type_id as id_type, g.id_value
    from oms.good_identification g
    join active using (product_id)
   where g.good_identification_type_id = $2
     and g.from_date <= $1
     and (g.thru_date is null or g.thru_date > $1)
     and g.id_value <> ''
   order by g.product_id, g.from_date desc, g.id_value collate "C"
)
select active.product_id, identified.id_value,
       -- Two products under one id: a count of it cannot be assigned to either.
       count(*) over (partition by identified.id_value)::integer as product_count
  from active
  -- A product without a valid id is listed too: it is sold, and no file counts it.
  left join identified using (product_id)
 order by active.product_id collate "C";
