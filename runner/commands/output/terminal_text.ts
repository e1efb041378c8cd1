/** Text on its way to a terminal. */
import { styleText } from 'node:util';
import type { Output } from '../cli/command.ts';

const CONTROLS = /(?![\n\t])\p{Cc}/gu;
const CONTROLS_AND_BREAKS = /\p{Cc}/gu;

/** Makes control characters visible: a file name or an error text from outside must not drive the terminal. */
export function escapeControls(text: string): string {
  return text.replace(CONTROLS, visible);
}

/** Like `escapeControls`, on one line. */
export function oneLine(text: string): string {
  return text.replace(/\s*\n\s*/g, ' ').replace(CONTROLS_AND_BREAKS, visible);
}

export type Style = 'bold' | 'dim' | 'red' | 'green' | 'yellow';

export type Paint = (style: Style | null, text: string) => string;

/** Returns a function that colours text on a terminal, and never under NO_COLOR. */
export function painter(
  output: Pick<Output, 'isTTY'>,
  env: Readonly<Record<string, string | undefined>>,
): Paint {
  if (!output.isTTY || env.NO_COLOR || env.TERM === 'dumb') return (_, text) => text;
  return (style, text) =>
    // The stream is checked above, with the environment that the command was given.
    style === null ? text : styleText(style, text, { validateStream: false });
}

/** Returns whether more than ASCII can be shown: not where the locale names another character set, nor on a dumb terminal. */
export function isUnicode(env: Readonly<Record<string, string | undefined>>): boolean {
  const locale = env.LC_ALL || env.LC_CTYPE || env.LANG || '';
  return env.TERM !== 'dumb' && (locale === '' || /utf-?8/i.test(locale));
}

/** Returns the branches of a graph in ASCII where the terminal shows no more. */
export function asciiFallback(
  shell: { readonly env: Readonly<Record<string, string | undefined>> },
  text: string,
): string {
  if (isUnicode(shell.env)) return text;
  return text.replaceAll('├─', '|-').replaceAll('└─', '`-').replaceAll('│', '|');
}

/** Returns the colour of a state word: the state of a run or a task, or the decision on a date of a backfill. */
export function styleOfState(state: string): Style | null {
  switch (state) {
    case 'success':
      return 'green';
    case 'failed':
    case 'cancelled':
    case 'upstream_failed':
    case 'did not run':
    case 'invalid':
    case 'refused':
      return 'red';
    case 'running':
    case 'up_for_retry':
    case 'rerun':
      return 'yellow';
    case 'none':
    case 'skipped':
    case 'paused':
    case 'skip':
    case 'closed':
    case 'removed':
      return 'dim';
    default:
      return null;
  }
}

function visible(control: string): string {
  return `\\x${control.charCodeAt(0).toString(16).padStart(2, '0')}`;
}
