/** Events of OpenLineage: https://openlineage.io/docs/spec/object-model, spec 2-0-2. */
import { type FedAttempt, type FedRun, isErrorState } from '../feed/change.ts';
import { uuidOf } from '../feed/ids.ts';
import type { JsonObject } from '../value/json.ts';

/** A file that an attempt read or published. */
export interface LineageFile {
  readonly direction: 'read' | 'published';
  /** The host of the file, such as `sftp://files.example.com:22`, and its name there. */
  readonly namespace: string;
  readonly name: string;
  readonly bytes: number;
  readonly sha256: string;
  readonly rows: number | null;
}

export type LineageEventType = 'START' | 'COMPLETE' | 'FAIL' | 'ABORT';

/** An event of a run, or of one attempt of a task. */
export interface LineageFacts {
  readonly run: FedRun;
  /** Null for an event of the whole run. */
  readonly attempt: FedAttempt | null;
  readonly eventType: LineageEventType;
  readonly at: Temporal.Instant;
  readonly files: readonly LineageFile[];
}

const PRODUCER = 'urn:stockflow';
const SPEC = 'https://openlineage.io/spec';

/** Returns the event type of an ended attempt. A task that ends without failing completes, also where it is skipped. */
export function attemptEventType({ state }: FedAttempt): LineageEventType {
  if (isErrorState(state)) return 'FAIL';
  return state === 'cancelled' || state === 'handed_over' ? 'ABORT' : 'COMPLETE';
}

export function runEventType({ state }: FedRun): LineageEventType {
  if (state === 'success') return 'COMPLETE';
  return state === 'cancelled' ? 'ABORT' : 'FAIL';
}

/** Returns the event as JSON. @param namespace the namespace of the installation's jobs */
export function lineageEvent(
  namespace: string,
  { run, attempt, eventType, at, files }: LineageFacts,
): JsonObject {
  const jobOf = (name: string) => ({ namespace, name });
  const name = attempt === null ? run.dagId : `${run.dagId}.${attempt.taskId}`;
  return {
    eventType,
    eventTime: at.toString(),
    producer: PRODUCER,
    schemaURL: `${SPEC}/2-0-2/OpenLineage.json#/$defs/RunEvent`,
    run: {
      runId: uuidOf(run, attempt),
      facets: {
        nominalTime: facet('facets/1-0-1/NominalTimeRunFacet', {
          nominalStartTime: run.scheduledFor.toString(),
        }),
        ...(attempt === null
          ? {}
          : {
              parent: facet('facets/1-0-1/ParentRunFacet', {
                run: { runId: uuidOf(run, null) },
                job: jobOf(run.dagId),
              }),
            }),
        ...errorFacet(attempt),
      },
    },
    job: {
      ...jobOf(name),
      facets: {
        jobType: facet('facets/2-0-3/JobTypeJobFacet', {
          processingType: 'BATCH',
          integration: 'STOCKFLOW',
          jobType: attempt === null ? 'DAG' : 'TASK',
        }),
      },
    },
    inputs: files.filter(({ direction }) => direction === 'read').map(inputOf),
    outputs: files.filter(({ direction }) => direction === 'published').map(outputOf),
  };
}

function errorFacet(attempt: FedAttempt | null): JsonObject {
  if (attempt === null || !isErrorState(attempt.state)) return {};
  const message = attempt.errorText ?? attempt.errorClass ?? attempt.state;
  return {
    errorMessage: facet('facets/1-0-1/ErrorMessageRunFacet', { message, programmingLanguage: 'TypeScript' }),
  };
}

function inputOf(file: LineageFile): JsonObject {
  const statistics = facet('facets/1-0-0/InputStatisticsInputDatasetFacet', {
    ...countsOf(file),
    fileCount: 1,
  });
  return { ...datasetOf(file), inputFacets: { inputStatistics: statistics } };
}

function outputOf(file: LineageFile): JsonObject {
  const statistics = facet('facets/1-0-2/OutputStatisticsOutputDatasetFacet', {
    ...countsOf(file),
    fileCount: 1,
  });
  return { ...datasetOf(file), outputFacets: { outputStatistics: statistics } };
}

function countsOf({ bytes, rows }: LineageFile): JsonObject {
  return { size: bytes, ...(rows === null ? {} : { rowCount: rows }) };
}

/** The checksum of a file is the version of the dataset that the file is. */
function datasetOf({ namespace, name, sha256 }: LineageFile): JsonObject {
  const version = facet('facets/1-0-1/DatasetVersionDatasetFacet', { datasetVersion: `sha256:${sha256}` });
  return { namespace, name, facets: { version } };
}

function facet(schema: string, fields: JsonObject): JsonObject {
  const name = schema.split('/').at(-1);
  return { _producer: PRODUCER, _schemaURL: `${SPEC}/${schema}.json#/$defs/${name}`, ...fields };
}
