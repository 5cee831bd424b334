/**
 * Calibrations that users fitted: files of `drydock calibrate`, by default `calibrations/<name>.json`. Before a
 * document is checked, a calibration that it names by file, or by a name that is not built in, is put in its
 * place, so that all that follows (workers, exports, the digest) sees the numbers themselves.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { ConfigError } from '../../src/core/check.ts';
import { plainSchema } from '../scenario/json-schema.ts';
import { type FittedCalibration, FittedCalibrationSchema } from '../scenario/schema.ts';
import { schemaProblems } from '../scenario/validate.ts';

/** Folder of named calibrations, below a document's folder or the working directory. */
export const CALIBRATION_FOLDER = 'calibrations';

/** The calibration that an option or a document names: a name, or what the file holds. */
export function namedCalibration(given: string, folders: readonly string[]): string | FittedCalibration {
  if (given.endsWith('.json')) return readCalibration(resolve(given));
  if (given.startsWith('builtin')) return given;
  for (const folder of folders) {
    const file = join(folder, CALIBRATION_FOLDER, `${given}.json`);
    if (existsSync(file)) return readCalibration(file);
  }
  return given;
}

/** Puts the calibration of a document in the place of its name or file. */
export function inlineCalibration(data: Record<string, unknown>, folder: string): void {
  const { calibration } = data;
  if (typeof calibration === 'string') {
    data['calibration'] = namedCalibration(calibration, [folder, '.']);
  } else if (typeof calibration === 'object' && calibration !== null && 'file' in calibration) {
    const { file } = calibration as { file: unknown };
    if (typeof file === 'string') data['calibration'] = readCalibration(resolve(folder, file));
  }
}

/** Reads a calibration file; throws ConfigError naming file and field. */
export function readCalibration(file: string): FittedCalibration {
  let value: unknown;
  try {
    value = JSON.parse(readFileSync(file, 'utf8'));
  } catch (error) {
    const found = (error as Error).message;
    throw new ConfigError({ path: '', file, found, expected: 'a calibration file that can be read, JSON' });
  }
  const problems = schemaProblems(plainSchema(FittedCalibrationSchema), value, 'calibration');
  if (problems.length > 0) throw new ConfigError(problems.map((problem) => ({ ...problem, file })));
  return value as FittedCalibration;
}

/** Named calibrations of a folder; files that are none are left out. */
export function calibrationsIn(folder: string): FittedCalibration[] {
  const own = join(folder, CALIBRATION_FOLDER);
  if (!existsSync(own)) return [];
  return readdirSync(own)
    .filter((name) => name.endsWith('.json'))
    .sort()
    .flatMap((name) => {
      try {
        return [readCalibration(join(own, name))];
      } catch (error) {
        if (error instanceof ConfigError) return [];
        throw error;
      }
    });
}
