/**
 * The parser types. A router knows which parsers are configured and in which order; the parsing itself is done by the
 * shell with src/parsing, since a request arrives here parsed.
 */
import { definePlugin, ignoreParameters, type PluginDefinition } from '../plugin.ts';

export const openaiParser = parser(
  'openai-parser',
  'OpenAI completions, chat, embeddings, responses, images',
);
export const anthropicParser = parser('anthropic-parser', 'Anthropic messages');
export const vllmhttpParser = parser('vllmhttp-parser', 'vLLM token-in generate over HTTP');
export const vllmgrpcParser = parser('vllmgrpc-parser', 'vLLM engine over gRPC');
export const sglanghttpParser = parser('sglanghttp-parser', 'SGLang generate over HTTP');
export const vertexaiParser = parser('vertexai-parser', 'Vertex AI prediction service');
export const passthroughParser = parser('passthrough-parser', 'any body, not looked at');

function parser(type: string, summary: string): PluginDefinition {
  return definePlugin({
    type,
    kinds: ['parser'],
    stability: 'beta',
    summary,
    parse: ignoreParameters,
    create: () => ({}),
  });
}
