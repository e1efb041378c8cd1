/** Instants, spans and amounts in words; alerts use the same. */
export * from '../core/time/time_text.ts';
