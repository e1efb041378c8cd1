select quantity_on_hand_total::integer as units
  from oms.inventory_item
 where facility_id = $1
   and product_id = $2
