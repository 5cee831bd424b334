/**
 * The page's content security policy: its own scripts and styles and nothing else, and no connection at all. Workers out of a
 * blob inherit it, so that it also binds the lab's. Only built pages have it: the development server connects to the browser.
 */
import { createHash } from 'node:crypto';
import type { Plugin } from 'vite';

export function securityPolicy(): Plugin {
  return {
    name: 'drydock-security-policy',
    apply: 'build',
    transformIndexHtml: {
      order: 'post',
      handler: (html) =>
        html.replace('<meta charset="utf-8" />', `<meta charset="utf-8" />\n    ${metaOf(html)}`),
    },
  };
}

function metaOf(html: string): string {
  const inline = [...html.matchAll(/<script>([\s\S]*?)<\/script>/g)].map(([, text]) => hashOf(text!));
  const policy = [
    "default-src 'none'",
    `script-src 'self' blob: ${inline.join(' ')}`,
    "style-src 'self'",
    "font-src 'self' data:",
    "img-src 'self' data: blob:",
    "worker-src 'self' blob:",
    "connect-src 'none'",
    "base-uri 'none'",
    "form-action 'none'",
  ].join('; ');
  return `<meta http-equiv="Content-Security-Policy" content="${policy}" />`;
}

function hashOf(text: string): string {
  return `'sha256-${createHash('sha256').update(text).digest('base64')}'`;
}
