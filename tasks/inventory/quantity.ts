const DIGIT_0 = 48;
const MINUS = 45;

/** Not a quantity; outside the range of one. */
export const NO_QUANTITY = -0x8000_0000;

/** A whole number of at most nine digits, as text; `null` for anything else, blank or `+1` or `1.0` included. */
export function parseQuantity(text: string): number | null {
  return /^-?\d{1,9}$/.test(text) ? Number(text) + 0 : null;
}

/** The same of ASCII bytes `[start, end)`; `NO_QUANTITY` for anything else. */
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
