/**
 * A chart as a file: SVG with its colours and its typeface inside, so that it looks the same anywhere, or PNG at twice the size
 * on the screen. A caption says what the chart shows, what the page found, and fleets, workload, seeds and intervals behind it.
 */
import { basisOf } from '../explain/basis.ts';
import { fileName, saveFile } from '../shell/save.ts';
import { useScreen } from '../state/address.ts';
import { background, drawingOf, SVG, set, textOf, token } from './drawing.ts';

const MARGIN = 16;
const CAPTION_HEIGHT = 68;
/** Pixels of the file for each on the screen. */
const SCALE = 2;
/** Saves the chart of a section. */
export async function savePicture(section: HTMLElement, title: string, type: 'svg' | 'png'): Promise<void> {
  const text = pictureOf(section, title);
  if (type === 'svg') saveFile(fileName(title, 'chart', 'svg'), text, 'image/svg+xml');
  else saveFile(fileName(title, 'chart', 'png'), await rastered(text), 'image/png');
}

/** The drawings of a section, where they stand on the page, under a caption. */
function pictureOf(section: HTMLElement, title: string): string {
  const {
    parts,
    width: inner,
    height: innerHeight,
  } = drawingOf(section) ?? { parts: [], width: 0, height: 0 };
  const width = inner + 2 * MARGIN;
  const height = innerHeight + CAPTION_HEIGHT + 2 * MARGIN;
  const picture = document.createElementNS(SVG, 'svg');
  set(picture, { xmlns: SVG, width, height, viewBox: `0 0 ${width} ${height}` });
  const style = document.createElementNS(SVG, 'style');
  style.textContent = `${typeface()}text{font-family:"Source Sans 3","Helvetica Neue",Arial,sans-serif;font-variant-numeric:tabular-nums lining-nums}`;
  const body = document.createElementNS(SVG, 'g');
  set(body, { transform: `translate(${MARGIN},${MARGIN + CAPTION_HEIGHT})` });
  body.append(...parts);
  picture.append(style, background(width, height), ...caption(title, width), body);
  return new XMLSerializer().serializeToString(picture);
}

/** The page's own rule for its typeface, which holds the typeface itself (web/style/typeface.css). */
function typeface(): string {
  for (const { cssRules } of document.styleSheets)
    for (const rule of cssRules)
      if (rule instanceof CSSFontFaceRule && rule.cssText.includes('url("data:font/woff2'))
        return rule.cssText;
  return '';
}

/** What the chart shows; under it what the page found, and what that rests on. */
function caption(title: string, width: number): SVGElement[] {
  const finding = document.querySelector('h1')?.textContent ?? '';
  const most = Math.floor((width - 2 * MARGIN) / 6);
  const short = (text: string): string => (text.length > most ? `${text.slice(0, most - 1)}…` : text);
  const quiet = { fill: token('--muted'), 'font-size': 12 };
  return [
    textOf(title, MARGIN, 28, { fill: token('--ink'), 'font-size': 18, 'font-weight': 600 }),
    textOf(`${short(finding)} · Drydock`, MARGIN, 48, quiet),
    textOf(short(basisOf(useScreen.getState().screen)), MARGIN, 66, quiet),
  ];
}

async function rastered(svg: string): Promise<Uint8Array<ArrayBuffer>> {
  const url = URL.createObjectURL(new Blob([svg], { type: 'image/svg+xml' }));
  try {
    const image = new Image();
    image.src = url;
    await image.decode();
    const canvas = new OffscreenCanvas(image.width * SCALE, image.height * SCALE);
    canvas.getContext('2d')!.drawImage(image, 0, 0, canvas.width, canvas.height);
    const blob = await canvas.convertToBlob({ type: 'image/png' });
    return new Uint8Array(await blob.arrayBuffer());
  } finally {
    URL.revokeObjectURL(url);
  }
}
