/** The words for a backfill while it goes on: a bar on a terminal, elsewhere one line per date that ended. */
import type { BackfillDate } from '../../../store/backfill/report.ts';
import { isEnded, stateOf, tookMs } from '../../../view/backfill/columns.ts';
import type { BackfillReport } from '../../../view/backfill/report.ts';
import { spanOrDash } from '../../../view/run/columns.ts';
import { msBetween, spanText } from '../../../view/time_text.ts';
import { type LiveText, type StyledLine, timedLine } from '../../live/live.ts';
import { oneLine, styleOfState } from '../../output/terminal_text.ts';

/** The pace is that of the newest ended dates, this many. */
const RATE_OVER = 10;

interface BackfillProgress {
  readonly ended: number;
  readonly failed: number;
  readonly total: number;
  /** The estimate; null before the first date has ended, and when all have. */
  readonly leftMs: number | null;
}

/** Counts the dates that have ended, and estimates how long the rest takes at the pace of those that ended last. */
function progressOf(dates: readonly BackfillDate[]): BackfillProgress {
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

export class BackfillLiveText implements LiveText<BackfillReport> {
  readonly #printed = new Set<number>();
  #isFirst = true;

  footer({ backfill, dates, now }: BackfillReport): readonly StyledLine[] {
    const { ended, failed, total, leftMs } = progressOf(dates);
    const cells = total === 0 ? BAR_CELLS : Math.floor((ended / total) * BAR_CELLS);
    const bar = `[${'#'.repeat(cells)}${'-'.repeat(BAR_CELLS - cells)}]`;
    const parts = [
      `backfill ${backfill.backfillId} ${bar} ${ended} of ${total} dates`,
      ...(failed === 0 ? [] : [`${failed} failed`]),
      ...(leftMs === null ? [] : [`${spanText(leftMs)} left`]),
    ];
    const active = dates.filter((date) => date.stage === 'begun' && !isEnded(date)).slice(0, 5);
    return [
      { text: parts.join(', '), style: null },
      ...active.map((date) => {
        const since = date.begunAt === null ? '' : spanText(msBetween(date.begunAt, now));
        const text = `  ${date.businessDate}  run ${date.runId}  ${stateOf(date)}  ${since}`;
        return { text, style: styleOfState(stateOf(date) ?? '') };
      }),
    ];
  }

  /** Returns a line for each date that has ended since the call before; at the first call the count of those that had. */
  changes(report: BackfillReport): readonly string[] {
    const { ended, total } = progressOf(report.dates);
    const isFirst = this.#isFirst;
    this.#isFirst = false;
    const lines = report.dates
      .filter((date) => isEnded(date) && !this.#printed.has(date.position))
      .map((date) => {
        this.#printed.add(date.position);
        const error = date.errorText === null ? '' : `: ${oneLine(date.errorText)}`;
        const result = `${date.businessDate} ${stateOf(date)} (${this.#printed.size} of ${total})`;
        return timedLine(report, `${result}, run ${date.runId}, ${spanOrDash(tookMs(date))}${error}`);
      });
    if (!isFirst) return lines;
    return ended === 0 ? [] : [`${ended} of ${total} dates had ended before`];
  }
}
