/** Which built-in calibration an engine version takes, and how names are looked up. */
import { expect, test } from 'vitest';
import { builtinCalibration, findCalibration } from '../../sim/latency/calibrations.ts';

const vllm = (version: string) => ({ name: 'vllm', version });

test('a version takes the newest calibration that is not newer', () => {
  expect(builtinCalibration(vllm('0.8')).name).toBe('builtin/vllm@0.8');
  expect(builtinCalibration(vllm('0.15.1')).name).toBe('builtin/vllm@0.15');
  expect(builtinCalibration(vllm('0.27')).name).toBe('builtin/vllm@0.16');
  expect(builtinCalibration(vllm('0.6')).name).toBe('builtin/vllm@0.8');
});

test('"builtin" means the engine version, and "/plain" drops the cost of top-p sampling', () => {
  expect(findCalibration('builtin', vllm('0.19'), 'c')).toEqual(builtinCalibration(vllm('0.19')));
  const plain = findCalibration('builtin/plain', vllm('0.19'), 'c');
  expect(plain.sampler.bytesPerEntry).toBeLessThan(builtinCalibration(vllm('0.19')).sampler.bytesPerEntry);
});

test('an unknown name is refused with the nearest known one', () => {
  expect(() => findCalibration('builtin/vlm@0.15', vllm('0.19'), 'calibration')).toThrow(
    /calibration: found unknown calibration "builtin\/vlm@0.15", expected e.g. "builtin\/vllm@0.15"/,
  );
});
