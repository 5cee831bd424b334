/**
 * A chart as a file: SVG with its colours and its typeface inside, so that it looks the same anywhere, or PNG at twice the size
 * on the screen. Charts that are canvases are put into the SVG as images, their labels as text. A caption says what the chart
 * shows and what the page found.
 */
import { fileName, saveFile } from '../shell/save.ts';

const SVG = 'http://www.w3.org/2000/svg';
const MARGIN = 16;
const CAPTION_HEIGHT = 48;
/** Pixels of the file for each on the screen. */
const SCALE = 2;
/** What a chart's look depends on outside of its own attributes. */
const PROPERTIES = [
  'fill',
  'fill-opacity',
  'stroke',
  'stroke-width',
  'stroke-opacity',
  'stroke-dasharray',
  'opacity',
  'paint-order',
  'font-size',
  'font-weight',
  'text-anchor',
  'color',
] as const;

/** Saves the chart of a section. */
export async function savePicture(section: HTMLElement, title: string, type: 'svg' | 'png'): Promise<void> {
  const text = pictureOf(section, title);
  if (type === 'svg') saveFile(fileName(title, 'chart', 'svg'), text, 'image/svg+xml');
  else saveFile(fileName(title, 'chart', 'png'), await rastered(text), 'image/png');
}

/** The drawings of a section, where they stand on the page, under a caption. */
function pictureOf(section: HTMLElement, title: string): string {
  const parts = [
    ...section.querySelectorAll<SVGSVGElement | HTMLElement>('svg, canvas, .canvas span'),
  ].filter((part) => part.closest('details, table') === null && part.parentElement?.closest('svg') === null);
  const boxes = parts.map((part) => part.getBoundingClientRect());
  const left = Math.min(...boxes.map((box) => box.left));
  const top = Math.min(...boxes.map((box) => box.top));
  const width = Math.max(...boxes.map((box) => box.right)) - left + 2 * MARGIN;
  const height = Math.max(...boxes.map((box) => box.bottom)) - top + CAPTION_HEIGHT + 2 * MARGIN;
  const picture = document.createElementNS(SVG, 'svg');
  set(picture, { xmlns: SVG, width, height, viewBox: `0 0 ${width} ${height}` });
  const style = document.createElementNS(SVG, 'style');
  style.textContent = `${typeface()}text{font-family:"Source Sans 3","Helvetica Neue",Arial,sans-serif;font-variant-numeric:tabular-nums lining-nums}`;
  picture.append(style, background(width, height), ...caption(title, width));
  for (const [i, part] of parts.entries()) {
    const own = drawn(part);
    const { x, y } = boxes[i]!;
    set(own, { x: x - left + MARGIN, y: y - top + MARGIN + CAPTION_HEIGHT });
    picture.append(own);
  }
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

function drawn(part: SVGSVGElement | HTMLElement): SVGElement {
  if (part instanceof SVGSVGElement) return withLook(part);
  const box = part.getBoundingClientRect();
  if (part instanceof HTMLCanvasElement) {
    const image = document.createElementNS(SVG, 'image');
    set(image, { width: box.width, height: box.height, href: part.toDataURL() });
    return image;
  }
  const { color, fontSize } = getComputedStyle(part);
  const holder = document.createElementNS(SVG, 'svg');
  set(holder, { width: box.width, height: box.height, overflow: 'visible' });
  holder.append(textOf(part.textContent ?? '', 0, box.height - 4, { fill: color, 'font-size': fontSize }));
  return holder;
}

/** A copy with the look that style sheets give the original. */
function withLook(original: SVGSVGElement): SVGElement {
  const copy = original.cloneNode(true) as SVGElement;
  const originals = [original, ...original.querySelectorAll('*')];
  for (const [i, element] of [copy, ...copy.querySelectorAll('*')].entries()) {
    const look = getComputedStyle(originals[i]!);
    for (const name of PROPERTIES) element.setAttribute(name, look.getPropertyValue(name));
    for (const name of ['style', 'class', 'tabindex', 'role', 'aria-label']) element.removeAttribute(name);
  }
  return copy;
}

function background(width: number, height: number): SVGElement {
  const paper = document.createElementNS(SVG, 'rect');
  set(paper, { width, height, fill: token('--paper') });
  return paper;
}

/** What the chart shows, and under it what the page found. */
function caption(title: string, width: number): SVGElement[] {
  const finding = document.querySelector('h1')?.textContent ?? '';
  const most = Math.floor((width - 2 * MARGIN) / 6);
  const short = finding.length > most ? `${finding.slice(0, most - 1)}…` : finding;
  return [
    textOf(title, MARGIN, 28, { fill: token('--ink'), 'font-size': 18, 'font-weight': 600 }),
    textOf(`${short} · Drydock`, MARGIN, 48, { fill: token('--muted'), 'font-size': 12 }),
  ];
}

function textOf(
  words: string,
  x: number,
  y: number,
  look: Readonly<Record<string, string | number>>,
): SVGElement {
  const text = document.createElementNS(SVG, 'text');
  text.textContent = words;
  set(text, { x, y, ...look });
  return text;
}

function token(name: string): string {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
}

function set(element: Element, attributes: Readonly<Record<string, string | number>>): void {
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, String(value));
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
