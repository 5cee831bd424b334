/** What is known about cases that are far off, and about the limits of the validation. Shown on its page. */

/** Explanations by case id; the first that matches holds. */
const WORST: readonly (readonly [id: RegExp, why: string])[] = [
  [
    /^gps-qwen35-9b/,
    'Hybrid model (three linear-attention layers to one of full attention), whose kernels nobody timed; the ' +
      'client counted no reasoning tokens, so its first token is not the engine’s. One row of the same command ' +
      'line is nine times slower than the next: an argument is missing from the record.',
  ],
  [
    /^gps-qwen3-8b-h100-latency/,
    'One request at a time through the chat endpoint: what is off is 20 to 40 ms of a front end that other runs do not show.',
  ],
  [
    /k8s$/,
    'Shared prefixes behind a blind Kubernetes Service: near saturation a few percent of throughput decide ' +
      'whether queues form, and TTFT jumps by orders of magnitude; times are published to 0.1 s only.',
  ],
  [
    /^gps-gpt-oss-20b-h100-03/,
    'The recorded command line starts gpt-oss-120b, the measured speed is that of the 20b model: predicted as written.',
  ],
  [
    /^gps-.*-h100-(05|07|15)$|^gps-gpt-oss-20b-a100-12/,
    'Bursts of 1,000 prompts of 128 tokens with four tokens of output: all of it is the API server’s queue, ' +
      'modelled with one service time for all models.',
  ],
  [
    /^gps-/,
    'A burst of 1,000 requests of which only mean lengths are known; TTFT is the queue, and its order and the ' +
      'spread of lengths are guessed.',
  ],
  [
    /^ibm-B-codellama/,
    'Saturated, of use as a throughput test only: TTFT is the queue of an overload whose length ' +
      'depends on a few percent of capacity.',
  ],
  [
    /^infx-b200/,
    'Steps grow by 0.35 ms a sequence beyond what the kernels explain, which no other B200 run shows. The ' +
      'attention backend of these runs is not recorded; a slow one with fp8 KV would fit.',
  ],
  [
    /^lmbench|^llmd-lmbench/,
    'The share of prompts found in the prefix cache is not known (the same prompts repeat on one server).',
  ],
  [
    /gptoss120b-h200-pd/,
    'Routing and tiers of the published guide are known in outline; the prefix index and its eviction are not.',
  ],
  [
    /kvwins|jan26|offload/,
    'Published tables of shared-prefix ladders: seeds, stages and engine arguments are not recorded.',
  ],
];

/** Why a case is far off, as far as it is known. */
export function whyFarOff(id: string): string {
  return WORST.find(([pattern]) => pattern.test(id))?.[1] ?? 'Not understood.';
}

/** What the measurements hold, and what they do not. */
export const VALIDATED: readonly string[] = [
  'vLLM 0.8 to 0.27 on H100, H200, A100, B200, L40S and RTX PRO 6000: dense models from 7B to 70B at TP 1 to 8, gpt-oss ' +
    'and MiniMax, in bf16, fp8, NVFP4 and MXFP4; open and closed loops, bursts, prefix hits, KV-bound pools.',
  'Fleets of up to 16 replicas behind random, round-robin and load-aware routing, whose gauges are as of an engine’s last step.',
];
export const EXTRAPOLATED: readonly string[] = [
  'GPUs whose kernels nobody timed: mean efficiencies of others with the catalogue’s peaks (leave-one-GPU-out of ' +
    'whole steps: 0.81 to 1.12 of the own fit). Every report of such a run says “extrapolated”.',
  'SGLang, TensorRT-LLM and TGI: kernels as measured, host time from few runs; no run of them is among these cases.',
  'Pipeline, expert and data parallelism across nodes, MLA on A100 and RTX GPUs (kernel error to 40 %), linear and sparse attention.',
  'Disaggregation: the twelve points of the H100 sweep and exp-7 were deployed as prefill and decode workers but served ' +
    'whole requests; two published runs on H200 did split. Transfer times rest on component measurements.',
  'Speculative decoding, LoRA and multimodal prompts: no measured case.',
];

/** Physics that is known to be missing, by what it costs. */
export const MISSING: readonly string[] = [
  'Closed loops of equal requests: simulated clients stay in step while real ones drift apart.',
  'Standalone pods of the 70B sweep had four CPU cores for four ranks and an API server: decode 14 % faster than measured.',
  'Stream chunks, detokenisation and HTTP of thousands of tokens a second in one process (InferenceX, 64 and more clients).',
  'KV of a sleep-mode engine (CuMem pools) and of connectors that register memory.',
  'Mixed-step attention is known for one FlashAttention 2 GPU only.',
];
