/** What the file that sets up OpenTelemetry's SDK needs of the runner: see docs/observability.md. */
export { RunIdGenerator } from './engine/tracing/run_id_generator.ts';
