import type { RP2040 } from 'rp2040js';

type Clock = NonNullable<ConstructorParameters<typeof RP2040>[0]>;
type Alarm = ReturnType<Clock['createAlarm']>;

/** Virtual time, counted in cycles of the core. */
export interface CycleClock extends Clock {
  /** `cycles` of the core at which the next alarm is due; Infinity when none is set. To be compared after each instruction. */
  readonly dueCycle: number;
  readonly nanosToNextAlarm: number | undefined;
  /** Fires every alarm that is due by now. */
  fire(): void;
  /** Lets a sleeping core's time pass up to the next alarm, and fires it. */
  skipToAlarm(): void;
  /** Follows a core that counts `cycles` at `hz`, from its present count on. */
  follow(core: { readonly cycles: number }, hz: number): void;
}

/**
 * The clock of rp2040js, read from the core's cycle counter instead of being ticked after every instruction. `core.cycles` grows
 * at the end of an instruction, so whoever asks for the time within one (SysTick, TIMER) sees what the ticked clock would show.
 */
export function cycleClock(): CycleClock {
  const alarms: ScheduledAlarm[] = []; // by time; of equal times the latest set comes first, as in rp2040js
  let core: { readonly cycles: number } = { cycles: 0 };
  let baseCycles = 0;
  let baseNanos = 0;
  let nanosPerCycle = 8;
  let firingAt: number | undefined;
  let dueCycle = Number.POSITIVE_INFINITY;

  const now = (): number => firingAt ?? baseNanos + (core.cycles - baseCycles) * nanosPerCycle;
  const updateDue = (): void => {
    const next = alarms[0];
    dueCycle = next ? baseCycles + Math.ceil((next.nanos - baseNanos) / nanosPerCycle) : Number.POSITIVE_INFINITY;
  };

  const fireUpTo = (nanos: number): void => {
    for (let next = alarms[0]; next && next.nanos <= nanos; next = alarms[0]) {
      alarms.shift();
      firingAt = next.nanos;
      next.fire();
    }
    firingAt = undefined;
    updateDue();
  };

  return {
    get nanos() {
      return now();
    },
    get dueCycle() {
      return dueCycle;
    },
    get nanosToNextAlarm() {
      return alarms[0] && alarms[0].nanos - now();
    },
    createAlarm(callback): Alarm {
      const alarm: ScheduledAlarm = { nanos: 0, fire: callback };
      const cancel = (): void => {
        const at = alarms.indexOf(alarm);
        if (at >= 0) alarms.splice(at, 1);
        updateDue();
      };
      return {
        schedule(deltaNanos) {
          cancel();
          alarm.nanos = now() + deltaNanos;
          const later = alarms.findIndex(other => other.nanos >= alarm.nanos);
          alarms.splice(later < 0 ? alarms.length : later, 0, alarm);
          updateDue();
        },
        cancel,
      };
    },
    fire: () => fireUpTo(now()),
    skipToAlarm() {
      const next = alarms[0];
      if (!next) return;
      baseNanos = next.nanos;
      baseCycles = core.cycles;
      fireUpTo(next.nanos);
    },
    follow(followed, hz) {
      baseNanos = now();
      core = followed;
      baseCycles = core.cycles;
      nanosPerCycle = 1e9 / hz;
      updateDue();
    },
  };
}

interface ScheduledAlarm {
  nanos: number;
  readonly fire: () => void;
}
