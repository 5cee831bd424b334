/** The catalogue that simulations draw on: GPUs and models, and where every figure comes from. */
import { useState } from 'react';
import { GPUS } from '../../models/gpus.ts';
import { LLMS } from '../../models/llms.ts';
import { defaultPrice } from '../../models/prices.ts';
import type { Source } from '../../models/schema.ts';
import { ScrollTable } from '../components/scroll-table.tsx';
import { countText, figureText, gibText, UNKNOWN } from '../format.ts';

const GPU_HEADS = [
  'GPU',
  'Memory',
  'GB/s',
  'TFLOPS bf16',
  'TFLOPS fp8',
  'Price per hour',
  'Sources',
] as const;
const MODEL_HEADS = ['Model', 'Parameters, 1e9', 'Layers', 'Context, tokens', 'Sources'] as const;

export function HardwareAndModels() {
  const [text, setText] = useState('');
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  const isFound = ({ id, name }: { readonly id: string; readonly name: string }): boolean =>
    words.every((word) => `${id} ${name}`.toLowerCase().includes(word));
  const [gpus, llms] = [GPUS.filter(isFound), LLMS.filter(isFound)];
  return (
    <>
      <div className="filters">
        <label className="inline-field">
          Find
          <input
            type="search"
            placeholder="e.g. h200, qwen3"
            value={text}
            onChange={(event) => setText(event.target.value)}
          />
        </label>
        <span className="quiet-text" role="status">
          {countText(gpus.length)} of {countText(GPUS.length)} GPUs, {countText(llms.length)} of{' '}
          {countText(LLMS.length)} models
        </span>
      </div>
      {gpus.length > 0 && (
        <Catalogue id="gpus" title="GPUs" heads={GPU_HEADS}>
          {gpus.map((gpu) => (
            <tr key={gpu.id}>
              <th scope="row">
                {gpu.name}
                {gpu.announced === true && <span className="quiet-text"> (announced)</span>}
              </th>
              <td>{gibText(gpu.memoryBytes)}</td>
              <td>{countText(gpu.memoryGBps)}</td>
              <td>{rateText(gpu.peak.bf16)}</td>
              <td>{rateText(gpu.peak.fp8)}</td>
              <td>{figureText(defaultPrice(gpu.id)?.usdPerGpuHour ?? null, 'usdPerHour')}</td>
              <SourceCell sources={gpu.sources} />
            </tr>
          ))}
        </Catalogue>
      )}
      {llms.length > 0 && (
        <Catalogue id="models" title="Models" heads={MODEL_HEADS}>
          {llms.map((llm) => (
            <tr key={llm.id}>
              <th scope="row">{llm.name}</th>
              <td>{figureText(llm.publishedParamsB ?? null, 'perS').replace(/\s?\/s$/, '')}</td>
              <td>{countText(llm.layers)}</td>
              <td>{countText(llm.maxContextTokens)}</td>
              <SourceCell sources={llm.sources} />
            </tr>
          ))}
        </Catalogue>
      )}
    </>
  );
}

interface CatalogueProps {
  readonly id: string;
  readonly title: string;
  readonly heads: readonly string[];
  readonly children: React.ReactNode;
}

function Catalogue({ id, title, heads, children }: CatalogueProps) {
  return (
    <section aria-labelledby={id}>
      <h2 id={id}>{title}</h2>
      <ScrollTable label={`Table of ${title}`}>
        <thead>
          <tr>
            {heads.map((head) => (
              <th key={head} scope="col">
                {head}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>{children}</tbody>
      </ScrollTable>
    </section>
  );
}

function SourceCell({ sources }: { readonly sources: readonly Source[] }) {
  return (
    <td className="sources">
      <details>
        <summary>{sources.length === 1 ? '1 source' : `${sources.length} sources`}</summary>
        <ul>
          {sources.map((source) => (
            <li key={source.ref}>
              {source.ref}, read {source.date}
            </li>
          ))}
        </ul>
      </details>
    </td>
  );
}

function rateText(tflops: number | null): string {
  return tflops === null ? UNKNOWN : countText(tflops);
}
