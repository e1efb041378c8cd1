/** Thrown before any change if the database or the site holds another world, or another file of this one. */
export class OtherWorldError extends Error {
  override name = 'OtherWorldError';
}
