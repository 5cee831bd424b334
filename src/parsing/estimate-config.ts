/** Reads the token producer's `estimate` parameters, strictly. Source: router specification 3.6. */
import { Fields } from '../routing/config/fields.ts';
import { ESTIMATE_DEFAULTS, type EstimateOptions } from './estimate.ts';
import type { ImageSize } from './image-size.ts';

const IMAGE_KEYS = ['mode', 'defaultResolution', 'static', 'dynamic'];
const VIDEO_KEYS = ['defaultResolution', 'defaultDuration', 'maxVideoTokens', 'tokensPerFrame', 'frames'];
const FRAME_KEYS = ['mode', 'minFrames', 'maxFrames', 'sampled', 'strided'];
const MODES = ['static', 'dynamic'] as const;

/** throws: ConfigError with a path below `path`. */
export function parseEstimate(raw: unknown, path: string): EstimateOptions {
  const fields = new Fields(raw, path, ['image', 'video']);
  return {
    image: parseImage(fields.object('image', IMAGE_KEYS)),
    video: parseVideo(fields.object('video', VIDEO_KEYS)),
  };
}

function parseImage(image: Fields): EstimateOptions['image'] {
  const otherwise = ESTIMATE_DEFAULTS.image;
  return {
    mode: image.oneOf('mode', otherwise.mode, MODES),
    defaultResolution: parseSize(image, otherwise.defaultResolution),
    staticTokens: image.object('static', ['staticToken']).integer('staticToken', 0, { min: 0 }) || 1,
    pixelsPerToken: image
      .object('dynamic', ['factor'])
      .number('factor', otherwise.pixelsPerToken, { above: 0 }),
  };
}

function parseVideo(video: Fields): EstimateOptions['video'] {
  const otherwise = ESTIMATE_DEFAULTS.video;
  const perFrame = video.object('tokensPerFrame', ['mode', 'static', 'dynamic']);
  const fixed = perFrame.object('static', ['numTokensPerFrame']).integer('numTokensPerFrame', 1, { min: 0 });
  const isFixed = perFrame.oneOf('mode', 'dynamic', MODES) === 'static';
  const frames = video.object('frames', FRAME_KEYS);
  const sampled = frames.object('sampled', ['sampleFPS', 'temporalPatchSize']);
  const strided = frames.object('strided', ['defaultSourceFPS', 'frameStride']);
  return {
    defaultResolution: parseSize(video, otherwise.defaultResolution),
    defaultDurationS: durationS(video, otherwise.defaultDurationS),
    maxVideoTokens: video.integer('maxVideoTokens', otherwise.maxVideoTokens, { min: 0 }),
    staticTokensPerFrame: isFixed ? fixed : 0,
    pixelsPerToken: perFrame
      .object('dynamic', ['factor'])
      .number('factor', otherwise.pixelsPerToken, { above: 0 }),
    frameMode: frames.oneOf('mode', otherwise.frameMode, ['sampled', 'strided'] as const),
    minFrames: frames.integer('minFrames', otherwise.minFrames, { min: 0 }),
    maxFrames: frames.integer('maxFrames', otherwise.maxFrames, { min: 0 }),
    sampleFps: sampled.number('sampleFPS', otherwise.sampleFps, { above: 0 }),
    temporalPatchSize: sampled.integer('temporalPatchSize', otherwise.temporalPatchSize, { min: 1 }),
    sourceFps: strided.number('defaultSourceFPS', otherwise.sourceFps, { above: 0 }),
    frameStride: strided.integer('frameStride', otherwise.frameStride, { min: 1 }),
  };
}

function parseSize(fields: Fields, otherwise: ImageSize): ImageSize {
  const size = fields.object('defaultResolution', ['width', 'height']);
  return {
    width: size.integer('width', otherwise.width, { min: 1 }),
    height: size.integer('height', otherwise.height, { min: 1 }),
  };
}

/** `defaultDuration`: seconds, or a duration such as "10s". */
function durationS(video: Fields, otherwise: number): number {
  if (typeof video.raw('defaultDuration') === 'string') return video.durationUs('defaultDuration', 0) / 1e6;
  return video.number('defaultDuration', otherwise, { above: 0 });
}
