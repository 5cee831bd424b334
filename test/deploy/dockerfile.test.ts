/** The container image's definition, as far as it can be checked without building it. */
import { existsSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

const LINES = readFileSync('deploy/Dockerfile', 'utf8')
  .split('\n')
  .filter((line) => line.trim() !== '' && !line.startsWith('#'));

test('two stages from pinned images; the second runs as a user that is not root, by number', () => {
  const stages = LINES.filter((line) => line.startsWith('FROM '));
  expect(stages).toHaveLength(2);
  for (const stage of stages) expect(stage).toMatch(/^FROM [a-z/]+:\d+\.\d+\S*( AS \w+)?$/);
  const users = LINES.filter((line) => line.startsWith('USER '));
  expect(users).toEqual(['USER 1000:1000']);
  expect(LINES.indexOf(users[0]!)).toBeGreaterThan(LINES.indexOf(stages[1]!));
  expect(LINES.indexOf(users[0]!)).toBeLessThan(LINES.findIndex((line) => line.startsWith('ENTRYPOINT')));
});

test('its Node is one that every package takes: npm refuses to install on another', () => {
  const [, image] = /^FROM node:(\d+\.\d+)\S*/.exec(LINES.find((line) => line.startsWith('FROM '))!)!;
  const lock = JSON.parse(readFileSync('package-lock.json', 'utf8')) as {
    packages: Record<string, { optional?: boolean; engines?: { node?: string } }>;
  };
  const refusing = Object.entries(lock.packages).filter(
    ([, { optional, engines }]) => optional !== true && !takes(engines?.node ?? '*', image!),
  );
  expect(refusing.map(([name, { engines }]) => `${name}: ${engines?.node}`)).toEqual([]);
  expect(takes('^20.19.0 || >=22.12.0', '22.11')).toBe(false);
  expect(takes('^18 || ^20', '22.11')).toBe(false);
});

/** Whether a range of versions, such as `^20.19.0 || >=22.12.0`, takes `major.minor`. */
function takes(range: string, version: string): boolean {
  const [major, minor] = version.split('.').map(Number) as [number, number];
  return range.split('||').some((part) => {
    const match = /^\s*(\^|>=)?\s*(\d+|\*)(?:\.(\d+))?/.exec(part)!;
    if (match[2] === '*') return true;
    const [wanted, least] = [Number(match[2]), Number(match[3] ?? 0)];
    if (match[1] === '>=' && major > wanted) return true;
    return major === wanted && minor >= least;
  });
}

test('what it copies exists, here or after the build', () => {
  const built = ['/src/node_modules', '/src/dist'];
  for (const line of LINES.filter((one) => one.startsWith('COPY '))) {
    const words = line.split(/\s+/).slice(1, -1);
    const isFromBuild = words[0]!.startsWith('--from=build');
    for (const source of isFromBuild ? words.slice(1) : words) {
      const path = source.replace(/^\/src\//, '');
      expect(built.includes(source) || existsSync(path), source).toBe(true);
    }
  }
});

test('what it starts is what the package calls its command', () => {
  const { bin } = JSON.parse(readFileSync('package.json', 'utf8')) as { bin: Record<string, string> };
  expect(LINES.join('\n')).toContain(`ln -s /opt/drydock/${bin['drydock']} /usr/local/bin/drydock`);
  expect(LINES).toContain('ENTRYPOINT ["drydock"]');
});

test('the build context leaves out what is made or secret', () => {
  const ignored = readFileSync('.dockerignore', 'utf8').split('\n');
  for (const path of ['.git', 'node_modules', 'dist']) expect(ignored).toContain(path);
});
