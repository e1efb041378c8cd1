/** The columns of a comparison, in tables, JSON and CSV. */
import { type Column, countText } from '../../../runner/history.ts';
import type { Comparison, Difference, ReasonTotal } from '../../changes/comparison.ts';
import type { DifferenceReason, Part } from '../../inventory/compare/reasons.ts';

const WORDS: Readonly<Record<DifferenceReason, string>> = {
  sale_undone: 'sale undone',
  shipment_undone: 'shipment undone',
  wrong_store: 'booked at the wrong store',
  unacknowledged: 'unacknowledged shipment',
  ambiguous: 'ambiguous',
  held_out: 'held out',
  not_covered: 'not covered',
  not_set: 'not set by them',
  other: 'not explained',
};

export function reasonWords(reason: ReasonTotal['reason']): string {
  return reason === 'all' ? 'all' : WORDS[reason];
}

export const DIFFERENCE_COLUMNS: readonly Column<Difference>[] = [
  { key: 'facility_id', value: ({ facility_id }) => facility_id },
  { key: 'sku', value: ({ sku }) => sku },
  { key: 'product_id', value: ({ product_id }) => product_id, dataOnly: true },
  { key: 'theirs', value: ({ theirs }) => theirs },
  { key: 'ours', value: ({ ours }) => ours },
  { key: 'difference', value: ({ difference }) => difference },
  { key: 'posted', value: ({ posted }) => posted, dataOnly: true },
  { key: 'reset', value: ({ reset }) => reset, dataOnly: true },
  { key: 'variance', value: ({ variance }) => variance, dataOnly: true },
  {
    key: 'reasons',
    value: ({ reasons }) => reasonsText(reasons),
    text: ({ reasons }) => reasonsText(reasons),
  },
  { key: 'held', value: ({ held }) => held, dataOnly: true },
];

function reasonsText(reasons: readonly Part[]): string {
  const [only] = reasons;
  if (reasons.length === 1 && only !== undefined) return reasonWords(only.reason);
  return reasons.map(({ reason, units }) => `${reasonWords(reason)} ${signed(units)}`).join(', ');
}

export const TOTAL_COLUMNS: readonly Column<ReasonTotal>[] = [
  { key: 'reason', value: ({ reason }) => reason, text: ({ reason }) => reasonWords(reason) },
  { key: 'keys', value: ({ keys }) => keys, text: ({ keys }) => countText(keys), align: 'right' },
  { key: 'units', value: ({ units }) => units, text: ({ units }) => countText(units), align: 'right' },
  {
    key: 'net_units',
    value: ({ net_units }) => net_units,
    text: ({ net_units }) => signed(net_units),
    align: 'right',
  },
];

const totalOf = ({ totals }: Comparison) => totals.find(({ reason }) => reason === 'all');

export const NIGHT_COLUMNS: readonly Column<Comparison>[] = [
  { key: 'business_date', value: ({ run }) => run.businessDate },
  { key: 'dag_id', value: ({ run }) => run.dagId },
  { key: 'run_id', value: ({ run }) => run.runId },
  { key: 'keys', value: ({ keys }) => keys },
  { key: 'set_by_them', value: ({ setKeys }) => setKeys },
  { key: 'different', value: ({ differences }) => differences.length },
  { key: 'units', value: (night) => totalOf(night)?.units ?? 0 },
  { key: 'net_units', value: (night) => totalOf(night)?.net_units ?? 0 },
];

function signed(units: number): string {
  return units > 0 ? `+${countText(units)}` : countText(units);
}
