/**
 * Declares the tokenised prompt. The tokens themselves come with the request: parsers (production) or the workload
 * (simulation) make its PromptIdentity, by estimate or by a tokeniser. This plugin makes that choice and checks it.
 */
import { Fields } from '../config/fields.ts';
import { definePlugin, renamed } from '../plugin.ts';

interface Parameters {
  /** Where tokens come from. */
  readonly backend: 'estimate' | 'vllm' | 'uds';
  readonly modelName: string;
  readonly url: string;
  readonly timeoutUs: number;
  readonly mmTimeoutUs: number;
  /** `estimate` as written, checked; the estimator reads it. */
  readonly estimate: unknown;
}

export const tokenProducer = definePlugin<Parameters>({
  type: 'token-producer',
  kinds: ['producer'],
  stability: 'beta',
  summary: 'tokens of the prompt, estimated from its bytes or from a vLLM render server',
  parse(raw, path) {
    const fields = new Fields(raw, path, ['modelName', 'estimate', 'vllm', 'udsTokenizerConfig']);
    const vllm = fields.object('vllm', ['url', 'timeout', 'mmTimeout']);
    const backends = ['estimate', 'vllm', 'udsTokenizerConfig'].filter((key) => fields.has(key));
    if (backends.length > 1) fields.refuse(backends[1]!, `one of estimate, vllm and udsTokenizerConfig`);
    const modelName = fields.string('modelName', '');
    if (fields.has('vllm') && modelName === '') fields.refuse('modelName', 'a model name, as vllm is set');
    checkEstimate(fields);
    return {
      backend: fields.has('vllm') ? 'vllm' : fields.has('udsTokenizerConfig') ? 'uds' : 'estimate',
      modelName,
      url: vllm.string('url', 'http://localhost:8000'),
      timeoutUs: vllm.durationUs('timeout', 5e6),
      mmTimeoutUs: vllm.durationUs('mmTimeout', 30e6),
      estimate: fields.raw('estimate'),
    };
  },
  produces: (name) => [{ type: 'TokenizedPrompt', producer: name }],
  create: (parameters) => ({ service: parameters, producer: { produce() {} } }),
});

/** Old name of the token producer. */
export const tokenizer = renamed(tokenProducer, 'tokenizer');

function checkEstimate(fields: Fields): void {
  const estimate = fields.object('estimate', ['image', 'video']);
  const image = estimate.object('image', ['mode', 'defaultResolution', 'static', 'dynamic']);
  image.oneOf('mode', 'dynamic', ['static', 'dynamic']);
  checkResolution(image);
  image.object('static', ['staticToken']).integer('staticToken', 1, { min: 0 });
  image.object('dynamic', ['factor']).number('factor', 1024, { above: 0 });
  const video = estimate.object('video', [
    'defaultResolution',
    'defaultDuration',
    'maxVideoTokens',
    'tokensPerFrame',
    'frames',
  ]);
  checkResolution(video);
  video.integer('maxVideoTokens', 0, { min: 0 });
  const perFrame = video.object('tokensPerFrame', ['mode', 'static', 'dynamic']);
  perFrame.oneOf('mode', 'dynamic', ['static', 'dynamic']);
  perFrame.object('static', ['numTokensPerFrame']).integer('numTokensPerFrame', 1, { min: 0 });
  perFrame.object('dynamic', ['factor']).number('factor', 1024, { above: 0 });
  const frames = video.object('frames', ['mode', 'minFrames', 'maxFrames', 'sampled', 'strided']);
  frames.oneOf('mode', 'sampled', ['sampled', 'strided']);
  frames.integer('minFrames', 0, { min: 0 });
  frames.integer('maxFrames', 0, { min: 0 });
  const sampled = frames.object('sampled', ['sampleFPS', 'temporalPatchSize']);
  sampled.number('sampleFPS', 2, { above: 0 });
  sampled.integer('temporalPatchSize', 1, { min: 1 });
  const strided = frames.object('strided', ['defaultSourceFPS', 'frameStride']);
  strided.number('defaultSourceFPS', 24, { above: 0 });
  strided.integer('frameStride', 1, { min: 1 });
}

function checkResolution(fields: Fields): void {
  const resolution = fields.object('defaultResolution', ['width', 'height']);
  resolution.integer('width', 640, { min: 1 });
  resolution.integer('height', 360, { min: 1 });
}
