import { formatQuantity, type Unit } from '../../units.ts';

/** A figure with four digits that count: what a meter tells apart, which one decimal would hide. A life in days is never that sure. */
export function precise(value: number, unit: Unit): string {
  if (unit === 'days') return formatQuantity(value, unit);
  const whole = formatQuantity(Math.abs(value), unit, 0).split(' ')[0]?.length ?? 1;
  return formatQuantity(value, unit, Math.max(1, 4 - whole));
}
