/** Faults of a scenario, as kernel events: what strikes, when, and when it ends. */
import { ConfigError } from '../../src/core/check.ts';
import type { Streams } from '../../src/core/rng.ts';
import { type Component, gridUs, type Kernel } from '../kernel/kernel.ts';
import { PHASE } from '../kernel/phases.ts';
import type { FaultSpec } from '../scenario/schema.ts';
import type { Cluster } from './cluster.ts';
import type { Fleet } from './fleet.ts';
import type { Cut, ErrorRate } from './link-faults.ts';
import { poolOf } from './pool-of.ts';
import type { Replica } from './replica.ts';

const CODE_STRIKE = 1;
const CODE_DETECT = 2;
const CODE_END = 3;

/** Until Kubernetes takes a crashed pod off its endpoints, seconds (kubelet sees the exit within about one). */
const DETECT_S = 1;

/** What one fault does. Times are those of the events. */
interface Fault {
  readonly atS: number;
  /** Returns when it ends, seconds; undefined: never. */
  strike(nowUs: number): number | undefined;
  end?(nowUs: number): void;
  /** Time at which the router learns of it, seconds, and what then happens. */
  readonly detectS?: number;
  detect?(nowUs: number): void;
}

/** Schedules and applies faults. */
export class FaultSchedule implements Component {
  readonly #kernel: Kernel;
  readonly #target: number;
  readonly #faults: readonly Fault[];

  /** Throws ConfigError when a fault names a pool or replica that is not there. */
  constructor(
    kernel: Kernel,
    cluster: Cluster,
    fleet: Fleet,
    faults: readonly FaultSpec[],
    streams: Streams,
  ) {
    this.#kernel = kernel;
    this.#target = kernel.register(this);
    if (faults.some(({ kind }) => kind === 'transferError')) {
      cluster.handover.faults.drawFrom(streams.open('faults/transfer'));
    }
    this.#faults = faults.map((fault, i) => resolve(fault, cluster, fleet, `faults[${i}]`));
    for (const [i, fault] of this.#faults.entries()) this.#at(fault.atS, CODE_STRIKE, i);
  }

  onEvent(code: number, index: number, nowUs: number): void {
    const fault = this.#faults[index]!;
    if (code === CODE_DETECT) fault.detect!(nowUs);
    else if (code === CODE_END) fault.end!(nowUs);
    else {
      const endS = fault.strike(nowUs);
      if (fault.detectS !== undefined) this.#at(fault.detectS, CODE_DETECT, index);
      if (endS !== undefined) this.#at(endS, CODE_END, index);
    }
  }

  #at(seconds: number, code: number, index: number): void {
    this.#kernel.at(gridUs(seconds * 1e6), PHASE.fault, this.#target, code, index);
  }
}

function resolve(fault: FaultSpec, cluster: Cluster, fleet: Fleet, path: string): Fault {
  switch (fault.kind) {
    case 'crash':
      return crash(fault, cluster, victimOf(fault, cluster, fleet, path));
    case 'drain':
      return drain(fault, cluster, victimOf(fault, cluster, fleet, path));
    case 'slow':
      return slow(fault, victimOf(fault, cluster, fleet, path));
    case 'scrapeLoss':
      return scrapeLoss(fault, cluster, victimOf(fault, cluster, fleet, path));
    case 'linkSlow':
      return linkSlow(fault, cluster, victimsOf(fault, cluster, fleet, path));
    case 'linkCut':
      return linkCut(fault, cluster, cutsOf(fault, cluster, fleet, path));
    case 'transferError':
      return transferError(fault, cluster, fleet, path);
  }
}

type Of<Kind extends FaultSpec['kind']> = Extract<FaultSpec, { kind: Kind }>;

/** One instance; of ranks in lock step all: none gets through a forward pass without the others. */
function crash(fault: Of<'crash'>, cluster: Cluster, victim: Replica): Fault {
  const { atS, recoverAfterS, detectAfterS = DETECT_S } = fault;
  let victims: readonly Replica[] = [];
  const withdraw = (nowUs: number): void => {
    for (const replica of victims) cluster.instances.withdraw(replica, nowUs);
  };
  return {
    atS,
    detectS: atS + detectAfterS,
    strike(nowUs) {
      if (victim.isDown) return undefined;
      victims = victim.group === null ? [victim] : [...victim.group.ranks];
      for (const replica of victims) cluster.instances.crash(replica, recoverAfterS !== undefined, nowUs);
      return recoverAfterS === undefined ? undefined : atS + recoverAfterS;
    },
    detect: withdraw,
    end(nowUs) {
      withdraw(nowUs);
      for (const { pool } of victims) cluster.instances.add(pool, nowUs);
    },
  };
}

function drain({ atS, returnAfterS }: Of<'drain'>, cluster: Cluster, victim: Replica): Fault {
  return {
    atS,
    strike(nowUs) {
      if (victim.isDown) return undefined;
      cluster.instances.withdraw(victim, nowUs);
      return returnAfterS === undefined ? undefined : atS + returnAfterS;
    },
    end: (nowUs) => cluster.instances.giveBack(victim, nowUs),
  };
}

function slow({ atS, durationS, factor }: Of<'slow'>, victim: Replica): Fault {
  return {
    atS,
    strike(nowUs) {
      if (victim.isDown) return undefined;
      victim.slowDown(factor, nowUs);
      return atS + durationS;
    },
    end(nowUs) {
      if (!victim.isDown) victim.slowDown(1, nowUs);
    },
  };
}

function scrapeLoss({ atS, durationS }: Of<'scrapeLoss'>, cluster: Cluster, victim: Replica): Fault {
  return {
    atS,
    strike() {
      if (victim.isDown) return undefined;
      cluster.instances.setScrapeLost(victim, true);
      return atS + durationS;
    },
    end: () => cluster.instances.setScrapeLost(victim, false),
  };
}

function linkSlow(fault: Of<'linkSlow'>, cluster: Cluster, victims: readonly Replica[]): Fault {
  const { atS, durationS, factor } = fault;
  const set = (by: number, nowUs: number): void => {
    for (const victim of victims) {
      const bytesPerUs = cluster.set.setupOf(victim.index).linkBytesPerUs / by;
      cluster.handover.transfers.setCapacity(victim.egress, bytesPerUs, nowUs);
      cluster.handover.transfers.setCapacity(victim.ingress, bytesPerUs, nowUs);
    }
  };
  return {
    atS,
    strike(nowUs) {
      set(factor, nowUs);
      return atS + durationS;
    },
    end: (nowUs) => set(1, nowUs),
  };
}

function linkCut({ atS, durationS }: Of<'linkCut'>, cluster: Cluster, cuts: readonly Cut[]): Fault {
  const { handover } = cluster;
  const set = (isOn: boolean): void => {
    for (const cut of cuts) handover.faults.cut(cut, isOn);
  };
  return {
    atS,
    strike(nowUs) {
      set(true);
      cluster.instances.failTransfers((from, to) => handover.isCut(from, to), 'the link was cut', nowUs);
      return atS + durationS;
    },
    end: () => set(false),
  };
}

function transferError(fault: Of<'transferError'>, cluster: Cluster, fleet: Fleet, path: string): Fault {
  const { atS, durationS, probability, pool } = fault;
  const rate: ErrorRate = {
    toPool: pool === undefined ? -1 : poolOf(fleet, pool, `${path}.pool`),
    probability,
  };
  const { faults } = cluster.handover;
  return {
    atS,
    strike() {
      faults.errors(rate, true);
      return durationS === undefined ? undefined : atS + durationS;
    },
    end: () => faults.errors(rate, false),
  };
}

function cutsOf(fault: Of<'linkCut'>, cluster: Cluster, fleet: Fleet, path: string): Cut[] {
  if (fault.to === undefined) {
    return victimsOf(fault, cluster, fleet, path).map((replica) => ({ replica }));
  }
  if (fault.replica !== undefined) {
    throw new ConfigError({
      path: `${path}.replica`,
      found: String(fault.replica),
      expected: 'nothing beside `to`: a way between pools is cut as a whole',
    });
  }
  const fromPool = poolOf(fleet, fault.pool, `${path}.pool`);
  return [{ fromPool, toPool: poolOf(fleet, fault.to, `${path}.to`) }];
}

interface Struck {
  readonly pool: string;
  readonly replica?: number;
}

/** One replica, or all of the pool where none is named. */
function victimsOf(fault: Struck, cluster: Cluster, fleet: Fleet, path: string): Replica[] {
  const pool = poolOf(fleet, fault.pool, `${path}.pool`);
  const members = cluster.set.all.filter((r) => r.pool === pool);
  if (fault.replica === undefined) return members;
  const victim = members[fault.replica];
  if (victim !== undefined) return [victim];
  throw new ConfigError({
    path: `${path}.replica`,
    found: String(fault.replica),
    expected: `0 to ${members.length - 1}: the pool ${fault.pool} has ${members.length} replicas`,
  });
}

function victimOf(
  fault: Struck & { readonly replica: number },
  cluster: Cluster,
  fleet: Fleet,
  path: string,
): Replica {
  return victimsOf(fault, cluster, fleet, path)[0]!;
}
