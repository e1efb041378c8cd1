const DIGIT_0 = 48;
const MINUS = 45;
const DOT = 46;

/** The notations of quantities: whole numbers, or whole numbers that may end in a dot and zeros, as `5.0`. */
export const QUANTITY_NOTATIONS = ['integer', 'decimal_zero'] as const;
export type QuantityNotation = (typeof QUANTITY_NOTATIONS)[number];

/** Marks text that is no quantity; outside the range of quantities. */
export const NO_QUANTITY = -0x8000_0000;

const WHOLE = /^-?\d{1,9}$/;
/** Matches `12.000`, which is a whole number in the notation `decimal_zero`. */
const ZERO_DECIMALS = /^(-?\d{1,9})\.0+$/;

/** Parses a quantity; `null` for anything else, including blank, `+1` and, for `integer`, `1.0`. */
export function parseQuantity(text: string, notation: QuantityNotation): number | null {
  const whole = notation === 'decimal_zero' ? text.replace(ZERO_DECIMALS, '$1') : text;
  return WHOLE.test(whole) ? Number(whole) + 0 : null;
}

/** Returns whether the text would be a quantity in the notation `decimal_zero`. */
export function hasZeroDecimals(text: string): boolean {
  return ZERO_DECIMALS.test(text);
}

/** Parses the whole number in the ASCII bytes `[start, end)`; `NO_QUANTITY` for anything else. */
export function quantityAt(bytes: Uint8Array, start: number, end: number): number {
  const negative = bytes[start] === MINUS;
  const first = negative ? start + 1 : start;
  if (first >= end || end - first > 9) return NO_QUANTITY;
  let value = 0;
  for (let at = first; at < end; at++) {
    const digit = (bytes[at] ?? 0) - DIGIT_0;
    if (digit < 0 || digit > 9) return NO_QUANTITY;
    value = value * 10 + digit;
  }
  return negative ? 0 - value : value;
}

/** Parses a whole number that may end in a dot and zeros; `NO_QUANTITY` for anything else. */
export function zeroDecimalQuantityAt(bytes: Uint8Array, start: number, end: number): number {
  const dot = bytes.subarray(start, end).indexOf(DOT);
  if (dot < 0) return quantityAt(bytes, start, end);
  if (start + dot + 1 === end) return NO_QUANTITY;
  for (let at = start + dot + 1; at < end; at++) if (bytes[at] !== DIGIT_0) return NO_QUANTITY;
  return quantityAt(bytes, start, start + dot);
}
