/** Metrics as data: their names, units and meaning, and how the values of one scrape are read from its figures. */

export type Labels = Readonly<Record<string, string>>;

export interface Sample {
  readonly labels: Labels;
  readonly value: number;
}

export interface HistogramSample {
  readonly labels: Labels;
  /** The number of observations in each bucket, not added up, by its upper bound. */
  readonly counts: ReadonlyMap<number, number>;
  readonly sum: number;
}

export interface Described {
  readonly type: 'gauge' | 'counter' | 'histogram';
  /** Ends in its unit; a counter's in `_total`. */
  readonly name: string;
  readonly help: string;
  readonly labels: readonly string[];
}

export interface GaugeMetric<Source> extends Described {
  readonly type: 'gauge' | 'counter';
  samples(source: Source): readonly Sample[];
}

export interface HistogramMetric<Source> extends Described {
  readonly type: 'histogram';
  /** The upper bounds of the buckets, in ascending order and without infinity. */
  readonly bounds: readonly number[];
  samples(source: Source): readonly HistogramSample[];
}

export type Metric<Source> = GaugeMetric<Source> | HistogramMetric<Source>;

/** Returns a metric without labels. */
export function single<Source>(
  described: Pick<Described, 'name' | 'help'> & { readonly type: 'gauge' | 'counter' },
  value: (source: Source) => number,
): GaugeMetric<Source> {
  return { ...described, labels: [], samples: (source) => [{ labels: {}, value: value(source) }] };
}
