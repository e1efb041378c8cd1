/** The file must not be used: its message says what was found, where, and what was due. Trying again mends nothing. */
export class Refusal extends Error {
  override name = 'Refusal';
}
