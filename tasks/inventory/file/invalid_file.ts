/** The file must not be used: its message says what was found, where, and what was expected. Trying again does not help. */
export class InvalidFileError extends Error {
  override name = 'InvalidFileError';
}
