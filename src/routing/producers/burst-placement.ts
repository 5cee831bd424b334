/**
 * Placement of one burst. Requests with equal prompts form a unit; a single request is one only if it shares at least
 * `minColocateBlocks` leading blocks with another. Longer units go first, groups before singles; a unit goes to an
 * endpoint that already has a unit with a shared prefix and is below its fair share, else to the least loaded one
 * (ties: fewer running requests, then id). Up to `maxPerReplica` members stay together, the rest spills on.
 */
import type { EndpointTable } from '../endpoint.ts';

/** One request of a burst. */
export interface BurstMember {
  readonly id: number;
  readonly keys: Uint32Array;
  readonly tokens: number;
}

/** Rules of placement. */
export interface PlacementRules {
  readonly maxPerReplica: number;
  readonly minColocateBlocks: number;
  readonly balanceBy: 'requests' | 'tokens';
}

interface Unit {
  readonly keys: Uint32Array;
  readonly members: readonly BurstMember[];
}

interface Site {
  readonly row: number;
  load: number;
  readonly units: Unit[];
}

/** Row per member id; members without affinity are absent. */
export function placeBurst(
  members: readonly BurstMember[],
  rows: Int32Array,
  table: EndpointTable,
  rules: PlacementRules,
): ReadonlyMap<number, number> {
  const sites: Site[] = Array.from(rows, (row) => ({ row, load: 0, units: [] }));
  const placed = new Map<number, number>();
  if (sites.length === 0) return placed;
  const cost = (member: BurstMember): number => (rules.balanceBy === 'tokens' ? member.tokens : 1);
  const units = unitsOf(members, rules.minColocateBlocks);
  const total = units.reduce(
    (sum, unit) => sum + unit.members.reduce((part, each) => part + cost(each), 0),
    0,
  );
  const fairShare = Math.ceil(total / sites.length);
  for (const unit of units) {
    let site = siteFor(unit, sites, table, rules, fairShare);
    let here = 0;
    for (const member of unit.members) {
      if (rules.maxPerReplica > 0 && here === rules.maxPerReplica) {
        site =
          leastLoaded(
            sites.filter((other) => other !== site),
            table,
          ) ?? site;
        here = 0;
      }
      if (here === 0) site.units.push(unit);
      placed.set(member.id, site.row);
      site.load += cost(member);
      here += 1;
    }
  }
  return placed;
}

/** Units in order of placement. */
function unitsOf(members: readonly BurstMember[], minColocateBlocks: number): readonly Unit[] {
  const groups: { keys: Uint32Array; members: BurstMember[] }[] = [];
  for (const member of members) {
    if (member.keys.length === 0) continue;
    const group = groups.find(
      (each) =>
        sharedBlocks(each.keys, member.keys) * 2 === member.keys.length &&
        each.keys.length === member.keys.length,
    );
    if (group === undefined) groups.push({ keys: member.keys, members: [member] });
    else group.members.push(member);
  }
  const byLength = (a: Unit, b: Unit): number =>
    b.keys.length - a.keys.length || b.members.length - a.members.length;
  const shares = (unit: Unit): boolean =>
    minColocateBlocks > 0 &&
    groups.some((other) => other !== unit && sharedBlocks(other.keys, unit.keys) >= minColocateBlocks);
  const firm = groups.filter((group) => group.members.length > 1).sort(byLength);
  const loose = groups.filter((group) => group.members.length === 1 && shares(group)).sort(byLength);
  return [...firm, ...loose];
}

function siteFor(
  unit: Unit,
  sites: readonly Site[],
  table: EndpointTable,
  rules: PlacementRules,
  fairShare: number,
): Site {
  if (rules.minColocateBlocks > 0) {
    const related = sites.filter(
      (site) =>
        site.load < fairShare &&
        site.units.some((other) => sharedBlocks(other.keys, unit.keys) >= rules.minColocateBlocks),
    );
    const best = leastLoaded(related, table);
    if (best !== undefined) return best;
  }
  return leastLoaded(sites, table) ?? sites[0]!;
}

function leastLoaded(sites: readonly Site[], table: EndpointTable): Site | undefined {
  const id = (site: Site): string => table.endpoints[site.row]?.id ?? '';
  return [...sites].sort(
    (a, b) => a.load - b.load || table.running[a.row]! - table.running[b.row]! || (id(a) < id(b) ? -1 : 1),
  )[0];
}

/** Leading blocks that two chains have in common. */
function sharedBlocks(a: Uint32Array, b: Uint32Array): number {
  const length = Math.min(a.length, b.length);
  let i = 0;
  while (i < length && a[i] === b[i]) i += 1;
  return i >>> 1;
}
