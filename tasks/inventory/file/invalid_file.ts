/** The file must not be used. The message says what was found, where, and what was expected. Retrying does not help. */
export class InvalidFileError extends Error {
  override name = 'InvalidFileError';
}
