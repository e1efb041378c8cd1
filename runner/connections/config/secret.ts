import { inspect } from 'node:util';

/** A secret text. Only `reveal()` returns it: printing, inspecting or serialising it gives `[secret]`. */
export class Secret {
  readonly #text: string;
  constructor(text: string) {
    this.#text = text;
  }
  reveal(): string {
    return this.#text;
  }
  toString(): string {
    return '[secret]';
  }
  toJSON(): string {
    return '[secret]';
  }
  [inspect.custom](): string {
    return '[secret]';
  }
}

export function redactSecrets(text: string, secrets: readonly Secret[]): string {
  let clean = text;
  for (const secret of secrets) {
    const plain = secret.reveal();
    if (plain === '') continue;
    for (const form of [plain, encodeURIComponent(plain)]) clean = clean.replaceAll(form, '[secret]');
  }
  return clean;
}
