/** Samples of what has ended, from its totals. */
import type { EndedTotal } from '../../store/metrics/ended.ts';
import { DURATION_BOUNDS_S } from '../../store/metrics/ended_source.ts';
import type { Figures } from '../../view/metrics/figures.ts';
import type { GaugeMetric, HistogramMetric, Labels, Sample } from './metric.ts';

interface Counted {
  /** The name of the label that holds the subject. */
  readonly subject: string;
  /** Subjects that are there although nothing of them has ended. */
  readonly subjects: readonly string[];
  /** States that are there for every subject. */
  readonly states: readonly string[];
}

/** Returns the number of ended ones by subject and state. */
export function countsByState(
  totals: readonly EndedTotal[],
  { subject: label, subjects, states }: Counted,
): readonly Sample[] {
  const bySubject = Map.groupBy(totals, ({ subject }) => subject);
  return [...new Set([...subjects, ...bySubject.keys()])].flatMap((subject) => {
    const byState = Map.groupBy(bySubject.get(subject) ?? [], ({ state }) => state);
    return [...new Set([...states, ...byState.keys()])].map((state) => ({
      labels: { [label]: subject, state },
      value: sumOf(byState.get(state) ?? [], ({ count }) => count),
    }));
  });
}

interface Durations {
  readonly name: string;
  readonly help: string;
  readonly totals: (figures: Figures) => readonly EndedTotal[];
}

/** Returns the histogram of how long the ended ones of each DAG and state took. */
export function durations({ name, help, totals }: Durations): HistogramMetric<Figures> {
  return {
    name,
    help,
    type: 'histogram',
    labels: ['dag_id', 'state'],
    bounds: DURATION_BOUNDS_S,
    samples: (figures) => {
      const timed = totals(figures).filter(({ upToS }) => upToS > 0);
      const grouped = Map.groupBy(timed, ({ subject, state }) => JSON.stringify([subject, state]));
      return [...grouped.values()].map((group) => ({
        labels: labelsOf(group),
        counts: new Map(group.map(({ upToS, count }) => [upToS, count])),
        sum: sumOf(group, ({ durationS }) => durationS),
      }));
    },
  };
}

/** Returns the counter of work that the attempts of each DAG did. */
export function workDone(
  name: string,
  help: string,
  amount: (total: EndedTotal) => number,
): GaugeMetric<Figures> {
  return {
    name,
    help,
    type: 'counter',
    labels: ['dag_id'],
    samples: ({ dags, endedAttempts }) => {
      const byDag = Map.groupBy(endedAttempts, ({ subject }) => subject);
      return dags.map(({ dagId }) => ({
        labels: { dag_id: dagId },
        value: sumOf(byDag.get(dagId) ?? [], amount),
      }));
    },
  };
}

function labelsOf([first]: readonly EndedTotal[]): Labels {
  return first === undefined ? {} : { dag_id: first.subject, state: first.state };
}

function sumOf(totals: readonly EndedTotal[], value: (total: EndedTotal) => number): number {
  return totals.reduce((sum, total) => sum + value(total), 0);
}
