import { InvalidFileError } from '../file/invalid_file.ts';
import { ByteTable } from './bytes/table.ts';

const MAX_LOCATIONS = 100_000;

/** Assigns numbers, from 1, to the locations in rows of active products. */
export class LocationNumbers {
  readonly #table = new ByteTable();

  /**
   * Returns the number of the location whose id is `bytes[start, end)`; 0 for an empty one.
   * @throws InvalidFileError if there are too many values for a column of locations
   */
  of(bytes: Uint8Array, start: number, end: number): number {
    if (start === end) return 0;
    const found = this.#table.find(bytes, start, end);
    if (found >= 0) return found + 1;
    if (this.#table.size === MAX_LOCATIONS) {
      throw new InvalidFileError(`the location column holds more than ${MAX_LOCATIONS} locations`);
    }
    return this.#table.add(bytes, start, end) + 1;
  }
}
