/** The values of a form, read as what they stand for. */
import { HttpError } from '../http_error.ts';

/** @throws HttpError that names the field */
export function dateSent(sent: URLSearchParams, name: string): Temporal.PlainDate {
  const text = sent.get(name) ?? '';
  try {
    return Temporal.PlainDate.from(text);
  } catch (cause) {
    if (!(cause instanceof RangeError)) throw cause;
    throw new HttpError(
      422,
      `${name} is a date, such as 2026-01-31; ${text === '' ? 'it is empty' : `${text} is none`}`,
    );
  }
}

/** Returns one of the choices, the first for a field that is empty. @throws HttpError that names the field */
export function choiceSent<Choice extends string>(
  sent: URLSearchParams,
  name: string,
  choices: readonly [Choice, ...Choice[]],
): Choice {
  const text = sent.get(name) || choices[0];
  const choice = choices.find((one) => one === text);
  if (choice !== undefined) return choice;
  throw new HttpError(422, `${name} is one of ${choices.join(', ')}; ${text} is none of them`);
}

/** Returns a count from 1 to 99, 1 for a field that is empty. @throws HttpError that names the field */
export function countSent(sent: URLSearchParams, name: string): number {
  const text = sent.get(name) || '1';
  if (/^[1-9]\d?$/.test(text)) return Number(text);
  throw new HttpError(422, `${name} is a whole number from 1 to 99; ${text} is none`);
}
