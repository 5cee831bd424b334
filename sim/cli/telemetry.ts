/** Logs and traces of `drydock serve`, as options and OpenTelemetry's environment variables ask for them. */
import { type Command, Option } from 'commander';
import { ConfigError } from '../../src/core/check.ts';
import type { Telemetry } from '../../src/server/telemetry/telemetry.ts';

/** Options about logs. */
export interface LogOptions {
  readonly accessLog: 'json' | 'off';
}

/** What listens, and how it is closed. */
export interface Listeners {
  readonly telemetry: readonly Telemetry[];
  close(): Promise<void>;
}

export function addLogOptions(command: Command): Command {
  return command.addOption(
    new Option('--access-log <form>', 'one line for each request on stderr; prompts never appear')
      .choices(['json', 'off'])
      .default('json'),
  );
}

/** Traces are sent when OTEL_TRACES_EXPORTER is `otlp` or `console`; OTEL_TRACES_SAMPLER_ARG is the share. */
export async function listenersOf({ accessLog }: LogOptions): Promise<Listeners> {
  const telemetry: Telemetry[] = [];
  let close = (): Promise<void> => Promise.resolve();
  if (accessLog === 'json') {
    const [{ pino }, { AccessLog }] = await Promise.all([
      import('pino'),
      import('../../src/server/telemetry/access-log.ts'),
    ]);
    telemetry.push(new AccessLog(pino({ base: null }, pino.destination(2))));
  }
  const exporter = process.env['OTEL_TRACES_EXPORTER'] ?? 'none';
  if (exporter !== 'none') {
    if (exporter !== 'otlp' && exporter !== 'console') {
      throw new ConfigError({
        path: 'OTEL_TRACES_EXPORTER',
        found: exporter,
        expected: 'otlp, console or none',
      });
    }
    // OpenTelemetry is large: loaded only where it is used.
    const { DEFAULT_RATIO, exporterOf, Tracing } = await import('../../src/server/telemetry/tracing.ts');
    const ratio = Number(process.env['OTEL_TRACES_SAMPLER_ARG'] ?? DEFAULT_RATIO);
    if (!(ratio >= 0 && ratio <= 1)) {
      const found = process.env['OTEL_TRACES_SAMPLER_ARG']!;
      throw new ConfigError({ path: 'OTEL_TRACES_SAMPLER_ARG', found, expected: 'a share from 0 to 1' });
    }
    const tracing = new Tracing(exporterOf(exporter), ratio);
    telemetry.push(tracing);
    close = () => tracing.close();
  }
  return { telemetry, close };
}
