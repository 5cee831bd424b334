/** Progress on stderr: one line that is rewritten on a terminal, nothing elsewhere or with `--quiet`. */
const REDRAW_MS = 100;

export class ProgressLine {
  readonly #isShown: boolean;
  #drawnMs = Number.NEGATIVE_INFINITY;
  #hasLine = false;

  constructor(isQuiet: boolean) {
    this.#isShown = !isQuiet && process.stderr.isTTY === true;
  }

  /** Shows the state, at most every 100 ms. */
  show(share: number, label: string): void {
    const nowMs = performance.now();
    if (!this.#isShown || nowMs - this.#drawnMs < REDRAW_MS) return;
    this.#drawnMs = nowMs;
    this.#hasLine = true;
    const width = Math.max(20, (process.stderr.columns ?? 80) - 1);
    const percent = `${Math.floor(share * 100)} %`.padStart(5);
    process.stderr.write(`\r\u001b[K${`${percent}  ${label}`.slice(0, width)}`);
  }

  /** Removes the line. */
  clear(): void {
    if (this.#hasLine) process.stderr.write('\r\u001b[K');
    this.#hasLine = false;
  }
}
