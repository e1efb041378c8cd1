import { NO_QUANTITY } from './quantity.ts';
import { Refusal } from './refusal.ts';

const MAX_CELLS = 64 * 1024 * 1024;

export type Sighting = 'first' | 'same' | 'different';

/**
 * The first quantity of every key (facility, active product), addressed directly: 4 bytes a key whatever the
 * file holds, so that 100,000 products in 70 facilities take 28 MB and a Map's millions of objects are never made.
 */
export class SeenQuantities {
  /** Keys that came with different quantities. */
  conflictingKeys = 0;
  readonly #activeCount: number;
  /** By facility, then active product: twice the quantity, plus 1 once it is known to conflict. */
  readonly #cells: (Int32Array | undefined)[] = [];
  #cellCount = 0;

  constructor(activeCount: number) {
    this.#activeCount = activeCount;
  }

  /** @throws Refusal where so many facilities hold active products that the table would pass 256 MB */
  note(facility: number, active: number, quantity: number): Sighting {
    const cells = this.#cells[facility] ?? this.#openFacility(facility);
    const cell = cells[active] ?? NO_QUANTITY;
    if (cell === NO_QUANTITY) {
      cells[active] = quantity * 2;
      return 'first';
    }
    if (cell >> 1 === quantity) return 'same';
    if ((cell & 1) === 0) {
      cells[active] = cell | 1;
      this.conflictingKeys++;
    }
    return 'different';
  }

  #openFacility(facility: number): Int32Array {
    this.#cellCount += this.#activeCount;
    if (this.#cellCount > MAX_CELLS) {
      throw new Refusal(
        `more than ${Math.floor(MAX_CELLS / this.#activeCount)} facilities hold active products; ` +
          `with ${this.#activeCount} active products that is implausible`,
      );
    }
    const cells = new Int32Array(this.#activeCount).fill(NO_QUANTITY);
    this.#cells[facility] = cells;
    return cells;
  }
}
