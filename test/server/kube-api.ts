/** A Kubernetes API server of a test, as a client is told of it. */
import type { Server } from 'node:http';
import { KubeConfig } from '@kubernetes/client-node';
import { onTestFinished } from 'vitest';

/** Listens until the test has finished. */
export async function listenAsKube(server: Server): Promise<KubeConfig> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as { port: number };
  const config = new KubeConfig();
  const cluster = { name: 'c', server: `http://127.0.0.1:${port}`, skipTLSVerify: true };
  config.loadFromClusterAndUser(cluster, { name: 'u' });
  return config;
}
