/** Text on its way to a terminal. */
import type { Output } from '../cli/command.ts';

const CONTROLS = /(?![\n\t])\p{Cc}/gu;
const CONTROLS_AND_BREAKS = /\p{Cc}/gu;

/** Control characters made visible: a file name or an error text from outside must not drive the terminal. */
export function harmless(text: string): string {
  return text.replace(CONTROLS, visible);
}

/** As `harmless`, on one line. */
export function oneLine(text: string): string {
  return text.replace(/\s*\n\s*/g, ' ').replace(CONTROLS_AND_BREAKS, visible);
}

export type Style = 'bold' | 'dim' | 'red' | 'green' | 'yellow';

const CODES: Readonly<Record<Style, readonly [number, number]>> = {
  bold: [1, 22],
  dim: [2, 22],
  red: [31, 39],
  green: [32, 39],
  yellow: [33, 39],
};

export type Paint = (style: Style | null, text: string) => string;

/** Colours on a terminal only, and never under NO_COLOR. */
export function painter(
  output: Pick<Output, 'isTTY'>,
  env: Readonly<Record<string, string | undefined>>,
): Paint {
  if (!output.isTTY || env.NO_COLOR || env.TERM === 'dumb') return (_, text) => text;
  return (style, text) =>
    style === null ? text : `\u001b[${CODES[style][0]}m${text}\u001b[${CODES[style][1]}m`;
}

/** Whether more than ASCII can be drawn: not where the locale names another character set, nor on a dumb terminal. */
export function isUnicode(env: Readonly<Record<string, string | undefined>>): boolean {
  const locale = env.LC_ALL || env.LC_CTYPE || env.LANG || '';
  return env.TERM !== 'dumb' && (locale === '' || /utf-?8/i.test(locale));
}

/** Branches of a graph in what the terminal can show. */
export function drawable(
  shell: { readonly env: Readonly<Record<string, string | undefined>> },
  text: string,
): string {
  if (isUnicode(shell.env)) return text;
  return text.replaceAll('├─', '|-').replaceAll('└─', '`-').replaceAll('│', '|');
}

/** The colour of a run's or a task's state. */
export function styleOfState(state: string): Style | null {
  switch (state) {
    case 'success':
      return 'green';
    case 'failed':
    case 'cancelled':
    case 'upstream_failed':
    case 'did not run':
    case 'invalid':
      return 'red';
    case 'running':
    case 'up_for_retry':
      return 'yellow';
    case 'none':
    case 'skipped':
    case 'paused':
      return 'dim';
    default:
      return null;
  }
}

function visible(control: string): string {
  return `\\x${control.charCodeAt(0).toString(16).padStart(2, '0')}`;
}
