/** Finds the metrics of task authors, and reads them no more often than once a minute. */
import { setTimeout as pause } from 'node:timers/promises';
import { errorFacts } from '../../core/value/error_text.ts';
import type { Log } from '../../log.ts';
import { defaultExportOf, filesOf } from '../contributed/files.ts';
import {
  definitionProblem,
  isMetricsSource,
  type MetricsContext,
  type MetricsSource,
  type ReadMetric,
} from './definition.ts';

export interface SourceReading {
  /** The name of its file, without the ending. */
  readonly source: string;
  /** False where its file cannot be used, or it could not be read within the limit. */
  readonly isRead: boolean;
  readonly metrics: readonly ReadMetric[];
}

interface Source {
  readonly name: string;
  /** Null for a file that cannot be used. */
  readonly definition: MetricsSource | null;
}

export interface MetricsSourcesOptions {
  /** Absolute; absent ones hold none. */
  readonly folders: readonly string[];
  readonly log: Log;
  /** A minute by default. */
  readonly keptMs?: number;
  /** Less than a scrape may take, 5 s by default. */
  readonly withinMs?: number;
}

const KEPT_MS = 60_000;
const WITHIN_MS = 5_000;

export class MetricsSources {
  readonly #sources: readonly Source[];
  readonly #options: MetricsSourcesOptions;
  readonly #kept = new Map<string, { readonly atMs: number; readonly reading: Promise<SourceReading> }>();

  private constructor(sources: readonly Source[], options: MetricsSourcesOptions) {
    this.#sources = sources;
    this.#options = options;
  }

  /** A file that cannot be used is an error in the log, and a source that is not read. */
  static async load(options: MetricsSourcesOptions): Promise<MetricsSources> {
    const sources: Source[] = [];
    const taken = new Set<string>();
    for (const { name: source, file } of (await Promise.all(options.folders.map(filesOf))).flat()) {
      const loaded = await defaultExportOf(file);
      const reason = 'reason' in loaded ? loaded.reason : definitionProblem(loaded.defined);
      const defined = 'defined' in loaded && isMetricsSource(loaded.defined) ? loaded.defined : null;
      const names = defined?.described.map(({ name }) => name) ?? [];
      const twice = names.find((name) => taken.has(name));
      const problem = reason ?? (twice === undefined ? null : `its metric ${twice} is that of another file`);
      if (problem !== null) options.log.error('metrics cannot be used', { file, reason: problem });
      else for (const name of names) taken.add(name);
      sources.push({ name: source, definition: problem === null ? defined : null });
    }
    return new MetricsSources(sources, options);
  }

  /** Returns the readings of all sources, those of the last minute as they were then. */
  async read(context: MetricsContext): Promise<readonly SourceReading[]> {
    const { withinMs = WITHIN_MS } = this.#options;
    return await Promise.all(
      this.#sources.map(async (source) => {
        const over = new AbortController();
        try {
          const late = pause(withinMs, unread(source), { signal: over.signal, ref: false }).catch(() =>
            unread(source),
          );
          return await Promise.race([this.#reading(source, context), late]);
        } finally {
          over.abort();
        }
      }),
    );
  }

  /** One that has not ended is not begun a second time, so that a database that hangs is not asked more and more. */
  #reading(source: Source, context: MetricsContext): Promise<SourceReading> {
    const { keptMs = KEPT_MS } = this.#options;
    const kept = this.#kept.get(source.name);
    if (kept !== undefined && performance.now() - kept.atMs < keptMs) return kept.reading;
    const reading = this.#readNow(source, context);
    this.#kept.set(source.name, { atMs: Number.POSITIVE_INFINITY, reading });
    void reading.then(() => this.#kept.set(source.name, { atMs: performance.now(), reading }));
    return reading;
  }

  async #readNow(source: Source, context: MetricsContext): Promise<SourceReading> {
    if (source.definition === null) return unread(source);
    try {
      return { source: source.name, isRead: true, metrics: await source.definition.read(context) };
    } catch (error) {
      const { errorText } = errorFacts(error);
      this.#options.log.warn('metrics cannot be read', { source: source.name, error: errorText });
      return unread(source);
    }
  }
}

function unread({ name }: Source): SourceReading {
  return { source: name, isRead: false, metrics: [] };
}
