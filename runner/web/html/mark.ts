/** The marks of states: each has a shape and a word besides its colour. */
import { type Html, html } from './html.ts';

export interface Mark {
  /** One character, read with its word only. */
  readonly shape: string;
  readonly word: string;
  /** The class that gives the colour, in both themes. */
  readonly className: string;
}

const MARKS: Readonly<Record<string, Mark>> = {
  success: { shape: '■', word: 'success', className: 's-success' },
  failed: { shape: '✕', word: 'failed', className: 's-failed' },
  running: { shape: '◐', word: 'running', className: 's-running' },
  queued: { shape: '○', word: 'queued', className: 's-waiting' },
  none: { shape: '○', word: 'not yet', className: 's-waiting' },
  deferred: { shape: '◷', word: 'deferred', className: 's-waiting' },
  up_for_retry: { shape: '↻', word: 'up for retry', className: 's-retry' },
  skipped: { shape: '–', word: 'skipped', className: 's-skipped' },
  upstream_failed: { shape: '⤫', word: 'upstream failed', className: 's-skipped' },
  cancelled: { shape: '⊘', word: 'cancelled', className: 's-cancelled' },
  crashed: { shape: '✕', word: 'crashed', className: 's-failed' },
  handed_over: { shape: '↻', word: 'handed over', className: 's-retry' },
  missed: { shape: '▲', word: 'missed', className: 's-cancelled' },
  'did not run': { shape: '▲', word: 'did not run', className: 's-cancelled' },
  closed: { shape: '□', word: 'closed', className: 's-closed' },
  invalid: { shape: '✕', word: 'invalid file', className: 's-failed' },
  paused: { shape: '‖', word: 'paused', className: 's-waiting' },
  'not due yet': { shape: '·', word: 'not due yet', className: 's-closed' },
  active: { shape: '●', word: 'active', className: 's-success' },
  manual: { shape: '○', word: 'when triggered', className: 's-waiting' },
  waiting: { shape: '○', word: 'waiting', className: 's-waiting' },
  pruned: { shape: '·', word: 'pruned', className: 's-closed' },
  removed: { shape: '·', word: 'removed', className: 's-closed' },
};

/** Returns the mark of a state of a run, a task or an attempt, or of a verdict on a night. */
export function markOf(state: string): Mark {
  return MARKS[state] ?? { shape: '·', word: state.replaceAll('_', ' '), className: 's-closed' };
}

/** Renders a state as its shape and its word. */
export function stateMark(state: string): Html {
  const { shape, word, className } = markOf(state);
  return html`<span class="state ${className}"><span class="mark" aria-hidden="true">${shape}</span> ${word}</span>`;
}

/** Renders the shape alone, with the word for those who do not see it. */
export function shapeMark(state: string): Html {
  const { shape, word, className } = markOf(state);
  return html`<span class="mark ${className}" role="img" aria-label="${word}">${shape}</span>`;
}
