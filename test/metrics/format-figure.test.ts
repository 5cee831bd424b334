import { describe, expect, test } from 'vitest';
import {
  fixed,
  formatDifference,
  formatFigure,
  formatWithInterval,
} from '../../sim/metrics/format-figure.ts';

const interval = (low: number, high: number) => ({ low, high, confidence: 0.95 });

describe('figures in words', () => {
  test.each([
    [0.0123, 'ms', '0.0123 ms'],
    [42.234, 'ms', '42.2 ms'],
    [711.37, 'ms', '711 ms'],
    [999.6, 'ms', '1.00 s'],
    [18_276, 'ms', '18.3 s'],
    [0.928, 'share', '92.8 %'],
    [1, 'share', '100 %'],
    [22, 'usdPerHour', '$22.00/h'],
    [0.4123, 'usdPerMTok', '$0.412'],
    [12_031, 'count', '12,031'],
    [1_234_567, 'count', '1,234,567'],
    [3562.4, 'perS', '3,562 /s'],
    [0, 'ms', '0 ms'],
  ] as const)('%d %s is %s', (value, unit, text) => {
    expect(formatFigure(value, unit)).toBe(text);
  });

  test('nothing observed is a dash', () => {
    expect(formatFigure(null, 'ms')).toBe('-');
    expect(formatWithInterval(null, 'ms', interval(1, 2))).toBe('-');
  });

  test('the interval decides the rounding, and a wide one removes digits', () => {
    expect(formatWithInterval(711.37, 'ms', interval(687.1, 735.6))).toBe('711 ±24 ms');
    expect(formatWithInterval(31.234, 'ms', interval(30.8, 31.6))).toBe('31.2 ±0.4 ms');
    expect(formatWithInterval(8.276, 'ms', interval(8.241, 8.311))).toBe('8.28 ±0.04 ms');
    expect(formatWithInterval(1105.2, 'perS', interval(1104.9, 1105.5))).toBe('1,105.2 ±0.3 /s');
    expect(formatWithInterval(6970.4, 'perS', interval(4382, 9558))).toBe('7,000 ±2,600 /s');
    expect(formatWithInterval(929, 'ms', interval(755, 1103))).toBe('929 ±174 ms');
    expect(formatWithInterval(1150, 'ms', interval(460, 1840))).toBe('1.15 ±0.69 s');
  });

  test('differences carry signs, and shares are in points', () => {
    expect(formatDifference(-284, 'ms', interval(-310, -255))).toBe('-284 [-310, -255] ms');
    expect(formatDifference(1.761, 'ms', interval(1.67, 1.853))).toBe('+1.76 [+1.67, +1.85] ms');
    expect(formatDifference(1.497, 'ms', interval(1.491, 1.503))).toBe('+1.50 [+1.49, +1.50] ms');
    // An interval that excludes zero must be seen to exclude it.
    expect(formatDifference(-1, 'perS', interval(-1.96, -0.04))).toBe('-1.00 [-1.96, -0.04] /s');
    expect(formatDifference(-1352, 'perS', interval(-2549, -156))).toBe('-1,400 [-2,500, -200] /s');
    expect(formatDifference(-1352, 'perS', interval(-2673, -31))).toBe('-1,352 [-2,673, -31] /s');
    expect(formatDifference(0.06, 'share', null)).toBe('+6.00 pt');
    expect(formatDifference(0.2432, 'usdPerMTok', null)).toBe('+$0.243');
    expect(formatDifference(-2.5, 'usdPerHour', null)).toBe('-$2.50/h');
  });

  test('thousands are grouped and zero has no sign', () => {
    expect([fixed(-0.001, 1), fixed(-1234.5, 1), fixed(999, 0), fixed(100_000, 2)]).toEqual([
      '0.0',
      '-1,234.5',
      '999',
      '100,000.00',
    ]);
  });
});
