import { InvalidFileError } from '../file/invalid_file.ts';
import { NO_QUANTITY } from '../row/quantity.ts';

const MAX_CELLS = 64 * 1024 * 1024;

/**
 *   first      the key's first row
 *   same       a repeat: the same location and quantity
 *   different  the same location, and another quantity
 *   elsewhere  another location of the same store
 */
export type Sighting = 'first' | 'same' | 'different' | 'elsewhere';

/** A row of an active product, with numbers in place of its texts. */
export interface CountedKey {
  readonly facility: number;
  readonly active: number;
  /** 0 for none. */
  readonly location: number;
  readonly quantity: number;
}

/**
 * The first quantity of every key (facility, active product), addressed directly: 4 bytes a key whatever the file
 * holds, so that 100,000 products in 70 facilities take 28 MB instead of a Map with millions of objects. A store that
 * names locations takes 4 bytes a key more; only keys at several locations need a Map.
 */
export class SeenQuantities {
  /** Keys with different quantities at one location. */
  conflictingKeys = 0;
  keysAtSeveralLocations = 0;
  readonly #activeCount: number;
  /** By facility, then active product: twice the quantity, plus 1 for a known conflict. */
  readonly #cells: (Int32Array | undefined)[] = [];
  /** The location of each key's first row, for facilities that have named one. */
  readonly #locations: (Int32Array | undefined)[] = [];
  /** By key, the quantities at locations other than the first. */
  readonly #elsewhere = new Map<number, Map<number, number>>();
  readonly #keysByFacility: number[] = [];
  readonly #hasRow: Uint8Array;
  #cellCount = 0;

  constructor(activeCount: number) {
    this.#activeCount = activeCount;
    this.#hasRow = new Uint8Array(activeCount);
  }

  /**
   * Records a row and returns how it relates to earlier ones.
   * @throws InvalidFileError if so many facilities hold active products that the table would exceed 256 MB
   */
  note({ facility, active, location, quantity }: CountedKey): Sighting {
    const cells = this.#cells[facility] ?? this.#openFacility(facility);
    const cell = cells[active] ?? NO_QUANTITY;
    if (cell === NO_QUANTITY) {
      cells[active] = quantity * 2;
      if (location !== 0) this.#locationsOf(facility)[active] = location;
      this.#keysByFacility[facility] = (this.#keysByFacility[facility] ?? 0) + 1;
      this.#hasRow[active] = 1;
      return 'first';
    }
    if (location !== (this.#locations[facility]?.[active] ?? 0)) {
      const seen = this.#seenElsewhere(facility * this.#activeCount + active);
      const there = seen.get(location);
      if (there === undefined) {
        seen.set(location, quantity);
        return 'elsewhere';
      }
      if (there === quantity) return 'same';
    } else if (cell >> 1 === quantity) return 'same';
    if ((cell & 1) === 0) {
      cells[active] = cell | 1;
      this.conflictingKeys++;
    }
    return 'different';
  }

  /** Returns the keys with a row, by the facility's number; a facility without any may be missing. */
  get keysByFacility(): readonly (number | undefined)[] {
    return this.#keysByFacility;
  }

  /** Returns the numbers of the active products that have no row at any facility. */
  withoutRow(): readonly number[] {
    return [...this.#hasRow.keys()].filter((active) => this.#hasRow[active] === 0);
  }

  #openFacility(facility: number): Int32Array {
    this.#cellCount += this.#activeCount;
    if (this.#cellCount > MAX_CELLS) {
      throw new InvalidFileError(
        `more than ${Math.floor(MAX_CELLS / this.#activeCount)} facilities hold active products; ` +
          `with ${this.#activeCount} active products that is implausible`,
      );
    }
    const cells = new Int32Array(this.#activeCount).fill(NO_QUANTITY);
    this.#cells[facility] = cells;
    return cells;
  }

  #locationsOf(facility: number): Int32Array {
    const locations = this.#locations[facility] ?? new Int32Array(this.#activeCount);
    this.#locations[facility] = locations;
    return locations;
  }

  #seenElsewhere(key: number): Map<number, number> {
    const seen = this.#elsewhere.get(key);
    if (seen !== undefined) return seen;
    this.keysAtSeveralLocations++;
    const opened = new Map<number, number>();
    this.#elsewhere.set(key, opened);
    return opened;
  }
}
