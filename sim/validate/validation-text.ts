/** Fixed texts of the validation page. */

/** What the page is and how it is made again. */
export const PAGE_INTRO = `This page is made from \`models/validation.json\`, which holds figures of this project only; the measured
cases are public (their repositories are named by case in the case files) and not copied here. A case is a serving run
with known engine, GPUs and workload: Drydock builds its scenario, simulates it with the built-in calibration and compares
every metric that was measured. Errors are absolute and in percent of the measured value. "Formula" is a straw man of three
parameters: TPOT = 1.30 x (weight and KV bytes) / bandwidth + 0.75 ms, TTFT = 3.2 x TPOT, concurrency by Little's law.
Tier 1: fully specified; tier 2: something unknown; tier 3: context.

Again, with the case files at hand:

\`\`\`
drydock validate --cases cases.jsonl --ablate --leave-out leave-out.json --summary models/validation.json
npm run validation
\`\`\`

where \`leave-out.json\` is what \`drydock calibrate --cases cases.jsonl --leave-out both --out leave-out.json\` wrote.

Your own engine build: \`drydock calibrate\` fits host time, front end and a factor on the GPU to your measurements (cases,
\`vllm bench serve --save-detailed\`, inference-perf, GuideLLM; kernel timings as a CSV with the columns
\`operator,rows,columns,depth,batch,tokens,context,bytes,us\`, operators \`gemm\`, \`decode_attention\`,
\`prefill_attention\`, \`all_reduce\`), prints the error on runs left out, and writes \`calibrations/NAME.json\`. A scenario
takes it by \`calibration: NAME\` or \`calibration: {file: ...}\`, the commands by \`--calibration\`.`;

/** How far measurements themselves repeat. */
export const FAMILIES_NOTE = `Repeats of the same run differ by 0.6 to 0.8 % (E2E) and 5 to 9 % (TTFT) in the IBM family, and by up to 12 % (TTFT)
and 16 % (TPOT) in exp-7: smaller errors than these mean nothing.`;
