/** The file must not be used: its message says what was found, where, and what was expected. Trying again does not help. */
export class Refusal extends Error {
  override name = 'Refusal';
}
