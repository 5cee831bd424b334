/** The browser and the page under test. Every page keeps what it complained of and which foreign hosts it asked. */
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';
import { type StaticServer, serve } from './serve.ts';

export interface Dashboard {
  readonly origin: string;
  /** A page in a context of its own; the comparison unless an address is given. */
  readonly open: (hash?: string, options?: PageOptions) => Promise<OpenPage>;
  /** A page of nobody's, for what needs a browser but not the dashboard. */
  readonly blank: () => Promise<Page>;
  readonly close: () => Promise<void>;
}

export interface PageOptions extends BrowserContextOptions {
  /** Runs in the page before its own scripts. */
  readonly script?: string | (() => void);
}

export interface OpenPage {
  readonly page: Page;
  /** Errors on the console and exceptions that nothing caught. */
  readonly complaints: readonly string[];
  /** Requests to other origins; all of them are refused. */
  readonly foreign: readonly string[];
}

/** Throws when the page has not been built: a browser test without a page must not pass. */
export async function openDashboard(): Promise<Dashboard> {
  const root = resolve(process.env['DRYDOCK_WEB'] ?? 'dist/web');
  if (!existsSync(`${root}/index.html`))
    throw new Error(`${root} has no index.html: run npm run build first`);
  const server: StaticServer = await serve(root);
  const browser: Browser = await chromium.launch({
    executablePath: process.env['CHROMIUM'] ?? '/usr/bin/chromium',
    headless: true,
    args: [
      '--headless',
      '--no-sandbox',
      '--disable-gpu',
      '--no-first-run',
      '--disable-background-networking',
    ],
  });
  return {
    origin: server.origin,
    open: (hash, options) => openPage(browser, server.origin, hash ?? '#/compare', options ?? {}),
    blank: async () => await (await browser.newContext()).newPage(),
    close: async () => {
      await browser.close();
      await server.close();
    },
  };
}

async function openPage(
  browser: Browser,
  origin: string,
  hash: string,
  { script, ...options }: PageOptions,
): Promise<OpenPage> {
  const context = await browser.newContext({
    viewport: { width: 1360, height: 820 },
    // What the service worker keeps would hide what the page asks for.
    serviceWorkers: 'block',
    ...options,
  });
  if (script !== undefined) await context.addInitScript(script);
  const page = await context.newPage();
  const complaints: string[] = [];
  const foreign: string[] = [];
  page.on('console', (message) => message.type() === 'error' && complaints.push(message.text()));
  page.on('pageerror', (error) => complaints.push(String(error)));
  await context.route('**/*', (route) => {
    const url = route.request().url();
    if (url.startsWith(`${origin}/`) || url.startsWith('data:') || url.startsWith('blob:'))
      return route.continue();
    foreign.push(url);
    return route.abort();
  });
  await page.goto(`${origin}/${hash}`);
  return { page, complaints, foreign };
}

/** Waits until the run bar says that the comparison of the scenario as it stands is complete. */
export async function finished(page: Page): Promise<void> {
  await page.getByText('every fleet saw the same requests').waitFor({ timeout: 30_000 });
}

/** Text of the file that an action saves. */
export async function savedText(page: Page, action: () => Promise<void>): Promise<string> {
  const [download] = await Promise.all([page.waitForEvent('download'), action()]);
  const chunks: Buffer[] = [];
  for await (const chunk of await download.createReadStream()) chunks.push(Buffer.from(chunk as Uint8Array));
  return Buffer.concat(chunks).toString('utf8');
}
