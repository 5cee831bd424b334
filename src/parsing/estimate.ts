/**
 * How many pseudo-tokens a multimodal asset counts: the `estimate` block of the token producer, its defaults, and the
 * video headers that override them. Source: router specification 3.6.
 */
import { base64Payload, type ImageSize, imageSize } from './image-size.ts';

/** `estimate.image` and `estimate.video` of the token producer. */
export interface EstimateOptions {
  readonly image: {
    readonly mode: 'static' | 'dynamic';
    readonly defaultResolution: ImageSize;
    /** Tokens of any image in static mode. */
    readonly staticTokens: number;
    /** Pixels per token in dynamic mode. */
    readonly pixelsPerToken: number;
  };
  readonly video: {
    readonly defaultResolution: ImageSize;
    readonly defaultDurationS: number;
    /** 0: no cap. */
    readonly maxVideoTokens: number;
    /** 0: by resolution. */
    readonly staticTokensPerFrame: number;
    readonly pixelsPerToken: number;
    readonly frameMode: 'sampled' | 'strided';
    readonly minFrames: number;
    /** 0: no cap. */
    readonly maxFrames: number;
    readonly sampleFps: number;
    readonly temporalPatchSize: number;
    readonly sourceFps: number;
    readonly frameStride: number;
  };
}

/** Upstream's defaults: an image of unknown size is 640 x 360, 225 tokens; a video 10 s at 2 frames a second. */
export const ESTIMATE_DEFAULTS: EstimateOptions = {
  image: {
    mode: 'dynamic',
    defaultResolution: { width: 640, height: 360 },
    staticTokens: 1,
    pixelsPerToken: 1024,
  },
  video: {
    defaultResolution: { width: 640, height: 360 },
    defaultDurationS: 10,
    maxVideoTokens: 0,
    staticTokensPerFrame: 0,
    pixelsPerToken: 1024,
    frameMode: 'sampled',
    minFrames: 0,
    maxFrames: 0,
    sampleFps: 2,
    temporalPatchSize: 1,
    sourceFps: 24,
    frameStride: 1,
  },
};

/** What the client's `x-llm-d-video-*` headers say; undefined where they say nothing usable. */
export interface VideoHints {
  readonly fps: number | undefined;
  readonly durationS: number | undefined;
  readonly resolution: ImageSize | undefined;
}

/** Reads the video headers (names in lower case). */
export function videoHints(headers: ReadonlyMap<string, string>): VideoHints {
  const positive = (name: string): number | undefined => {
    const value = Number(headers.get(name) ?? Number.NaN);
    return Number.isFinite(value) && value > 0 ? value : undefined;
  };
  const size = /^(\d+)x(\d+)$/i.exec(headers.get('x-llm-d-video-resolution') ?? '');
  return {
    fps: positive('x-llm-d-video-fps'),
    durationS: positive('x-llm-d-video-duration-seconds'),
    resolution: size === null ? undefined : { width: Number(size[1]), height: Number(size[2]) },
  };
}

/** Tokens of an image given by URL (its size is read from a data URL) or by bare base64 data. */
export function imageTokens(options: EstimateOptions, source: string, isBase64: boolean): number {
  const { image } = options;
  if (image.mode === 'static') return image.staticTokens;
  const payload = isBase64 ? source : base64Payload(source);
  const size = (payload === undefined ? undefined : imageSize(payload)) ?? image.defaultResolution;
  return tokensOf(size, image.pixelsPerToken);
}

/** Tokens of a video. */
export function videoTokens(options: EstimateOptions, hints: VideoHints): number {
  const { video } = options;
  const seconds = hints.durationS ?? video.defaultDurationS;
  let frames =
    video.frameMode === 'sampled'
      ? seconds * (hints.fps ?? video.sampleFps)
      : (seconds * (hints.fps ?? video.sourceFps)) / video.frameStride;
  frames = Math.max(video.minFrames, Math.floor(frames));
  if (video.maxFrames > 0) frames = Math.min(frames, video.maxFrames);
  if (video.frameMode === 'sampled') frames = Math.ceil(frames / video.temporalPatchSize);
  const size = hints.resolution ?? video.defaultResolution;
  const perFrame = video.staticTokensPerFrame || tokensOf(size, video.pixelsPerToken);
  const total = Math.max(1, frames * perFrame);
  return video.maxVideoTokens > 0 ? Math.min(total, video.maxVideoTokens) : total;
}

/** Tokens of an audio clip given as data or URL. */
export function audioTokens(source: string): number {
  return Math.ceil(source.length / 4);
}

function tokensOf(size: ImageSize, pixelsPerToken: number): number {
  return Math.max(1, Math.floor((size.width * size.height) / pixelsPerToken));
}
