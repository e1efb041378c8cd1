/** A backfill while it goes on: a bar on a terminal, one line per date that ended elsewhere. */
import type { BackfillDate } from '../../../store/backfill/report.ts';
import type { Footer, Shell } from '../../cli/command.ts';
import { oneLine, type Paint, painter, styleOfState } from '../../output/terminal_text.ts';
import { inZone, msBetween, spanText } from '../../output/time_text.ts';
import { spanOrDash } from '../../run/columns.ts';
import { isEnded, stateOf, tookMs } from './columns.ts';
import type { BackfillReport } from './report.ts';

export interface BackfillView {
  show(report: BackfillReport): void;
  /** Leaves the terminal to what comes after. */
  end(): void;
}

/** On stderr: stdout is for the result. */
export function createBackfillView(shell: Shell): BackfillView {
  const { footer } = shell.stderr;
  return footer === null ? new LineView(shell) : new LiveView(shell, footer);
}

/** How many of the newest ended dates tell how fast it goes. */
const RATE_OVER = 10;

export interface BackfillProgress {
  readonly ended: number;
  readonly failed: number;
  readonly total: number;
  /** Null before the first date has ended, and when all have. */
  readonly leftMs: number | null;
}

/** How far it is, and how long the rest will take at the pace of the dates that ended last. */
export function progressOf(dates: readonly BackfillDate[]): BackfillProgress {
  const worked = dates.filter(({ stage }) => stage !== 'none');
  const ended = worked.filter(isEnded);
  const failed = ended.filter(({ runState }) => runState !== 'success').length;
  const spans = ended
    .flatMap(({ begunAt, finishedAt }) =>
      begunAt === null || finishedAt === null
        ? []
        : [{ fromMs: begunAt.epochMilliseconds, untilMs: finishedAt.epochMilliseconds }],
    )
    .toSorted((a, b) => a.untilMs - b.untilMs)
    .slice(-RATE_OVER);
  const left = worked.length - ended.length;
  const spanMs =
    Math.max(...spans.map(({ untilMs }) => untilMs)) - Math.min(...spans.map(({ fromMs }) => fromMs));
  return {
    ended: ended.length,
    failed,
    total: worked.length,
    leftMs: left === 0 || spans.length === 0 ? null : (spanMs / spans.length) * left,
  };
}

const BAR_CELLS = 24;

class LiveView implements BackfillView {
  readonly #shell: Shell;
  readonly #footer: Footer;
  readonly #paint: Paint;

  constructor(shell: Shell, footer: Footer) {
    this.#shell = shell;
    this.#footer = footer;
    this.#paint = painter(shell.stderr, shell.env);
  }

  show({ backfill, dates, now }: BackfillReport): void {
    const { columns } = this.#shell.stderr;
    const { ended, failed, total, leftMs } = progressOf(dates);
    const cells = total === 0 ? BAR_CELLS : Math.floor((ended / total) * BAR_CELLS);
    const bar = `[${'#'.repeat(cells)}${'-'.repeat(BAR_CELLS - cells)}]`;
    const parts = [
      `backfill ${backfill.backfillId} ${bar} ${ended} of ${total} dates`,
      ...(failed === 0 ? [] : [`${failed} failed`]),
      ...(leftMs === null ? [] : [`${spanText(leftMs)} left`]),
    ];
    const active = dates.filter((date) => date.stage === 'begun' && !isEnded(date)).slice(0, 5);
    const lines = [
      [parts.join(', '), null] as const,
      ...active.map((date) => {
        const since = date.begunAt === null ? '' : spanText(msBetween(date.begunAt, now));
        const text = `  ${date.businessDate}  run ${date.runId}  ${stateOf(date)}  ${since}`;
        return [text, styleOfState(stateOf(date) ?? '')] as const;
      }),
    ];
    this.#footer.show(lines.map(([text, style]) => this.#paint(style, text.slice(0, columns - 1))));
  }

  end(): void {
    this.#footer.show([]);
  }
}

class LineView implements BackfillView {
  readonly #shell: Shell;
  readonly #told = new Set<number>();
  #isBegun = false;

  constructor(shell: Shell) {
    this.#shell = shell;
  }

  show({ dates, now, timezone }: BackfillReport): void {
    const { ended, total } = progressOf(dates);
    const isFirst = !this.#isBegun;
    this.#isBegun = true;
    if (isFirst && ended > 0) this.#shell.stderr.write(`${ended} of ${total} dates had ended before\n`);
    for (const date of dates) {
      if (!isEnded(date)) continue;
      if (this.#told.has(date.position)) continue;
      this.#told.add(date.position);
      if (isFirst) continue;
      const error = date.errorText === null ? '' : `: ${oneLine(date.errorText)}`;
      const what = `${date.businessDate} ${stateOf(date)} (${this.#told.size} of ${total}), run ${date.runId}, ${spanOrDash(tookMs(date))}`;
      this.#shell.stderr.write(`${inZone(now, timezone, 'second')}  ${what}${error}\n`);
    }
  }

  end(): void {}
}
