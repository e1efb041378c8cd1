/** Decides about what the rows of an OMS show. */
import type { FoundOms } from '../catalog/found.ts';
import { TOTALS_TABLE } from '../required/tables.ts';
import type { Sample, SharedKeys, UnequalTotals } from '../sample/sample.ts';
import { counted, nameOf, type OmsFinding } from './finding.ts';

const SET_TOTALS = `update oms.inventory_item i
   set quantity_on_hand_total = d.qoh, available_to_promise_total = d.atp
  from (
    select n.inventory_item_id, coalesce(sum(d.quantity_on_hand_diff), 0) as qoh,
           coalesce(sum(d.available_to_promise_diff), 0) as atp
      from oms.inventory_item n
      left join oms.inventory_item_detail d using (inventory_item_id)
     group by n.inventory_item_id
  ) d
 where d.inventory_item_id = i.inventory_item_id
   and (i.quantity_on_hand_total, i.available_to_promise_total) is distinct from (d.qoh, d.atp);`;

const NOT_LOOKED_FOR: OmsFinding = {
  severity: 'note',
  where: TOTALS_TABLE,
  found:
    'several items of one product and facility were not looked for: something above is missing, or it would have taken more than 20 s',
  fix: 'look for them with the OMS; a unique index on (product_id, facility_id) settles it',
  sql: null,
};

export function sampleFindings({ sharedKeys, unequalTotals }: Sample, oms: FoundOms): readonly OmsFinding[] {
  return [
    ...(sharedKeys === null ? [NOT_LOOKED_FOR] : sharedKeys.total === 0 ? [] : [sharedFinding(sharedKeys)]),
    ...(unequalTotals === null || unequalTotals.wrong === 0 ? [] : [unequalFinding(unequalTotals, oms)]),
  ];
}

function sharedFinding({ total, activeTotal, examples }: SharedKeys): OmsFinding {
  const named = examples
    .map(({ facilityId, productId, itemIds }) => `${facilityId} ${productId} (${itemIds.join(', ')})`)
    .join('; ');
  const isOfActive = activeTotal > 0;
  return {
    severity: isOfActive ? 'blocks' : 'risk',
    where: TOTALS_TABLE,
    found: `${counted(total, 'pair')} of product and facility with several items, ${activeTotal} of products sold online: ${named}`,
    fix: isOfActive
      ? 'merge them in the OMS, or let the view show one item for each pair: the guard refuses every night before it is frozen, and names them'
      : 'merge them in the OMS: once such a product is sold online, the guard refuses the night',
    sql: null,
  };
}

function unequalFinding({ checked, wrong, examples }: UnequalTotals, { relations }: FoundOms): OmsFinding {
  const named = examples
    .map(({ itemId, total, details }) => `${itemId} says ${total}, its details sum to ${details}`)
    .join('; ');
  return {
    severity: 'blocks',
    where: `${TOTALS_TABLE}.quantity_on_hand_total`,
    found: `${wrong} of ${counted(checked, 'item')} looked at differ from the sum of their details: ${named}`,
    fix: `set ${nameOf(TOTALS_TABLE)}'s totals to the sums, or post a detail for each difference: the proof of a night sums the details and fails it`,
    sql: relations.get(TOTALS_TABLE)?.kind === 'table' ? SET_TOTALS : null,
  };
}
