/** Words what happened to an item. */
import { countText } from '../../../runner/history.ts';
import type { ItemNight, Stock } from '../../oms/items/read_item.ts';

/** Returns the count after a night; null if the night did not set it. */
export function afterOf({ external_count, variance, is_corrected }: ItemNight): number | null {
  if (external_count === null) return null;
  return external_count + (is_corrected ? (variance ?? 0) : 0);
}

/** Returns why a night changed the count as it did, or why it did not. */
export function reasonText(night: ItemNight): string {
  const { external_count, held_reason, held_detail, reset, variance, is_corrected, is_facility_in_file } =
    night;
  if (held_reason !== null) return `held out: ${held_reason}${held_detail === '' ? '' : `, ${held_detail}`}`;
  if (external_count === null)
    return is_facility_in_file ? 'not in the file' : 'the file has no row of this facility';
  const corrected = variance === null || variance === 0 ? null : variance;
  const parts = [
    reset === null || reset === 0 ? [] : [`reset ${signed(reset)}`],
    corrected === null
      ? []
      : [`variance ${signed(corrected)}${is_corrected ? '' : ', which is not applied yet'}`],
  ].flat();
  return parts.length === 0 ? 'right already' : parts.join(', ');
}

/** Returns the parts of a sentence on a facility's count around the instant at which the sync last changed it. */
export function stockWords(stock: Stock, nights: number): { readonly start: string; readonly end: string } {
  const { on_hand, before, after, changed_at } = stock;
  if (changed_at === null || before === null || after === null) {
    return { start: `${countText(on_hand)}; ${neverText(nights)}`, end: '' };
  }
  if (on_hand === after) return { start: `${countText(on_hand)} since `, end: `, was ${countText(before)}` };
  return {
    start: `${countText(on_hand)} now; the sync changed it `,
    end: ` from ${countText(before)} to ${countText(after)}, and ${signed(on_hand - after)} moved since its snapshot`,
  };
}

function neverText(nights: number): string {
  if (nights === 0) return 'no night was applied yet';
  return nights === 1
    ? 'the one night applied did not change it'
    : `none of the last ${nights} nights changed it`;
}

export function signed(units: number): string {
  return units > 0 ? `+${countText(units)}` : countText(units);
}
