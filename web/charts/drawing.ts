/**
 * What a chart has drawn, as SVG elements that look the same without the page's style sheets. Charts that are canvases become
 * images, their labels text.
 */

export const SVG = 'http://www.w3.org/2000/svg';

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

/** Of these the parent's value holds unless an element has its own. */
const NOT_INHERITED = new Set<string>(['opacity']);

export interface Drawing {
  /** Each with its place, from the top left of all of them. */
  readonly parts: readonly SVGElement[];
  readonly width: number;
  readonly height: number;
}

interface Part {
  readonly box: DOMRect;
  readonly draw: () => SVGElement;
}

/** The drawings of a section, where they stand on the page; null where there are none. */
export function drawingOf(section: HTMLElement): Drawing | null {
  const parts = partsOf(section).filter(({ box }) => box.width > 0 && box.height > 0);
  if (parts.length === 0) return null;
  const left = Math.min(...parts.map(({ box }) => box.left));
  const top = Math.min(...parts.map(({ box }) => box.top));
  const drawings = parts.map(({ box, draw }) => {
    const own = draw();
    set(own, { x: box.x - left, y: box.y - top });
    return own;
  });
  return {
    parts: drawings,
    width: Math.max(...parts.map(({ box }) => box.right)) - left,
    height: Math.max(...parts.map(({ box }) => box.bottom)) - top,
  };
}

/** Charts, their labels over canvases, and legends, which are text and swatches of HTML. */
function partsOf(section: HTMLElement): Part[] {
  const found = [
    ...section.querySelectorAll<SVGSVGElement | HTMLElement>(
      'svg, canvas, .canvas span, .legend li, .swatch',
    ),
  ];
  return found
    .filter(
      (one) => one.closest('details.twin, table') === null && one.parentElement?.closest('svg') === null,
    )
    .map(partOf);
}

function partOf(element: SVGSVGElement | HTMLElement): Part {
  const box = element.getBoundingClientRect();
  if (element instanceof SVGSVGElement) return { box, draw: () => withLook(element) };
  if (element instanceof HTMLCanvasElement) return { box, draw: () => imageOf(element, box) };
  if (element.classList.contains('swatch')) return { box, draw: () => swatchOf(element, box) };
  // Of an entry of a legend only the words: what stands before them is a drawing of its own.
  const words = document.createRange();
  words.selectNodeContents(element.lastChild ?? element);
  const own = words.getBoundingClientRect();
  return { box: own, draw: () => labelOf(element, own) };
}

function imageOf(canvas: HTMLCanvasElement, { width, height }: DOMRect): SVGElement {
  const image = document.createElementNS(SVG, 'image');
  set(image, { width, height, href: canvas.toDataURL() });
  return image;
}

function swatchOf(element: HTMLElement, { width, height }: DOMRect): SVGElement {
  const rect = document.createElementNS(SVG, 'rect');
  set(rect, { width, height, fill: getComputedStyle(element).backgroundColor });
  return rect;
}

function labelOf(element: HTMLElement, { width, height }: DOMRect): SVGElement {
  const { color, fontSize } = getComputedStyle(element);
  const holder = document.createElementNS(SVG, 'svg');
  set(holder, { width, height, overflow: 'visible' });
  const words = element.textContent?.trim() ?? '';
  holder.append(textOf(words, 0, height - 4, { fill: color, 'font-size': fontSize }));
  return holder;
}

/** A copy with the look that style sheets give the original. */
function withLook(original: SVGSVGElement): SVGElement {
  const copy = original.cloneNode(true) as SVGElement;
  const originals = [original, ...original.querySelectorAll('*')];
  for (const [i, element] of [copy, ...copy.querySelectorAll('*')].entries()) {
    const look = getComputedStyle(originals[i]!);
    const around = i === 0 ? null : getComputedStyle(originals[i]!.parentElement!);
    for (const name of PROPERTIES) {
      const value = look.getPropertyValue(name);
      const isSame = NOT_INHERITED.has(name) ? value === '1' : value === around?.getPropertyValue(name);
      if (isSame) element.removeAttribute(name);
      else element.setAttribute(name, value);
    }
    for (const name of ['style', 'class', 'tabindex', 'role', 'aria-label']) element.removeAttribute(name);
  }
  return copy;
}

/** The paper that it stands on. */
export function background(width: number, height: number): SVGElement {
  const paper = document.createElementNS(SVG, 'rect');
  set(paper, { width, height, fill: token('--paper') });
  return paper;
}

export function textOf(
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

export function token(name: string): string {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
}

export function set(element: Element, attributes: Readonly<Record<string, string | number>>): void {
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, String(value));
}
