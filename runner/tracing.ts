/** The parts of the runner that the file which sets up OpenTelemetry's SDK needs: see docs/observability.md. */
export { RunIdGenerator } from './engine/tracing/run_id_generator.ts';
