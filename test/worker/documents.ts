/** Small documents with the affine step model, so that they depend on no calibration. */

export function scenarioDocument(requests: number): Record<string, unknown> {
  return { name: 'small', ...common(requests), fleet: { pools: [pool(2)] } };
}

export function comparisonDocument(requests: number): Record<string, unknown> {
  const fleets = [
    { name: 'two', pools: [pool(2)] },
    { name: 'three', pools: [pool(3)] },
  ];
  return { name: 'two or three', ...common(requests), fleets };
}

function common(requests: number): Record<string, unknown> {
  return {
    seed: 3,
    workload: {
      kind: 'synthetic',
      arrivals: { process: 'poisson', rateRps: 20 },
      input: { dist: 'lognormal', mean: 300, cv: 1 },
      output: { dist: 'lognormal', mean: 100, cv: 1 },
    },
    slo: { ttftMs: { p95: 500 }, itlMs: { p95: 50 } },
    run: { requests },
    calibration: {
      kind: 'affine',
      baseUs: 6000,
      perSequenceUs: 20,
      perPrefillTokenUs: 30,
      perContextTokenUs: 0.05,
      frontEndUs: 500,
    },
  };
}

function pool(replicas: number): Record<string, unknown> {
  return {
    name: 'chat',
    role: 'both',
    replicas,
    gpu: 'h100-sxm',
    model: 'llama-3.1-8b',
    engine: { name: 'vllm' },
  };
}
