/**
 * Loaded with `--import` before anything else: shifts this process's wall clock by `CHAOS_CLOCK_SHIFT_MS` in every
 * thread. The monotonic clock is unchanged, as on a host whose time is set wrongly.
 */
const shiftMs = Number(process.env.CHAOS_CLOCK_SHIFT_MS ?? 0);

const RealDate = Date;
const realNow = RealDate.now;
RealDate.now = () => realNow() + shiftMs;
globalThis.Date = new Proxy(RealDate, {
  construct: (target, args, newTarget) =>
    Reflect.construct(target, args.length === 0 ? [target.now()] : args, newTarget),
});

const now = Temporal.Now;
const instant = now.instant.bind(now);
const shifted = () => instant().add({ milliseconds: shiftMs });
const zoned = (zone?: string) => shifted().toZonedDateTimeISO(zone ?? now.timeZoneId());
Object.assign(now, {
  instant: shifted,
  zonedDateTimeISO: zoned,
  plainDateTimeISO: (zone?: string) => zoned(zone).toPlainDateTime(),
  plainDateISO: (zone?: string) => zoned(zone).toPlainDate(),
  plainTimeISO: (zone?: string) => zoned(zone).toPlainTime(),
});
