/** Thrown where the database or the site holds a world, or a file of it, that is not the one to be worked: nothing was changed. */
export class OtherWorldError extends Error {
  override name = 'OtherWorldError';
}
