/**
 * Pictures of pages, small enough to be kept: a third of the size, each pixel the mean of nine, four bits a channel. What remains shows a
 * moved, missing or recoloured element; how a rasteriser smooths the edge of a letter is mostly averaged out.
 */
import type { Page } from 'playwright-core';

export interface Picture {
  readonly width: number;
  readonly height: number;
  /** RGBA, row by row. */
  readonly pixels: Uint8ClampedArray;
}

/** Screen pixels for each pixel of a picture, each way. */
const SHRINK = 3;

/** The whole page as it stands. */
export async function pictureOf(page: Page, drawing: Page): Promise<Picture> {
  const shot = await page.screenshot({ fullPage: true, animations: 'disabled', caret: 'hide' });
  return await decoded(drawing, shot.toString('base64'), SHRINK);
}

/** A picture that was kept; `drawing` is a page to decode it in. */
export async function keptPicture(drawing: Page, png: Buffer): Promise<Picture> {
  return await decoded(drawing, png.toString('base64'), 1);
}

/** As a PNG. */
export async function pngOf(drawing: Page, { width, height, pixels }: Picture): Promise<Buffer> {
  const base64 = await drawing.evaluate(
    async ({ width, height, pixels }) => {
      const canvas = new OffscreenCanvas(width, height);
      const bytes = Uint8ClampedArray.from(atob(pixels), (character) => character.charCodeAt(0));
      canvas.getContext('2d')!.putImageData(new ImageData(bytes, width, height), 0, 0);
      const blob = await canvas.convertToBlob({ type: 'image/png' });
      let binary = '';
      for (const byte of new Uint8Array(await blob.arrayBuffer())) binary += String.fromCharCode(byte);
      return btoa(binary);
    },
    { width, height, pixels: Buffer.from(pixels).toString('base64') },
  );
  return Buffer.from(base64, 'base64');
}

async function decoded(drawing: Page, base64: string, shrink: number): Promise<Picture> {
  const { width, height, pixels } = await drawing.evaluate(
    async ({ base64, shrink }) => {
      const bytes = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
      const image = await createImageBitmap(new Blob([bytes], { type: 'image/png' }));
      const canvas = new OffscreenCanvas(image.width, image.height);
      const context = canvas.getContext('2d')!;
      context.drawImage(image, 0, 0);
      const { data } = context.getImageData(0, 0, image.width, image.height);
      const [width, height] = [Math.floor(image.width / shrink), Math.floor(image.height / shrink)];
      let binary = '';
      for (let y = 0; y < height; y += 1) {
        for (let x = 0; x < width; x += 1) {
          for (let channel = 0; channel < 4; channel += 1) {
            let sum = 0;
            for (let dy = 0; dy < shrink; dy += 1)
              for (let dx = 0; dx < shrink; dx += 1)
                sum += data[((y * shrink + dy) * image.width + x * shrink + dx) * 4 + channel]!;
            const mean = sum / (shrink * shrink);
            // Sixteen levels; opaque stays opaque.
            binary += String.fromCharCode(shrink === 1 || channel === 3 ? mean : Math.round(mean / 17) * 17);
          }
        }
      }
      return { width, height, pixels: btoa(binary) };
    },
    { base64, shrink },
  );
  return { width, height, pixels: new Uint8ClampedArray(Buffer.from(pixels, 'base64')) };
}
